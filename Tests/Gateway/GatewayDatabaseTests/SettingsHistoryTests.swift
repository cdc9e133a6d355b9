import Administration
import DomainsAndUsers
import Filtering
import Firebird
import FirebirdTestKit
import Mail
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct SettingsHistoryTests {
    private static func change(_ values: [String: String?], scope: SettingsScope = .cluster, section: String = "dns") -> SettingsChange {
        SettingsChange(scope: scope, section: section, values: values, basedOn: nil)
    }

    private static func audit(_ test: TestDatabase, _ action: String = "settings.change", name: String = "管理者", detail: String = "")
        -> AuditEntry
    {
        AuditEntry(actor: .administrator(name: name), node: test.node, action: action, target: "example.com", detail: detail)
    }

    private static func all(_ test: TestDatabase, _ filter: SettingsHistoryFilter = .init()) async throws -> [SettingsHistoryEntry] {
        try await test.database.settings.settingsHistory(filter, before: nil, limit: 100)
    }

    private static func example() throws -> ProtectedDomain {
        ProtectedDomain(
            identifier: .fresh(), name: try DomainName("example.com"), note: "",
            mailServers: [
                MailServer(
                    endpoint: HostAndPort(host: "mx.example.com", port: 25), priority: 10, security: .required,
                    credential: MailServerCredential(userName: "gateway", password: "secret-word"))
            ])
    }

    @Test(arguments: TestPlace.allCases)
    func `each changed value is kept with who, where, before and after`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let settings = test.database.settings
            let first = try await settings.save(Self.change(["a": "1", "b": "旧"]), audit: [Self.audit(test)])
            let second = try await settings.save(Self.change(["a": "2", "b": "旧"]), audit: [Self.audit(test)])
            let third = try await settings.save(Self.change(["a": nil]), audit: [Self.audit(test)])
            let entries = try await Self.all(test)
            #expect(entries.map(\.revision) == [third, second, first, first])
            #expect(entries.first?.before == "2" && entries.first?.after == nil)
            #expect(entries[1].subject == .setting(.cluster, section: "dns", name: "a"))
            #expect(entries[1].before == "1" && entries[1].after == "2")
            #expect(entries.allSatisfy { $0.actor == "administrator:管理者" && $0.node == test.node })
            #expect(try await settings.oldestKnownRevision() == .none)
        }
    }

    @Test func `a value of the longest kind is kept whole and a longer one is refused`() async throws {
        try await TestDatabase.with { test in
            let longest = String(repeating: "ä", count: 8_000)
            _ = try await test.database.settings.save(Self.change(["a": longest]), audit: [])
            _ = try await test.database.settings.save(Self.change(["a": longest + ""]), audit: [])
            _ = try await test.database.settings.save(Self.change(["a": "x"]), audit: [])
            #expect(try await Self.all(test).map(\.before) == [longest, nil])
            await #expect(throws: SettingsError.self) {
                _ = try await test.database.settings.save(Self.change(["a": String(repeating: "長", count: 8_000)]), audit: [])
            }
        }
    }

    @Test func `changes of domains, users and lists raise the revision and stand in the history without secrets`() async throws {
        try await TestDatabase.with { test in
            let (database, domain) = (test.database, try Self.example())
            try await database.domains.insert(domain, audit: Self.audit(test, "domain.add", detail: "mx.example.com:25 as gateway"))
            _ = try await database.domains.addRecipients(
                [try EmailAddress("a@example.com")], to: domain.name, audit: Self.audit(test, "recipient.add", detail: "1"))
            let user = User(
                identifier: .fresh(), address: try EmailAddress("u@example.com"), displayName: "", isEnabled: true, hasPassword: false,
                aliases: [], createdAt: .now())
            try await database.users.insert(user, verifier: nil, audit: Self.audit(test, "user.add", detail: "enabled"))
            let entry = AccessListEntry(
                identifier: .fresh(), list: .block, kind: .sender, value: "x@y.example", domain: nil, note: "")
            try await database.accessLists.insert(entry, audit: Self.audit(test, "access-list.add", detail: "block"))
            try await database.domains.delete(domain.name, audit: Self.audit(test, "domain.delete", detail: "all"))
            var filter = SettingsHistoryFilter()
            filter.kind = .directory
            let entries = try await Self.all(test, filter)
            #expect(
                entries.map(\.subject)
                    == ["domain.delete", "access-list.add", "user.add", "recipient.add", "domain.add"].map {
                        .directory(action: $0, target: "example.com")
                    })
            #expect(entries.map(\.revision.number) == [5, 4, 3, 2, 1])
            #expect(entries.first?.before == "all" && entries.first?.after == nil)
            #expect(entries.last?.before == nil && entries.last?.after == "mx.example.com:25 as gateway")
            #expect(!"\(entries)".contains("secret-word"))
        }
    }

    @Test func `a removed domain's settings can be told from the history`() async throws {
        try await TestDatabase.with { test in
            try await test.database.domains.insert(try Self.example(), audit: Self.audit(test, "domain.add"))
            let change = Self.change(["recipients": "listed"], scope: .domain("example.com"), section: "domain")
            let saved = try await test.database.settings.save(change, audit: [])
            try await test.database.domains.delete(try DomainName("example.com"), audit: Self.audit(test, "domain.delete"))
            let now = try await test.database.settings.currentRevision()
            let changes = try await test.database.settings.settingsChanges(after: saved, upTo: now, limit: 100)
            let difference = SettingsDifference(from: now, to: saved, changes: changes)
            #expect(difference.settings.map(\.after) == ["listed"] && difference.settings.map(\.before) == [nil])
            #expect(difference.directory.count == 1)
        }
    }

    @Test func `the history is paged by key and filtered by scope, section, person and time`() async throws {
        try await TestDatabase.with { test in
            let settings = test.database.settings
            for number in 0..<6 {
                let audit = AuditEntry(
                    actor: .administrator(name: number % 2 == 0 ? "Hanako" : "Jiro"), node: test.node, action: "settings.change",
                    target: "",
                    time: UTCTime(milliseconds: Int64(number) * 1_000))
                let scope: SettingsScope = number < 3 ? .cluster : .node(test.node)
                _ = try await settings.save(
                    Self.change(["a": "\(number)", "b": "\(number)"], scope: scope, section: number < 3 ? "dns" : "node"), audit: [audit])
            }
            var seen: [SettingsHistoryEntry] = []
            while true {
                let cursor = seen.last.map { SettingsHistoryCursor(revision: $0.revision, identifier: $0.identifier) }
                let page = try await settings.settingsHistory(.init(), before: cursor, limit: 5)
                if page.isEmpty { break }
                seen += page
            }
            #expect(seen.count == 12 && Set(seen).count == 12)
            #expect(seen.map(\.revision) == seen.map(\.revision).sorted(by: >))
            func revisions(_ edit: (inout SettingsHistoryFilter) -> Void) async throws -> Set<Int64> {
                var filter = SettingsHistoryFilter()
                edit(&filter)
                return Set(try await Self.all(test, filter).map(\.revision.number))
            }
            #expect(try await revisions { $0.kind = .node } == [4, 5, 6])
            #expect(try await revisions { $0.owner = test.node.description } == [4, 5, 6])
            #expect(try await revisions { $0.section = "dns" } == [1, 2, 3])
            #expect(try await revisions { $0.actor = "HANAKO" } == [1, 3, 5])
            #expect(try await revisions { $0.since = UTCTime(milliseconds: 3_000) } == [4, 5, 6])
            #expect(try await revisions { $0.until = UTCTime(milliseconds: 3_000) } == [1, 2, 3])
        }
    }

    @Test func `several sections are saved as one revision, or not at all when anything was changed since`() async throws {
        try await TestDatabase.with { test in
            let settings = test.database.settings
            let first = try await settings.save(Self.change(["a": "1"]), audit: [])
            let changes = [Self.change(["a": nil]), Self.change(["b": "2"], section: "web")]
            let second = try await settings.save(changes, ifRevisionIs: first, audit: Self.audit(test, "settings.return"))
            #expect(second == SettingsRevision(2))
            #expect(try await Self.all(test).filter { $0.revision == second }.count == 2)
            await #expect(throws: SettingsError.revisionConflict(current: second)) {
                _ = try await settings.save(changes, ifRevisionIs: first, audit: Self.audit(test, "settings.return"))
            }
            #expect(try await settings.currentRevision() == second)
            #expect(try await test.database.audit.auditEntries(AuditFilter(text: "settings.return"), before: nil, limit: 10).count == 1)
        }
    }

    @Test func `what is old goes and what stays has no gap`() async throws {
        try await TestDatabase.with { test in
            let settings = test.database.settings
            // A node whose clock is behind writes the third.
            for (number, time) in [1_000, 5_000, 2_000, 6_000].enumerated() {
                let audit = AuditEntry(
                    actor: .node, node: test.node, action: "settings.change", target: "", time: UTCTime(milliseconds: Int64(time)))
                _ = try await settings.save(Self.change(["a": "\(number)"]), audit: [audit])
            }
            let maintenance = test.database.maintenance
            _ = try await maintenance.beginMaintenance("x")
            _ = try await maintenance.removeBatch(.auditEntries, before: UTCTime(milliseconds: 3_000), after: nil, in: "x")
            #expect(try await Self.all(test).map(\.revision.number) == [4, 3, 2])
            #expect(try await settings.oldestKnownRevision() == SettingsRevision(1))
            _ = try await maintenance.removeBatch(.auditEntries, before: UTCTime(milliseconds: 9_000), after: nil, in: "x")
            #expect(try await Self.all(test).isEmpty)
            #expect(try await settings.oldestKnownRevision() == SettingsRevision(4))
        }
    }
}
