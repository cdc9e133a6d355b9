import Testing

@testable import Mail

struct EmailAddressTests {
    @Test(
        arguments: [
            ("user@example.com", "user@example.com"),
            ("User.Name+tag@EXAMPLE.Com", "User.Name+tag@example.com"),
            ("\"quoted local\"@example.com", "\"quoted local\"@example.com"),
            ("\"plain\"@example.com", "plain@example.com"),
            ("\"a\\\"b\\\\c\"@example.com", "\"a\\\"b\\\\c\"@example.com"),
            ("\"a@b\"@example.com", "\"a@b\"@example.com"),
            ("\"a\\@b\"@example.com", "\"a@b\"@example.com"),
            ("abc..def.@docomo.ne.jp", "\"abc..def.\"@docomo.ne.jp"),
            ("user@[192.0.2.1]", "user@[192.0.2.1]"),
            ("user@[IPv6:2001:DB8::1]", "user@[IPv6:2001:db8::1]"),
            ("用户@例え.jp", "用户@xn--r8jz45g.jp"),
            ("user@EXAMPLE。jp", "user@example.jp"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
            ("\" \"@example.com", "\" \"@example.com"),
            ("a@b", "a@b"),
        ])
    func `an address is read and written in its wire form`(text: String, wire: String) throws {
        let address = try EmailAddress(text)
        #expect(address.description == wire)
        #expect(try EmailAddress(address.description) == address)
    }

    @Test(
        arguments: [
            ("", MailSyntaxError.missingAtSign),
            ("user", .missingAtSign),
            ("@example.com", .localPart(.empty)),
            ("a b@example.com", .localPart(.invalidCharacter)),
            ("a\r\nb@example.com", .localPart(.invalidCharacter)),
            ("\"a\r\nb\"@example.com", .localPart(.invalidCharacter)),
            ("\"a\u{0}b\"@example.com", .localPart(.invalidCharacter)),
            ("a\u{85}b@example.com", .localPart(.invalidCharacter)),
            ("\"open@example.com", .localPart(.unterminatedQuote)),
            ("\"a\"b@example.com", .localPart(.invalidCharacter)),
            ("<a@example.com", .localPart(.invalidCharacter)),
            ("a@b@example.com", .localPart(.invalidCharacter)),
            ("user@", .domain(.empty)),
            ("user@.com", .domain(.emptyLabel)),
            ("user@example.com.", .domain(.emptyLabel)),
            ("user@-a.com", .domain(.hyphenAtEdge)),
            ("user@192.0.2.1", .domain(.numericTopLevel)),
            ("user@exa mple.com", .domain(.invalidCharacter)),
            ("user@example.com>", .domain(.invalidCharacter)),
            ("user@[192.0.2.256]", .addressLiteral),
            ("user@[IPv6:zz]", .addressLiteral),
            ("user@[tag:192.0.2.1]", .addressLiteral),
            ("user@[]", .addressLiteral),
            ("user@[192.0.2.1", .addressLiteral),
        ])
    func `a malformed address is refused with its reason`(text: String, reason: MailSyntaxError) {
        #expect(throws: reason) { try EmailAddress(text) }
    }

    @Test func `the limits of RFC 5321 are exact`() throws {
        let longest = String(repeating: "a", count: 64)
        #expect(try EmailAddress("\(longest)@example.com").localPart == longest)
        #expect(throws: MailSyntaxError.localPart(.tooLong)) { try EmailAddress("a\(longest)@example.com") }
        let domain = Array(repeating: String(repeating: "d", count: 63), count: 3).joined(separator: ".")  // 191 octets
        #expect(try EmailAddress("\(String(repeating: "a", count: 62))@\(domain)").description.utf8.count == 254)
        #expect(throws: MailSyntaxError.addressTooLong) { try EmailAddress("\(String(repeating: "a", count: 63))@\(domain)") }
        #expect(throws: MailSyntaxError.domain(.labelTooLong)) { try EmailAddress("a@\(String(repeating: "d", count: 64)).com") }
        #expect(throws: MailSyntaxError.addressTooLong) { try EmailAddress(String(repeating: "a", count: 100_000) + "@b") }
    }

    @Test(arguments: [
        ("@a.example,@b.example:user@c.example", "user@c.example"), ("@a:user@c", "user@c"), ("user@c", "user@c"),
    ])
    func `a source route is dropped`(path: String, address: String) throws {
        #expect(try EmailAddress(path: path).description == address)
    }

    @Test(arguments: ["@a.example", "@a,b:user@c", "@:user@c", "@a,:user@c"])
    func `a malformed source route is refused`(path: String) {
        #expect(throws: MailSyntaxError.sourceRoute) { try EmailAddress(path: path) }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: MailSyntaxError.notUTF8) { try EmailAddress(pathBytes: [0x61, 0xFF, 0x40, 0x62]) }
        #expect(throws: MailSyntaxError.notUTF8) { try ReversePath(pathBytes: [0xC0, 0xAF, 0x40, 0x62]) }
    }

    @Test func `the look-up key ignores case and composition`() throws {
        #expect(try EmailAddress("USER@Example.COM").lookupKey == "user@example.com")
        let composed = try EmailAddress("caf\u{E9}@example.com").lookupKey
        let decomposed = try EmailAddress("CAFE\u{301}@example.com").lookupKey
        #expect(Array(composed.utf8) == Array(decomposed.utf8))
        #expect(try EmailAddress("\"A b\"@example.com").lookupKey == "\"a b\"@example.com")
    }

    @Test func `only a local part beyond ASCII makes an address international`() throws {
        #expect(try EmailAddress("用户@example.com").isInternational)
        #expect(try !EmailAddress("user@例え.jp").isInternational)
        let envelope = Envelope(reversePath: .null, recipients: [try EmailAddress("用户@example.com")])
        #expect(envelope.isInternational)
        #expect(!Envelope(reversePath: .null, recipients: [try EmailAddress("a@b")]).isInternational)
    }

    @Test func `the null reverse path is empty between its brackets`() throws {
        #expect(try ReversePath(path: "").isNull)
        #expect("<\(ReversePath.null)>" == "<>")
        #expect("<\(try ReversePath(path: "a@b"))>" == "<a@b>")
    }
}
