import Foundation
import Testing

@testable import Mail

struct DomainNameTests {
    @Test(
        arguments: [
            ("Example.COM", "example.com", "example.com"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah", "例え.テスト"),
            ("bücher.example", "xn--bcher-kva.example", "bücher.example"),
            ("BÜCHER.example", "xn--bcher-kva.example", "bücher.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example", "bücher.example"),
            ("faß.de", "xn--fa-hia.de", "faß.de"),
            ("日本語．jp", "xn--wgv71a119e.jp", "日本語.jp"),
            ("ｅｘａｍｐｌｅ。ｊｐ", "example.jp", "example.jp"),
            ("_spf.example.com", "_spf.example.com", "_spf.example.com"),
            ("xn--zzzzzzz99999.com", "xn--zzzzzzz99999.com", "xn--zzzzzzz99999.com"),
            ("localhost", "localhost", "localhost"),
            ("1.2.3.com", "1.2.3.com", "1.2.3.com"),
        ])
    func `a domain is folded to lower-case A-labels and shown with U-labels`(text: String, ascii: String, unicode: String) throws {
        let domain = try DomainName(text)
        #expect(domain.ascii == ascii)
        #expect(domain.unicode == unicode)
    }

    // RFC 3492 §7.1, the samples that are valid in lower case.
    @Test(
        arguments: [
            ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
            ("他們爲什麽不說中文", "ihqwctvzc91f659drss3x8bo0yb"),
            ("なぜみんな日本語を話してくれないのか", "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa"),
            ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"),
            ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
            ("安室奈美恵-with-super-monkeys", "-with-super-monkeys-pc58ag80a8qai00g7n9n"),
            ("ひとつ屋根の下2", "2-u9tlzr9756bt3uc0v"),
            ("majiでkoiする5秒前", "majikoi5-783gue6qz075azm5e"),
            ("パフィーdeルンバ", "de-jg4avhby1noc0d"),
            ("そのスピードで", "d9juau41awczczp"),
        ])
    func `the samples of RFC 3492 are coded both ways`(label: String, encoded: String) {
        #expect(Punycode.encode(label) == encoded)
        #expect(Punycode.decode(encoded) == label)
    }

    @Test(arguments: [
        "", "a..b", ".", "a.", "-a", "a-", "a b", "a\u{0}b", "a/b", "a@b", "☃.net", "\u{301}a.jp", "a\u{2028}.jp", "10", "a.1",
    ])
    func `a malformed domain is refused`(text: String) {
        #expect(throws: MailSyntaxError.self) { try DomainName(text) }
    }

    @Test(arguments: ["99999999", "\u{7F}", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "-", "a-ä", String(repeating: "9", count: 64)])
    func `hostile Punycode is refused without harm`(text: String) {
        _ = Punycode.decode(text)
        #expect(Punycode.decode(String(repeating: "z", count: 60)) == nil)
    }

    @Test func `a domain knows its parents`() throws {
        let domain = try DomainName("a.b.example")
        #expect(domain.parent?.ascii == "b.example")
        #expect(domain.isEqualOrBelow(try DomainName("example")))
        #expect(domain.isEqualOrBelow(domain))
        #expect(try !domain.isEqualOrBelow(DomainName("xample")))
        #expect(try DomainName("example").parent == nil)
        #expect(domain.labels == ["a", "b", "example"])
    }

    @Test func `addresses survive coding and bad ones are refused by decoding`() throws {
        let envelope = Envelope(reversePath: .null, recipients: [try EmailAddress("用户@例え.jp"), try EmailAddress("a@[192.0.2.1]")])
        let data = try JSONEncoder().encode(envelope)
        #expect(try JSONDecoder().decode(Envelope.self, from: data) == envelope)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([DomainName].self, from: Data("[\"a..b\"]".utf8)) }
    }
}
