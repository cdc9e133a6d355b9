import Testing

@testable import SenderAuthentication

struct AuthenticationResultsTests {
    private func parse(_ text: String) -> AuthenticationResults? { AuthenticationResults(parsing: Array(text.utf8)[...]) }

    /// RFC 8601, appendix B.
    @Test func `the examples of the RFC are read`() throws {
        #expect(parse(" example.org 1; none") == AuthenticationResults(server: "example.org", methods: []))
        let two = try #require(
            parse(
                " example.com;\r\n          auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n          spf=pass smtp.mailfrom=example.net"
            ))
        #expect(two.methods.map(\.name) == ["auth", "spf"])
        #expect(two.methods.first?.value("smtp", "auth") == "sender@example.net")
        let nested = try #require(
            parse(
                " foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
                    + "      policy (A dot can go here) . (like that) expired\r\n      (this surprised me) = (as I wasn't expecting it) 1362471462"
            ))
        #expect(nested.server == "foo.example.net")
        let reason = try #require(parse("a.example; dkim=fail reason=\"bad \\\"key\\\"; no\" header.i=\"local part\"@b.example; arc=pass"))
        #expect(reason.methods.first?.reason == "bad \"key\"; no")
        #expect(reason.methods.first?.value("header", "i") == "local part@b.example")
        #expect(reason.methods.count == 2)
    }

    @Test func `what is written is read again`() throws {
        let results = AuthenticationResults(
            server: "gateway.example.org",
            methods: [
                AuthenticationResults.Method(
                    "spf", "softfail", properties: [AuthenticationResults.Property("smtp", "mailfrom", "a b\"c\\@example.org")]),
                AuthenticationResults.Method(
                    "dkim", "pass", properties: [AuthenticationResults.Property("header", "d", "example.org")], comment: "2048 bits (weak)"),
                AuthenticationResults.Method("dmarc", "fail", reason: "p=reject; \"x\""),
            ])
        let field = results.field()
        let text = String(decoding: field, as: UTF8.self)
        #expect(text.hasPrefix("Authentication-Results: gateway.example.org; spf=softfail"))
        #expect(text.contains("(2048 bits _weak_)"))
        let read = try #require(AuthenticationResults(parsing: field[(field.firstIndex(of: 0x3A) ?? 0) + 1..<field.count]))
        #expect(read.methods.map(\.result) == ["softfail", "pass", "fail"])
        #expect(read.methods[0].value("smtp", "mailfrom") == "a b\"c\\@example.org")
        #expect(read.methods[2].reason == "p=reject; \"x\"")
    }

    @Test func `nothing from outside makes another line`() {
        let results = AuthenticationResults(
            server: "g.example\r\nX-Evil: 1",
            methods: [
                AuthenticationResults.Method(
                    "s\r\npf", "pa\r\nss", reason: "a\r\nb", properties: [AuthenticationResults.Property("x", "y", "\r\n\r\nbody")],
                    comment: "c)\r\nd")
            ])
        let lines = String(decoding: results.field(), as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.last == "")
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(" ") })
    }

    @Test(
        arguments: [
            ("gateway.example.org; spf=pass", true), (" GATEWAY.example.ORG ; none", true), ("\r\n\tgateway.example.org 1;none", true),
            ("(a (b) comment) gateway.example.org; x", true), ("\"gateway.example.org\"; x=y", true), ("gateway.example.org.; x", true),
            ("gateway.example.org", true), ("other.example.org; spf=pass", false), ("gateway.example.org.evil.example; x", false),
            ("", false), ("; gateway.example.org", false),
        ])
    func `a field that bears our name is found however it is written`(body: String, isForged: Bool) {
        #expect(AuthenticationResults.isForged(Array(body.utf8)[...], ours: ["gateway.example.org"]) == isForged)
    }
}
