import BayesianLearning
import Mail
import Testing

/// Work that grows faster than the message would not end within a test run.
@Suite struct TokenizerLimitTests {
    private static func tokens(_ body: String, type: String, limits: TokenLimits = TokenLimits()) -> MessageTokens {
        MessageTokenizer(limits: limits).tokens(of: Array("Subject: x\nContent-Type: \(type)\n\n\(body)".utf8))
    }

    private static let wide: TokenLimits = {
        var limits = TokenLimits()
        limits.partBytes = 20_000_000
        limits.textBytes = 20_000_000
        return limits
    }()

    @Test func `there are never more tokens than the limit`() {
        let words = (0..<50_000).map { "w\(String($0, radix: 36))" }.joined(separator: " ")
        let tokens = Self.tokens(words, type: "text/plain", limits: Self.wide)
        #expect(tokens.hashes.count == TokenLimits().tokens)
        #expect(Set(tokens.hashes).count == tokens.hashes.count)
        #expect(tokens.isCut)
    }

    @Test func `text behind the limit is not looked at`() {
        let text = String(repeating: "same words ", count: 15_000) + "casino"
        let tokens = Self.tokens(text, type: "text/plain")
        let casino = Self.tokens("casino", type: "text/plain").hashes
        #expect(Set(tokens.hashes).count < 40)
        #expect(Set(casino).subtracting(tokens.hashes).count >= 1)
    }

    @Test(arguments: [
        "<div>", "<!--", "<!-- x", "<a href=\"", "<a href='x", "<script>", "</", "<", "<x y=", "&", "&#", "&#x110000;",
        "<span style=\"display:none\">",
        "<span style=\"" + String(repeating: "a:b;", count: 10), "http://", "http://a@", "www.", "!", "<b><i>", "\u{3042}",
        "\u{FF76}\u{FF9E}",
        "<a href=http://a.b.c.d.e.f/g/h?i=j>", "<img alt=\"x\">", "<table hidden>",
    ])
    func `three hundred thousand bytes of the same trick are read in one pass`(trick: String) {
        let body = String(repeating: trick, count: 300_000 / trick.utf8.count)
        let tokens = Self.tokens(body, type: "text/html; charset=utf-8", limits: Self.wide)
        #expect(tokens.hashes.count < 2_000)
    }

    @Test func `random bytes are read`() {
        var generator = SyntheticMail(seed: 11)
        for _ in 0..<100 {
            let alphabet = Array("<>&#;\"'=/!-abcx:.@ \n\t\u{00}".utf8) + [0xE3, 0x81, 0x82, 0xEF, 0xBD, 0xFF, 0x80]
            let bytes = (0..<400).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
            let message = Array("Subject: x\nContent-Type: text/html; charset=utf-8\n\n".utf8) + bytes
            #expect(MessageTokenizer().tokens(of: message).hashes.count < 2_000)
        }
    }
}
