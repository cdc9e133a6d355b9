import SMTP
import Testing

struct XTextTests {
    @Test(arguments: [
        ("abc", "abc"), ("a+b", "a+2Bb"), ("a=b", "a+3Db"), ("a b", "a+20b"), ("é", "+C3+A9"), ("", ""), ("\r\n", "+0D+0A"),
        ("user@example.org", "user@example.org"),
    ])
    func `special octets are written as plus and two digits`(plain: String, encoded: String) {
        #expect(XText.encode(plain.utf8) == encoded)
        #expect(XText.decode(encoded.utf8) == Array(plain.utf8))
    }

    @Test(arguments: ["+", "+2", "+2G", "a=b", "a b", "é", "a\u{7f}", "++2B"])
    func `what is no xtext is refused`(text: String) {
        #expect(XText.decode(text.utf8) == nil)
    }

    @Test func `every octet survives`() {
        let all = (0...255).map { UInt8($0) }
        #expect(XText.decode(XText.encode(all).utf8) == all)
        #expect(XText.encode(all).utf8.allSatisfy { (0x21...0x7e).contains($0) })
    }

    @Test(arguments: [
        ("東@例.jp", "\\x{6771}@\\x{4F8B}.jp"), ("a+b=c\\d", "a\\x{2B}b\\x{3D}c\\x{5C}d"), ("plain@example.org", "plain@example.org"),
    ])
    func `international addresses are written in ASCII`(plain: String, encoded: String) {
        #expect(UTF8AddressText.encode(plain) == encoded)
        #expect(UTF8AddressText.decode(Array(encoded.utf8)) == plain)
        #expect(UTF8AddressText.decode(Array(plain.replacing("\\", with: "\\x{5C}").utf8)) == plain)
    }

    @Test(arguments: ["\\", "\\x", "\\x{", "\\x{41", "\\x{D800}", "\\x{110000}", "\\x{00000041}", "\\y{41}", "\\x{G}"])
    func `a broken escape is refused`(text: String) {
        #expect(UTF8AddressText.decode(Array(text.utf8)) == nil)
    }

    @Test func `octets that are no UTF-8 are refused`() {
        #expect(UTF8AddressText.decode([0x61, 0xff]) == nil)
    }
}
