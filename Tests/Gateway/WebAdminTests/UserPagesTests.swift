import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Mail
import Testing

@testable import WebAdmin

/// The pages of a domain's users.
struct UserPagesTests {
    private static let path = "/domains/example.co.jp/users"

    @Test func `a user is added from the part before the at sign, with a password and aliases`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get(Self.path).text.contains("No user yet"))
            let page = try await browser.post(
                Self.path + "/add",
                [
                    ("address", "suzuki"), ("display-name", "鈴木 <b>一郎</b>"), ("aliases", "sales\r\ninfo@example.net\r\n"),
                    ("state", "enabled"), ("password", "a long password"), ("password-again", "a long password"),
                ])
            #expect(page.location == Self.path + "/suzuki%40example.co.jp", "\(page.text.prefix(2000))")
            let user = try #require(gateway.users.all.first)
            #expect(user.aliases.map(\.description) == ["info@example.net", "sales@example.co.jp"] && user.hasPassword)
            let shown = try await browser.get(page.location ?? "").text
            #expect(shown.contains("The user was added") && shown.contains("Set") && !shown.contains("<b>一郎"))
            #expect(!shown.contains("SCRAM") && !shown.contains("a long password"))
            #expect(try await browser.get(Self.path).text.contains("鈴木 &lt;b&gt;一郎"))
        }
    }

    @Test(arguments: [
        ("suzuki@elsewhere.example", "", "", "is not an address of a protected domain"),
        ("suzuki", "x@elsewhere.example", "", "is not an address"),
        ("suzuki", "", "short", "A password has at least"), ("", "", "", "is not an address"),
    ])
    func `a bad user is shown again with the error at the field`(
        address: String, aliases: String, password: String, message: String
    ) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post(
                Self.path + "/add", [("address", address), ("aliases", aliases), ("password", password), ("password-again", password)])
            #expect(page.status == .unprocessableContent && page.text.contains(message), "\(page.text.suffix(3000))")
            #expect(page.text.contains("value=\"\(address)\""))
            #expect(gateway.users.all.isEmpty)
        }
    }

    @Test func `a user is changed, given a password, and deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            try await browser.post(Self.path + "/add", [("address", "suzuki")])
            let user = Self.path + "/suzuki%40example.co.jp"
            #expect(try await browser.post(user, [("aliases", "a, b"), ("state", "disabled")]).location == user)
            #expect(gateway.users.all.first?.aliases.count == 2 && gateway.users.all.first?.isEnabled == false)
            let differing = try await browser.post(user + "/password", [("password", "long password"), ("password-again", "other")])
            #expect(differing.status == .unprocessableContent)
            try await browser.post(user + "/password", [("password", "long password"), ("password-again", "long password")])
            #expect(gateway.users.all.first?.hasPassword == true)
            #expect(try await browser.get(user + "/password/remove").text.contains("Remove the password of"))
            try await browser.post(user + "/password/remove")
            #expect(gateway.users.all.first?.hasPassword == false)
            #expect(try await browser.get(user + "/delete").text.contains("Delete suzuki@example.co.jp?"))
            #expect(try await browser.post(user + "/delete").location == Self.path)
            #expect(gateway.users.all.isEmpty)
        }
    }

    @Test func `users are searched and paged`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            for number in 10..<62 { try await browser.post(Self.path + "/add", [("address", "user\(number)")]) }
            let page = try await browser.get(Self.path)
            #expect(page.text.contains("user10@") && !page.text.contains("user61@"))
            let next = try #require(page.links.first { $0.contains("after=") })
            #expect(try await browser.get(next).text.contains("user61@"))
            let found = try await browser.get(Self.path + "?text=user42")
            #expect(found.text.contains("user42@") && !found.text.contains("user43@"))
        }
    }

    @Test func `a user of another domain is not found under this one`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            try await browser.post(Self.path + "/add", [("address", "suzuki")])
            #expect(try await browser.get("/domains/example.net/users/suzuki%40example.co.jp").status == .notFound)
            #expect(try await browser.get(Self.path + "/nobody%40example.co.jp").status == .notFound)
        }
    }
}
