import Administration
import DomainsAndUsers
import Firebird
import FirebirdTestKit
import Mail
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct SettingsTableTests {
    private static func change(
        _ values: [String: String?], scope: SettingsScope = .cluster, section: String = "reception", basedOn: SettingsRevision? = nil
    ) -> SettingsChange {
        SettingsChange(scope: scope, section: section, values: values, basedOn: basedOn)
    }

    private static func audit(_ test: TestDatabase, _ target: String = "x") -> AuditEntry {
        AuditEntry(actor: .administrator(name: "管理者"), node: test.node, action: "settings.change", target: target, detail: "1 → 2")
    }

    @Test(arguments: TestPlace.allCases) func `a saved value is loaded with its revision and an audit row`(_ place: TestPlace) async throws
    {
        try await TestDatabase.with(place) { test in
            let settings = test.database.settings
            #expect(try await settings.currentRevision() == .none)
            let revision = try await settings.save(Self.change(["a": "値", "b": ""]), audit: [Self.audit(test)])
            #expect(revision == SettingsRevision(1))
            let node = try await settings.save(Self.change(["c": "3"], scope: .node(test.node), section: "node"), audit: [])
            let stored = try await settings.load()
            #expect(stored.revision == node && node == SettingsRevision(2))
            #expect(
                Set(stored.rows) == [
                    StoredSetting(scope: .cluster, section: "reception", name: "a", value: "値", revision: revision),
                    StoredSetting(scope: .cluster, section: "reception", name: "b", value: "", revision: revision),
                    StoredSetting(scope: .node(test.node), section: "node", name: "c", value: "3", revision: node),
                ])
            let entries = try await test.database.audit.auditEntries(AuditFilter(text: "管理"), before: nil, limit: 10)
            #expect(entries.map(\.action) == ["settings.change"])
        }
    }

    @Test func `a save over a newer save of the same section is a conflict and writes nothing`() async throws {
        try await TestDatabase.with { test in
            let settings = test.database.settings
            let first = try await settings.save(Self.change(["a": "1"]), audit: [])
            let second = try await settings.save(Self.change(["a": "2"], basedOn: first), audit: [])
            await #expect(throws: SettingsError.revisionConflict(current: second)) {
                _ = try await settings.save(Self.change(["a": "3"], basedOn: first), audit: [Self.audit(test)])
            }
            #expect(try await settings.currentRevision() == second)
            #expect(try await settings.load().rows.map(\.value) == ["2"])
            #expect(try await test.database.audit.auditEntries(AuditFilter(), before: nil, limit: 10).isEmpty)
            // Another section's save is no conflict.
            _ = try await settings.save(Self.change(["z": "1"], section: "dns"), audit: [])
            _ = try await settings.save(Self.change(["a": "4"], basedOn: second), audit: [])
        }
    }

    @Test func `a value put back to its default leaves a tombstone with its revision`() async throws {
        try await TestDatabase.with { test in
            let settings = test.database.settings
            let first = try await settings.save(Self.change(["a": "1"]), audit: [])
            let second = try await settings.save(Self.change(["a": String?.none]), audit: [])
            #expect(
                try await settings.load().rows == [
                    StoredSetting(scope: .cluster, section: "reception", name: "a", value: nil, revision: second)
                ])
            await #expect(throws: SettingsError.revisionConflict(current: second)) {
                _ = try await settings.save(Self.change(["a": "5"], basedOn: first), audit: [])
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `saves at the same moment all succeed, each with a revision of its own`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let revisions = try await withThrowingTaskGroup(of: SettingsRevision.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await test.database.settings.save(Self.change(["a\(number)": "\(number)"]), audit: [Self.audit(test)])
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(revisions == Set((1...20).map { SettingsRevision($0) }))
        }
    }

    @Test func `hostile values are kept as they are and too long ones refused`() async throws {
        try await TestDatabase.with { test in
            let hostile = "'; delete from setting; --\u{0}\u{1}\n\u{1F600}日本語"
            _ = try await test.database.settings.save(Self.change(["a": hostile]), audit: [])
            #expect(try await test.database.settings.load().rows.map(\.value) == [hostile])
            await #expect(throws: SettingsError.self) {
                _ = try await test.database.settings.save(Self.change(["a": String(repeating: "あ", count: 10_240)]), audit: [])
            }
        }
    }
}

@Suite struct DirectoryTableTests {
    private static func audit(_ test: TestDatabase, _ action: String = "domain.add") -> AuditEntry {
        AuditEntry(actor: .localCommand(userID: 0), node: test.node, action: action, target: "example.com")
    }

    private static func domain(_ name: String, servers: Int = 2) throws -> ProtectedDomain {
        ProtectedDomain(
            identifier: .fresh(), name: try DomainName(name), note: "本社のドメイン",
            mailServers: (0..<servers).map {
                MailServer(endpoint: HostAndPort(host: "mail\($0).\(name)", port: 2_500 + $0), priority: $0, security: .required)
            })
    }

    @Test(arguments: TestPlace.allCases) func `a domain is kept with its servers and every change raises the revision`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let domains = test.database.domains
            var domain = try Self.domain("example.com")
            try await domains.insert(domain, audit: Self.audit(test))
            var directory = try await domains.loadDomains()
            #expect(directory.all == [domain] && directory.revision == SettingsRevision(1))
            await #expect(throws: DirectoryError.alreadyExists("example.com")) {
                try await domains.insert(try Self.domain("example.com"), audit: Self.audit(test))
            }
            domain.note = ""
            domain.mailServers = [MailServer(endpoint: HostAndPort(host: "2001:db8::1", port: 25))]
            try await domains.update(domain, audit: Self.audit(test, "domain.change"))
            directory = try await domains.loadDomains()
            #expect(directory.all == [domain] && directory.revision == SettingsRevision(2))
            try await domains.delete(domain.name, audit: Self.audit(test, "domain.delete"))
            #expect(try await domains.loadDomains().count == 0)
            await #expect(throws: DirectoryError.notFound("example.com")) { try await domains.update(domain, audit: Self.audit(test)) }
            await #expect(throws: DirectoryError.notFound("example.com")) { try await domains.delete(domain.name, audit: Self.audit(test)) }
            #expect(try await test.number("select count(*) from audit") == 3)
        }
    }

    @Test func `a deleted domain leaves tombstones of its settings`() async throws {
        try await TestDatabase.with { test in
            try await test.database.domains.insert(try Self.domain("example.com"), audit: Self.audit(test))
            let scope = SettingsScope.domain("example.com")
            _ = try await test.database.settings.save(
                SettingsChange(scope: scope, section: "domain", values: ["recipients": "listed"], basedOn: nil), audit: [])
            try await test.database.domains.delete(try DomainName("example.com"), audit: Self.audit(test))
            let row = try #require(try await test.database.settings.load().rows.first)
            #expect(row.value == nil && row.revision == SettingsRevision(3))
        }
    }

    @Test(arguments: TestPlace.allCases) func `listed recipients are found by their key and paged in order`(_ place: TestPlace) async throws
    {
        try await TestDatabase.with(place) { test in
            let domains = test.database.domains
            let name = try DomainName("example.com")
            try await domains.insert(try Self.domain("example.com"), audit: Self.audit(test))
            let addresses = try ["Carol@Example.com", "alice@example.com", "bob@example.com", "BOB@example.com", "花子@example.com"].map {
                try EmailAddress($0)
            }
            #expect(try await domains.addRecipients(addresses, to: name, audit: Self.audit(test, "recipient.add")) == 4)
            #expect(try await domains.addRecipients(addresses, to: name, audit: Self.audit(test, "recipient.add")) == 0)
            let users = test.database.users
            #expect(try await users.listing(of: try EmailAddress("carol@EXAMPLE.com")) == .listed)
            #expect(try await users.listing(of: try EmailAddress("dave@example.com")) == .unlisted)
            let first = try await domains.listedRecipients(of: name, containing: "", after: nil, limit: 2)
            #expect(first.map(\.description) == ["alice@example.com", "bob@example.com"])
            let rest = try await domains.listedRecipients(of: name, containing: "", after: first.last?.lookupKey, limit: 10)
            #expect(rest.map(\.localPart) == ["Carol", "花子"])
            #expect(try await domains.listedRecipients(of: name, containing: "花", after: nil, limit: 10).map(\.localPart) == ["花子"])
            #expect(try await domains.listedRecipients(of: name, containing: "CAROL", after: nil, limit: 10).count == 1)
            #expect(try await domains.removeRecipients(addresses, from: name, audit: Self.audit(test, "recipient.remove")) == 4)
            #expect(try await users.listing(of: try EmailAddress("carol@example.com")) == .unlisted)
        }
    }

    private static func insertFirst(_ name: String, _ test: TestDatabase) async -> Bool {
        let administrator = Administrator(identifier: .fresh(), name: name, role: .global, language: .japanese, createdAt: .now())
        do throws(DirectoryError) {
            try await test.database.administrators.insert(
                administrator, password: PasswordHash(text: "x"), onlyAsFirst: true, audit: audit(test))
            return true
        } catch {
            return false
        }
    }

    @Test func `of two administrators who are both to be the first one is refused`() async throws {
        try await TestDatabase.with { test in
            let results = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<4 { group.addTask { await Self.insertFirst("Admin\(number)", test) } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(results == 1)
            let count = try await test.database.administrators.administratorCount()
            #expect(count == 1)
        }
    }

    @Test func `an administrator is found by name, changed and removed with all sessions`() async throws {
        try await TestDatabase.with { test in
            let administrators = test.database.administrators
            let admin = Administrator(identifier: .fresh(), name: "Hanako", role: .global, language: .english, createdAt: .now())
            try await administrators.insert(admin, password: PasswordHash(text: "first"), onlyAsFirst: true, audit: Self.audit(test))
            let found = try #require(try await administrators.administrator(named: "hanako"))
            #expect(found.administrator == admin && found.password.text == "first")
            await #expect(throws: DirectoryError.alreadyExists("HANAKO")) {
                let second = Administrator(identifier: .fresh(), name: "HANAKO", role: .global, language: .english, createdAt: .now())
                try await administrators.insert(second, password: PasswordHash(text: "x"), onlyAsFirst: false, audit: Self.audit(test))
            }
            try await administrators.setLanguage(.japanese, of: admin.identifier)
            #expect(try await administrators.administrator(admin.identifier)?.language == .japanese)

            let hash = [UInt8](repeating: 0, count: 31) + [1]
            let session = WebSession(
                tokenHash: hash, administrator: admin.identifier, createdAt: .now(), lastSeenAt: UTCTime(milliseconds: 1_000))
            try await administrators.insert(session, audit: Self.audit(test))
            #expect(try await administrators.session(tokenHash: hash) == session)
            #expect(try await administrators.session(tokenHash: [1]) == nil)
            try await administrators.touchSession(tokenHash: hash, at: UTCTime(milliseconds: 2_000))
            #expect(try await administrators.session(tokenHash: hash)?.lastSeenAt == UTCTime(milliseconds: 2_000))
            try await administrators.deleteSessions(lastSeenBefore: UTCTime(milliseconds: 2_000), createdBefore: UTCTime(milliseconds: 0))
            #expect(try await administrators.session(tokenHash: hash) != nil)
            try await administrators.setPassword(PasswordHash(text: "second"), of: admin.identifier, audit: Self.audit(test))
            #expect(try await administrators.session(tokenHash: hash) == nil)
            #expect(try await administrators.administrator(named: "hanako")?.password.text == "second")
            await #expect(throws: DirectoryError.lastOne) {
                try await administrators.deleteAdministrator(admin.identifier, audit: Self.audit(test))
            }
            let other = Administrator(identifier: .fresh(), name: "Jiro", role: .global, language: .english, createdAt: .now())
            try await administrators.insert(other, password: PasswordHash(text: "x"), onlyAsFirst: false, audit: Self.audit(test))
            try await administrators.deleteAdministrator(admin.identifier, audit: Self.audit(test))
            #expect(try await administrators.administrators() == [other])
            await #expect(throws: DirectoryError.notFound(admin.identifier.description)) {
                try await administrators.deleteAdministrator(admin.identifier, audit: Self.audit(test))
            }
        }
    }

    @Test func `the audit log is paged newest first and searched`() async throws {
        try await TestDatabase.with { test in
            for number in 0..<25 {
                let entry = AuditEntry(
                    actor: .node, node: test.node, action: "test.step", target: "target \(number)",
                    detail: String(repeating: "長", count: 3_000),
                    time: UTCTime(milliseconds: Int64(number / 5)))
                try await test.database.audit.record(entry)
            }
            var seen: [AuditRecord] = []
            while true {
                let cursor = seen.last.map { AuditCursor(time: $0.time, identifier: $0.identifier) }
                let page = try await test.database.audit.auditEntries(AuditFilter(), before: cursor, limit: 4)
                if page.isEmpty { break }
                seen += page
            }
            #expect(seen.count == 25 && Set(seen).count == 25)
            #expect(seen.map(\.time) == seen.map(\.time).sorted(by: >))
            #expect(
                try await test.database.audit.auditEntries(AuditFilter(text: "TARGET 7"), before: nil, limit: 10).map(\.target) == [
                    "target 7"
                ])
        }
    }
}
