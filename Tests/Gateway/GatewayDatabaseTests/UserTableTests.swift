import Administration
import DomainsAndUsers
import Firebird
import FirebirdTestKit
import Mail
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct UserTableTests {
    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .administrator(name: "admin"), node: test.node, action: "user.test", target: "x", detail: "")
    }

    private static func addDomain(_ name: String, _ test: TestDatabase) async throws {
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), name: try DomainName(name),
            mailServers: [MailServer(endpoint: HostAndPort(host: "127.0.0.1", port: 25))])
        try await test.database.domains.insert(domain, audit: audit(test))
    }

    @discardableResult private static func add(
        _ address: String, aliases: [String] = [], isEnabled: Bool = true, password: String? = nil, _ test: TestDatabase
    ) async throws -> User {
        let user = User(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), address: try EmailAddress(address),
            displayName: "鈴木 一郎", isEnabled: isEnabled, hasPassword: password != nil, aliases: try aliases.map { try EmailAddress($0) },
            createdAt: UTCTime(milliseconds: 1_790_000_000_000))
        let verifier = try password.map { try SCRAMVerifier.compute($0, iterations: 4096) }
        try await test.database.users.insert(user, verifier: verifier, audit: audit(test))
        return user
    }

    private static func with(_ place: TestPlace = .embedded, _ body: @escaping @Sendable (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with(place) { test in
            for name in ["example.com", "example.jp"] { try await addDomain(name, test) }
            try await body(test)
        }
    }

    @Test(arguments: TestPlace.allCases) func `a user is read as he was written, by any case of his address`(_ place: TestPlace)
        async throws
    {
        try await Self.with(place) { test in
            let users = test.database.users
            let user = try await Self.add("Suzuki@example.com", aliases: ["a@example.jp", "z@example.com"], password: "pencil", test)
            #expect(try await users.user(try EmailAddress("sUZUKI@Example.COM")) == user)
            #expect(try await users.user(try EmailAddress("a@example.jp")) == nil, "an alias is no user")
            let credential = try #require(try await users.credential(named: "suzuki@example.com"))
            #expect(credential.user == user)
            #expect(try credential.verifier.matches("pencil"))
        }
    }

    @Test(arguments: TestPlace.allCases) func `a mail server's name and password are read as they were written`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let credential = MailServerCredential(userName: "gateway@例え", password: "鉛筆 pencil")
            let servers = [
                MailServer(endpoint: HostAndPort(host: "a.test", port: 25), security: .verified, credential: credential),
                MailServer(endpoint: HostAndPort(host: "b.test", port: 25)),
            ]
            let domain = ProtectedDomain(identifier: .fresh(), name: try DomainName("example.com"), mailServers: servers)
            try await test.database.domains.insert(domain, audit: Self.audit(test))
            #expect(try await test.database.domains.loadDomains().all.first?.mailServers == servers)
        }
    }

    @Test func `a domain with an alias is loaded as one, and no other is`() async throws {
        try await Self.with { test in
            let before = try await test.database.domains.loadDomains()
            #expect(before.all.map(\.hasAliases) == [false, false])
            try await Self.add("suzuki@example.com", aliases: ["a@example.jp"], test)
            let after = try await test.database.domains.loadDomains()
            #expect(after.all.map(\.hasAliases) == [false, true])
            #expect(after.revision > before.revision, "other nodes learn of it")
        }
    }

    @Test func `users, aliases and listed addresses are known, those of disabled users are not`() async throws {
        try await Self.with { test in
            let users = test.database.users
            let enabled = try await Self.add("suzuki@example.com", aliases: ["a@example.jp"], test)
            try await Self.add("tanaka@example.com", aliases: ["b@example.jp"], isEnabled: false, test)
            _ = try await test.database.domains.addRecipients(
                [try EmailAddress("list@example.com")], to: try DomainName("example.com"), audit: Self.audit(test))
            let expected: [(String, RecipientListing)] = [
                ("SUZUKI@example.com", .listed), ("A@example.jp", .alias(of: enabled.address)), ("list@example.com", .listed),
                ("tanaka@example.com", .unlisted), ("b@example.jp", .unlisted), ("other@example.com", .unlisted),
            ]
            for (address, listing) in expected { #expect(try await users.listing(of: try EmailAddress(address)) == listing, "\(address)") }
        }
    }

    @Test func `an address belongs to one user only`() async throws {
        try await Self.with { test in
            let first = try await Self.add("suzuki@example.com", aliases: ["a@example.jp"], test)
            for (address, aliases) in [
                ("Suzuki@example.com", []), ("A@example.jp", []), ("x@example.com", ["suzuki@example.com"]),
                ("x@example.com", ["A@example.jp"]),
            ] {
                await #expect(throws: DirectoryError.self, "\(address) \(aliases)") { try await Self.add(address, aliases: aliases, test) }
            }
            #expect(try await test.database.users.user(try EmailAddress("x@example.com")) == nil, "nothing of a refused one is left")
            var changed = first
            changed.aliases = [try EmailAddress("c@example.jp")]
            changed.displayName = "新"
            try await test.database.users.update(changed, audit: Self.audit(test))
            #expect(try await test.database.users.user(first.address) == changed)
            try await Self.add("a@example.jp", test)
        }
    }

    @Test func `a user needs a protected domain for himself and each alias`() async throws {
        try await Self.with { test in
            await #expect(throws: DirectoryError.notFound("elsewhere.example")) { try await Self.add("x@elsewhere.example", test) }
            await #expect(throws: DirectoryError.notFound("elsewhere.example")) {
                try await Self.add("x@example.com", aliases: ["x@elsewhere.example"], test)
            }
        }
    }

    @Test func `without a password, disabled or deleted, nobody signs in`() async throws {
        try await Self.with { test in
            let users = test.database.users
            var user = try await Self.add("suzuki@example.com", test)
            #expect(try await users.credential(named: "suzuki@example.com") == nil)
            try await users.setVerifier(
                try SCRAMVerifier.compute("pencil", iterations: 4096), of: user.identifier, audit: Self.audit(test))
            #expect(try await users.credential(named: "suzuki@example.com")?.user.hasPassword == true)
            user.isEnabled = false
            try await users.update(user, audit: Self.audit(test))
            #expect(try await users.credential(named: "suzuki@example.com") == nil)
            user.isEnabled = true
            try await users.update(user, audit: Self.audit(test))
            #expect(try await users.credential(named: "suzuki@example.com") != nil, "the password stays")
            try await users.setVerifier(nil, of: user.identifier, audit: Self.audit(test))
            #expect(try await users.credential(named: "suzuki@example.com") == nil)
            try await users.deleteUser(user.identifier, audit: Self.audit(test))
            await #expect(throws: DirectoryError.self) { try await users.deleteUser(user.identifier, audit: Self.audit(test)) }
            #expect(try await users.credential(named: String(repeating: "x", count: 1000)) == nil)
        }
    }

    @Test func `users are listed by pages and found by address and name`() async throws {
        try await Self.with { test in
            let users = test.database.users
            for number in 0..<7 { try await Self.add("user\(number)@example.com", aliases: ["alias\(number)@example.com"], test) }
            try await Self.add("other@example.jp", test)
            let domain = try DomainName("example.com")
            let first = try await users.users(of: domain, containing: "", after: nil, limit: 3)
            #expect(first.map(\.address.localPart) == ["user0", "user1", "user2"])
            #expect(first.map(\.aliases.count) == [1, 1, 1])
            let second = try await users.users(of: domain, containing: "", after: first.last?.address.lookupKey, limit: 10)
            #expect(second.map(\.address.localPart) == ["user3", "user4", "user5", "user6"])
            #expect(try await users.users(of: domain, containing: "USER5", after: nil, limit: 10).count == 1)
            #expect(try await users.users(of: domain, containing: "鈴木", after: nil, limit: 10).count == 7)
            #expect(try await users.users(of: domain, containing: String(repeating: "x", count: 3000), after: nil, limit: 1).isEmpty)
        }
    }

    @Test func `with a domain go its users, their aliases elsewhere and others' aliases in it`() async throws {
        try await Self.with { test in
            let users = test.database.users
            try await Self.add("suzuki@example.com", aliases: ["a@example.jp"], test)
            let other = try await Self.add("tanaka@example.jp", aliases: ["b@example.com", "c@example.jp"], test)
            try await test.database.domains.delete(try DomainName("example.com"), audit: Self.audit(test))
            #expect(try await users.listing(of: try EmailAddress("a@example.jp")) == .unlisted)
            #expect(try await users.user(other.address)?.aliases.map(\.description) == ["c@example.jp"])
        }
    }

    @Test func `the log keeps who signed in and by which alias a recipient was reached`() async throws {
        try await TestDatabase.with { test in
            let entry = MessageLogEntry(
                message: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), receivedAt: .now(), node: test.node,
                direction: .outbound,
                result: .refused, reason: "550",
                client: MessageLogClient(
                    address: "192.0.2.1", heloName: "x", protocolName: "ESMTPSA", tls: "TLSv1.3", user: "suzuki@example.com"),
                reversePath: "", header: .none, sizeBytes: 0)
            let recipient = RecipientLogEntry(
                ordinal: 0, address: "tanaka@example.com", state: .refused, reason: "", updatedAt: .now(), alias: "alias@example.com")
            try await test.withWriter { writer in
                writer.record(entry, recipients: [recipient])
                try await writer.beat(settingsRevision: .none)
            }
            let details = try #require(try await test.database.messageLog.details(of: entry.message))
            #expect(details.record.entry.user == "suzuki@example.com")
            #expect(details.record.recipients.map(\.alias) == ["alias@example.com"])
        }
    }
}
