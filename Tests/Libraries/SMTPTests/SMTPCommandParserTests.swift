import FuzzTargets
import Mail
import NIOCore
import SMTP
import Testing

struct SMTPCommandParserTests {
    static let everything = SMTPServerCapabilities(
        extensions: [
            .pipelining, .eightBitMIME, .binaryMIME, .chunking, .smtpUTF8, .startTLS, .enhancedStatusCodes, .deliveryStatusNotifications,
        ], sizeLimit: .octets(10_000_000), authenticationMechanisms: ["PLAIN", "LOGIN"])

    private let parser = SMTPCommandParser(offering: everything)

    private func parse(_ line: String, _ parser: SMTPCommandParser? = nil) -> Result<SMTPCommand, SMTPCommandError> {
        Result { () throws(SMTPCommandError) in try (parser ?? self.parser).parse(ByteBuffer(string: line)) }
    }

    private func code(_ line: String, _ parser: SMTPCommandParser? = nil) -> String {
        switch parse(line, parser) {
        case .success: "accepted"
        case .failure(let error): "\(error.reply.code) \(error.reply.enhancedCode?.description ?? "")"
        }
    }

    @Test(
        arguments: [
            ("DATA", SMTPCommand.data), ("data", .data), ("Data  ", .data), ("RSET", .reset), ("QUIT", .quit), ("quit ", .quit),
            ("NOOP", .noOperation), ("NOOP anything goes", .noOperation), ("HELP", .help(nil)), ("HELP MAIL", .help("MAIL")),
            ("VRFY Smith", .verify("Smith")), ("EXPN list", .expand("list")), ("STARTTLS", .startTLS),
            ("BDAT 0", .binaryData(octets: 0, isLast: false)),
            ("BDAT 86 LAST", .binaryData(octets: 86, isLast: true)), ("bdat 100000 last", .binaryData(octets: 100_000, isLast: true)),
            ("AUTH PLAIN", .authenticate(mechanism: "PLAIN", initialResponse: nil)),
            ("auth plain =", .authenticate(mechanism: "PLAIN", initialResponse: SMTPCredential(octets: []))),
            (
                "AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=",
                .authenticate(mechanism: "PLAIN", initialResponse: SMTPCredential(octets: Array("test\0test\u{0}1234".utf8)))
            ),
            ("AUTH SCRAM-SHA-256-PLUS", .authenticate(mechanism: "SCRAM-SHA-256-PLUS", initialResponse: nil)),
            ("EHLO localhost.", .extendedHello(.other("localhost."))), ("HELO 192.0.2.1", .hello(.other("192.0.2.1"))),
            ("EHLO my_pc!", .extendedHello(.other("my_pc!"))),
        ] as [(String, SMTPCommand)])
    func `commands are read`(line: String, command: SMTPCommand) {
        #expect(parse(line) == .success(command))
    }

    @Test(arguments: ["mail.example.org", "MAIL.Example.ORG", "[192.0.2.1]", "[IPv6:2001:db8::1]", "localhost", "xn--wgv71a119e.jp"])
    func `client names are domains or literals`(name: String) {
        let strict = SMTPCommandParser(offering: Self.everything, tolerating: [])
        guard case .success(.extendedHello(let read)) = parse("EHLO \(name)", strict),
            case .success(.hello(read)) = parse("helo \(name)", strict)
        else {
            Issue.record("refused")
            return
        }
        #expect(read.description == (name.hasPrefix("[") ? name : name.lowercased()))
    }

    @Test(arguments: [
        ("MAIL FROM:<>", ""), ("mail from:<a@example.org>", "a@example.org"), ("MAIL FROM: <a@example.org>", "a@example.org"),
        ("MAIL FROM:   <a@example.org>  ", "a@example.org"), ("MAIL FROM:<a@EXAMPLE.org>", "a@example.org"),
        ("MAIL FROM:<@one.example,@two.example:joe@three.example>", "joe@three.example"),
        ("MAIL FROM:<\"a b\"@example.org>", "\"a b\"@example.org"),
        ("MAIL FROM:<\"a>b\"@example.org> SIZE=5", "\"a>b\"@example.org"), ("MAIL FROM:<\"a\\\"b\"@example.org>", "\"a\\\"b\"@example.org"),
        ("MAIL FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"), ("MAIL FROM:<a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"),
        ("MAIL FROM:<a+b=c@example.org>", "a+b=c@example.org"), ("MAIL FROM:<東@example.jp> SMTPUTF8", "東@example.jp"),
    ])
    func `reverse paths are read`(line: String, path: String) {
        guard case .success(.mail(let read, _)) = parse(line) else {
            Issue.record("refused: \(code(line))")
            return
        }
        #expect(read.description == path)
    }

    @Test(arguments: [
        ("RCPT TO:<b@example.org>", "b@example.org"), ("rcpt to:<b@example.org>", "b@example.org"),
        ("RCPT TO: <b@example.org>", "b@example.org"),
        ("RCPT TO:<Postmaster>", "Postmaster"), ("RCPT TO:<POSTMASTER>", "Postmaster"),
        ("RCPT TO:<postmaster@example.org>", "postmaster@example.org"),
        ("RCPT TO:<@hosta.int,@jkl.org:userc@d.bar.org>", "userc@d.bar.org"), ("RCPT TO:<東@例え.jp>", "東@xn--r8jz45g.jp"),
    ])
    func `forward paths are read`(line: String, path: String) {
        guard case .success(.recipient(let read, _)) = parse(line) else {
            Issue.record("refused: \(code(line))")
            return
        }
        #expect(read.description == path)
    }

    @Test func `parameters of MAIL are read`() throws {
        let line = "MAIL FROM:<a@example.org> SIZE=1234 body=8bitmime SMTPUTF8 RET=HDRS ENVID=QQ+2B314159 AUTH=e+3Dmc2@example.com"
        guard case .mail(_, let parameters) = try parse(line).get() else { return }
        #expect(parameters.size == 1_234)
        #expect(parameters.body == .eightBitMIME)
        #expect(parameters.isInternational)
        #expect(parameters.returnContent == .headers)
        #expect(parameters.envelopeIdentifier == "QQ+314159")
        #expect(parameters.authenticatedSender?.description == "e=mc2@example.com")
    }

    @Test(arguments: [
        ("SIZE=0", 0), ("SIZE=99999999999999999999", Int.max), ("SIZE=9223372036854775807", Int.max), ("SIZE=00000000000000000010", 10),
    ])
    func `sizes beyond all bounds are the largest number`(parameter: String, size: Int) throws {
        guard case .mail(_, let parameters) = try parse("MAIL FROM:<> \(parameter)").get() else { return }
        #expect(parameters.size == size)
    }

    @Test func `a withheld submitter is the null path`() throws {
        guard case .mail(_, let parameters) = try parse("MAIL FROM:<> AUTH=<>").get() else { return }
        #expect(parameters.authenticatedSender == .null)
    }

    @Test func `parameters of RCPT are read`() throws {
        let line = "RCPT TO:<b@example.org> NOTIFY=success,FAILURE ORCPT=rfc822;Bob@Ivory.EDU"
        guard case .recipient(_, let parameters) = try parse(line).get() else { return }
        #expect(parameters.notify == .on([.success, .failure]))
        #expect(parameters.originalRecipient?.addressType == "rfc822")
        #expect(parameters.originalRecipient?.address == "Bob@Ivory.EDU")
    }

    @Test(arguments: [
        // unknown and malformed words
        ("", "500 5.5.1"), (" ", "500 5.5.1"), ("FOO", "500 5.5.1"), ("LHLO a.example", "500 5.5.1"), ("DATAX", "500 5.5.1"),
        ("DAT", "500 5.5.1"),
        (" DATA", "500 5.5.1"), ("MAILFROM:<a@b.example>", "500 5.5.1"), ("GET / HTTP/1.1", "500 5.5.1"), ("\u{16}\u{3}\u{1}", "500 5.5.1"),
        ("D\u{c4}TA", "500 5.5.1"), ("DATA\tx", "500 5.5.1"), ("ETRN x.example", "500 5.5.1"),
        // arguments where none may be, none where one must be
        ("DATA x", "501 5.5.4"), ("RSET x", "501 5.5.4"), ("QUIT now", "501 5.5.4"), ("STARTTLS x", "501 5.5.4"), ("VRFY", "501 5.5.4"),
        ("VRFY ", "501 5.5.4"), ("EXPN", "501 5.5.4"), ("HELO", "501 5.5.4"), ("EHLO", "501 5.5.4"), ("EHLO ", "501 5.5.4"),
        ("EHLO a b", "501 5.5.4"), ("EHLO 日本", "accepted"), ("EHLO \u{1}", "500 5.5.2"),
        // BDAT
        ("BDAT", "501 5.5.4"), ("BDAT x", "501 5.5.4"), ("BDAT -1", "501 5.5.4"), ("BDAT 1 FIRST", "501 5.5.4"),
        ("BDAT 1 LAST x", "501 5.5.4"),
        ("BDAT 99999999999999999999", "501 5.5.4"), ("BDAT 999999999999999999999", "501 5.5.4"), ("BDAT  5", "501 5.5.4"),
        ("BDAT 0x10", "501 5.5.4"),
        // AUTH
        ("AUTH", "501 5.5.4"), ("AUTH PL@IN", "501 5.5.4"), ("AUTH ABCDEFGHIJKLMNOPQRSTUV", "501 5.5.4"), ("AUTH PLAIN !!!!", "501 5.5.2"),
        ("AUTH PLAIN dGVzdA", "501 5.5.2"), ("AUTH PLAIN dGVzdB==", "501 5.5.2"), ("AUTH PLAIN a b", "501 5.5.2"),
        ("AUTH PLAIN ==", "501 5.5.2"),
        // paths of MAIL
        ("MAIL", "501 5.1.7"), ("MAIL FROM", "501 5.1.7"), ("MAIL FROM:", "501 5.1.7"), ("MAIL FROM :<a@example.org>", "501 5.1.7"),
        ("MAIL  FROM:<a@example.org>", "501 5.1.7"), ("MAIL TO:<a@example.org>", "501 5.1.7"), ("MAIL FROM:a@example.org", "501 5.1.7"),
        ("MAIL FROM:<a@example.org", "501 5.1.7"), ("MAIL FROM:<a>", "501 5.1.7"), ("MAIL FROM:<@example.org>", "501 5.1.7"),
        ("MAIL FROM:<a@>", "501 5.1.7"), ("MAIL FROM:<a b@example.org>", "501 5.1.7"), ("MAIL FROM:<a@b@example.org>", "501 5.1.7"),
        ("MAIL FROM:<<a@example.org>>", "501 5.1.7"), ("MAIL FROM:<a@example.org>SIZE=1", "501 5.1.7"),
        ("MAIL FROM:<a@exa mple.org>", "501 5.1.7"),
        ("MAIL FROM:<\"a@example.org>", "501 5.1.7"), ("MAIL FROM:<a@-x.example>", "501 5.1.7"), ("MAIL FROM:<a@1.2.3.4>", "501 5.1.7"),
        ("MAIL FROM:<a@[1.2.3]>", "501 5.1.7"), ("MAIL FROM:<@a.example:>", "501 5.1.7"), ("MAIL FROM:<a@example..org>", "501 5.1.7"),
        ("MAIL FROM:<東@example.jp>", "553 5.6.7"), ("MAIL FROM:<a@例え.jp>", "553 5.6.7"), ("MAIL FROM:<a@example.org\u{0}>", "500 5.5.2"),
        ("MAIL FROM:<a\u{7f}@example.org>", "500 5.5.2"), ("MAIL FROM:<a@example.org>\r", "500 5.5.2"),
        ("MAIL FROM:<a@b.example>\n.", "500 5.5.2"),
        // paths of RCPT
        ("RCPT", "501 5.1.3"), ("RCPT TO:", "501 5.1.3"), ("RCPT TO:<>", "501 5.1.3"), ("RCPT TO:b@example.org", "501 5.1.3"),
        ("RCPT FROM:<b@example.org>", "501 5.1.3"), ("RCPT TO:<b>", "501 5.1.3"), ("RCPT TO:<b@example.org", "501 5.1.3"),
        ("RCPT TO:<postmaster", "501 5.1.3"), ("RCPT TO:<@a.example,b@c.example>", "501 5.1.3"),
        // parameters of MAIL
        ("MAIL FROM:<> FOO", "555 5.5.4"), ("MAIL FROM:<> FOO=BAR", "555 5.5.4"), ("MAIL FROM:<> NOTIFY=NEVER", "555 5.5.4"),
        ("MAIL FROM:<> SIZE", "501 5.5.4"), ("MAIL FROM:<> SIZE=", "501 5.5.4"), ("MAIL FROM:<> SIZE=-1", "501 5.5.4"),
        ("MAIL FROM:<> SIZE=1x", "501 5.5.4"), ("MAIL FROM:<> SIZE=123456789012345678901", "501 5.5.4"),
        ("MAIL FROM:<> SIZE=1 SIZE=1", "501 5.5.4"),
        ("MAIL FROM:<> size=1 SIZE=2", "501 5.5.4"), ("MAIL FROM:<> BODY", "501 5.5.4"), ("MAIL FROM:<> BODY=9BIT", "501 5.5.4"),
        ("MAIL FROM:<> SMTPUTF8=1", "501 5.5.4"), ("MAIL FROM:<> RET=ALL", "501 5.5.4"), ("MAIL FROM:<> ENVID=+ZZ", "501 5.5.4"),
        ("MAIL FROM:<> ENVID=+0A", "501 5.5.4"), ("MAIL FROM:<> =1", "501 5.5.4"), ("MAIL FROM:<> -X=1", "501 5.5.4"),
        ("MAIL FROM:<> A=B=C", "501 5.5.4"),
        ("MAIL FROM:<> X_Y=1", "501 5.5.4"), ("MAIL FROM:<> AUTH=nobody", "501 5.5.4"), ("MAIL FROM:<> AUTH=+0D@example.org", "501 5.5.4"),
        // parameters of RCPT
        ("RCPT TO:<b@example.org> SIZE=1", "555 5.5.4"), ("RCPT TO:<b@example.org> FOO", "555 5.5.4"),
        ("RCPT TO:<b@example.org> NOTIFY=", "501 5.5.4"), ("RCPT TO:<b@example.org> NOTIFY=NEVER,DELAY", "501 5.5.4"),
        ("RCPT TO:<b@example.org> NOTIFY=SUCCESS,SUCCESS", "501 5.5.4"), ("RCPT TO:<b@example.org> NOTIFY=SOMETIMES", "501 5.5.4"),
        ("RCPT TO:<b@example.org> NOTIFY=SUCCESS,", "501 5.5.4"), ("RCPT TO:<b@example.org> ORCPT=b@example.org", "501 5.5.4"),
        ("RCPT TO:<b@example.org> ORCPT=rfc822;", "501 5.5.4"), ("RCPT TO:<b@example.org> ORCPT=;x", "501 5.5.4"),
        ("RCPT TO:<b@example.org> ORCPT=rfc822;a+0D+0Ab", "501 5.5.4"), ("RCPT TO:<b@example.org> ORCPT=utf-8;\\x{}", "501 5.5.4"),
    ])
    func `other lines are refused with the right codes`(line: String, expected: String) {
        #expect(code(line) == expected)
    }

    @Test(arguments: [
        ("MAIL FROM: <a@example.org>", "501 5.1.7"), ("MAIL FROM:<a@example.org>  SIZE=1", "501 5.5.4"), ("DATA ", "501 5.5.4"),
        ("MAIL FROM:<a@example.org> ", "accepted"), ("EHLO localhost.", "501 5.5.4"), ("EHLO 1.2.3.4", "501 5.5.4"),
        ("MAIL FROM:a@example.org", "501 5.1.7"), ("MAIL FROM:<a@example.org>", "accepted"),
    ])
    func `without tolerances the grammar is strict`(line: String, expected: String) {
        #expect(code(line, SMTPCommandParser(offering: Self.everything, tolerating: [])) == expected)
    }

    @Test(arguments: [
        ("MAIL FROM:a@example.org", "accepted"), ("RCPT TO: b@example.org NOTIFY=NEVER", "accepted"), ("MAIL FROM:", "501 5.1.7"),
        ("MAIL FROM:a@example.org>", "501 5.1.7"), ("MAIL FROM:\"a\"@example.org", "501 5.1.7"), ("RCPT TO:", "501 5.1.3"),
    ])
    func `missing brackets can be tolerated`(line: String, expected: String) {
        #expect(code(line, SMTPCommandParser(offering: Self.everything, tolerating: [.extraSpaces, .missingBrackets])) == expected)
    }

    @Test(arguments: [
        ("BDAT 5", "502 5.5.1"), ("STARTTLS", "502 5.5.1"), ("AUTH PLAIN", "502 5.5.1"), ("MAIL FROM:<> SIZE=1", "555 5.5.4"),
        ("MAIL FROM:<> BODY=7BIT", "555 5.5.4"), ("MAIL FROM:<> SMTPUTF8", "555 5.5.4"), ("MAIL FROM:<> RET=FULL", "555 5.5.4"),
        ("MAIL FROM:<> ENVID=x", "555 5.5.4"), ("MAIL FROM:<> AUTH=<>", "555 5.5.4"), ("RCPT TO:<b@example.org> NOTIFY=NEVER", "555 5.5.4"),
        ("RCPT TO:<b@example.org> ORCPT=rfc822;x", "555 5.5.4"),
    ])
    func `what is not offered is not implemented`(line: String, expected: String) {
        #expect(code(line, SMTPCommandParser(offering: SMTPServerCapabilities())) == expected)
    }

    @Test func `binary content needs its own extension`() {
        let parser = SMTPCommandParser(offering: SMTPServerCapabilities(extensions: [.eightBitMIME]))
        #expect(code("MAIL FROM:<> BODY=BINARYMIME", parser) == "555 5.5.4")
        #expect(code("MAIL FROM:<> BODY=8BITMIME", parser) == "accepted")
    }

    @Test func `each command has the line length that its standards give it`() {
        #expect(code("NOOP " + String(repeating: "x", count: 505)) == "accepted")
        #expect(code("NOOP " + String(repeating: "x", count: 506)) == "500 5.5.2")
        #expect(code(String(repeating: "x", count: 511)) == "500 5.5.2")
        #expect(code("AUTH PLAIN " + String(repeating: "AAAA", count: 3_000)) == "accepted")
        #expect(code("AUTH PLAIN " + String(repeating: "AAAA", count: 3_070)) == "500 5.5.6")
        #expect(code("MAIL FROM:<> ENVID=" + String(repeating: "x", count: 100)) == "accepted")
        #expect(code("MAIL FROM:<> ENVID=" + String(repeating: "x", count: 101)) == "501 5.5.4")
        #expect(code("RCPT TO:<b@example.org> ORCPT=rfc822;" + String(repeating: "x", count: 493)) == "accepted")
        #expect(code("RCPT TO:<b@example.org> ORCPT=rfc822;" + String(repeating: "x", count: 494)) == "501 5.5.4")
        #expect(code("MAIL FROM:<> FOO=" + String(repeating: "x", count: 2_000)) == "500 5.5.2")
        #expect(code("RCPT TO:<" + String(repeating: "x", count: 2_000)) == "500 5.5.2")
    }

    @Test func `octets that are no UTF-8 are refused as an address`() {
        let line = Array("MAIL FROM:<".utf8) + [0xff, 0xfe] + Array("@example.org> SMTPUTF8".utf8)
        #expect(throws: SMTPCommandError.invalidSender(.notUTF8)) { try parser.parse(octets: line) }
    }

    @Test func `a reply repeats nothing that the client sent`() {
        for line in ["MAIL FROM:<evil text@x>", "EVIL", "MAIL FROM:<> EVIL=1", "RCPT TO:<evil", "HELO evil evil"] {
            guard case .failure(let error) = parse(line) else {
                Issue.record("accepted \(line)")
                continue
            }
            #expect(!error.reply.text.lowercased().contains("evil"))
        }
    }

    @Test func `no octets make the parser fail otherwise`() {
        var generator = SeededGenerator(seed: 1)
        let words = [
            "MAIL FROM:<", "RCPT TO:<", "BDAT ", "AUTH ", "EHLO ", " SIZE=", " ORCPT=utf-8;\\x{", "@", ">", "\"", "\\", "a.example", "+",
        ]
        for _ in 0..<20_000 {
            var line: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                line += Array((words.randomElement(using: &generator) ?? "").utf8)
                line += (0..<Int.random(in: 0...3, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            do throws(SMTPCommandError) {
                _ = try parser.parse(octets: line)
            } catch {
                #expect((500...555).contains(error.reply.code))
            }
        }
    }
}
