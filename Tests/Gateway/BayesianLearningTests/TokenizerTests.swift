import BayesianLearning
import Mail
import Testing

@Suite struct TokenizerTests {
    private static func body(_ text: String, type: String = "text/plain") -> Set<String> {
        SyntheticMail.texts(of: "Subject: x\nContent-Type: \(type); charset=utf-8\n\n\(text)")
    }

    @Test(arguments: [
        ("ＶＩＡＧＲＡ", "viagra"), ("𝐕𝐢𝐚𝐠𝐫𝐚", "viagra"), ("Ⓥⓘⓐⓖⓡⓐ", "viagra"), ("Vi\u{200B}ag\u{AD}ra", "viagra"), ("Víàgrâ", "viagra"),
        ("VI'AGRA", "viagra"), ("ПРИВЕТ", "привет"), ("１００％", "100%"), ("ｶﾞｽ", "ガス"), ("ﾊﾟﾝ", "パン"), ("Straße", "strase"),
    ])
    func `what reads alike is one token`(written: String, token: String) {
        #expect(Self.body(written).contains(token))
    }

    @Test func `scripts without spaces become pairs and triples of characters`() {
        let tokens = Self.body("銀行口座です")
        #expect(tokens.isSuperset(of: ["銀行", "行口", "銀行口", "座です"]))
        #expect(!tokens.contains("銀行口座"))
    }

    @Test func `tags and comments inside a word do not cut it`() {
        #expect(Self.body("<p>Vi<!-- x -->ag<b>r</b>a</p>", type: "text/html").contains("viagra"))
    }

    @Test func `blocks and cells cut words`() {
        let tokens = Self.body("<td>one</td><td>two</td>three<br>four", type: "text/html")
        #expect(tokens.isSuperset(of: ["one", "two", "three", "four"]))
    }

    @Test(arguments: [
        "display:none", "DISPLAY : None", "font-size:0px", "font-size: 1px", "visibility:hidden", "opacity:0", "mso-hide:all",
    ])
    func `hidden text is told from visible text`(style: String) {
        let tokens = Self.body("<span style='\(style)'>meeting <span>agenda</span> late</span><p>casino</p>", type: "text/html")
        #expect(tokens.isSuperset(of: ["hidden text: meeting", "hidden text: agenda", "hidden text: late", "HTML: hidden text", "casino"]))
        #expect(tokens.isDisjoint(with: ["meeting", "agenda", "late"]))
    }

    @Test func `text of ordinary size is not hidden`() {
        #expect(Self.body("<span style='font-size:10px'>meeting</span>", type: "text/html").contains("meeting"))
    }

    @Test func `scripts and style sheets are no text`() {
        let tokens = Self.body("<script>var a='casino'</script><style>.casino{}</style>seen", type: "text/html")
        #expect(!tokens.contains("casino"))
        #expect(tokens.contains("seen"))
    }

    @Test(arguments: [
        ("caf&eacute;", "cafe"), ("&#99;asino", "casino"), ("&#x63;asino", "casino"), ("a&nbsp;casino", "casino"), ("AT&T", "at"),
    ])
    func `character references are read`(written: String, token: String) {
        #expect(Self.body(written, type: "text/html").contains(token))
    }

    @Test(arguments: ["text/plain", "text/html"])
    func `a link gives its host and the domains above it`(type: String) {
        let link = "http://user@Shop.Example.CO.jp:8080/Win/prize?id=12345678"
        let tokens = Self.body(type == "text/html" ? "<a href=\"\(link)\">go</a>" : "see \(link) now", type: type)
        #expect(
            tokens.isSuperset(of: [
                "link: shop.example.co.jp", "link: example.co.jp", "link: co.jp", "link: jp", "link: http", "link: port 8080",
                "link: user name before the host", "link: /win", "link: /prize",
            ]))
    }

    @Test func `an attachment gives its type and the words of its name`() {
        let tokens = SyntheticMail.texts(
            of: """
                Subject: x
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: application/pdf; name="Your-Invoice 2024.pdf"
                Content-Disposition: attachment

                x
                --b--
                """)
        #expect(tokens.isSuperset(of: ["attachment: application/pdf", "attachment: *.pdf", "attachment: invoice", "attachment: (number)"]))
    }

    @Test func `what lists and other filters add is not learned`() {
        let plain = "From: A <a@example.com>\nSubject: x\n\ntext\n"
        let fields =
            "List-Id: <l.example.org>\nPrecedence: bulk\nX-Spam-Status: No\nX-Mailman-Version: 2\nSender: l@example.org\nReferences: <a@b>\n"
        #expect(MessageTokenizer().tokens(of: Array((fields + plain).utf8)) == MessageTokenizer().tokens(of: Array(plain.utf8)))
    }

    @Test func `tokens have the names they had in earlier releases`() {
        // Changing one of these makes every snapshot in the field worthless: raise `BayesSnapshot.tokenVersion`.
        let tokens = MessageTokenizer().tokens(of: Array("Subject: Win 銀行\n\nhello http://example.com/\n".utf8)).hashes
        #expect(tokens.count == Self.known)
        #expect(tokens.reduce(0) { $0 ^ $1 } == Self.fingerprint)
    }

    private static let known = 13
    private static let fingerprint: UInt64 = 4_947_011_164_766_639_824

    @Test func `asking for texts changes no token`() {
        var generator = SyntheticMail(seed: 7)
        for isSpam in [true, false] {
            let message = MessageReader().read(generator.mail(isSpam: isSpam))
            let readable = MessageTokenizer().tokens(of: message, keepsText: true)
            #expect(readable.hashes == MessageTokenizer().tokens(of: message).hashes)
            #expect(readable.hashes.allSatisfy { readable.texts[$0] != nil })
        }
    }
}
