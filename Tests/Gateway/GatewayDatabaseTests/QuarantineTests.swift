import Delivery
import DomainsAndUsers
import Filtering
import Firebird
import FirebirdTestKit
import Mail
import MessageLog
import Quarantine
import Settings
import Testing

@testable import GatewayDatabase

/// The quarantine, the access lists and the judgements in the database.
@Suite(.serialized) struct QuarantineTests {
    private func submission(
        _ place: TestDatabase, to recipients: [String] = ["user@example.com", "second@example.com"], subject: String = "A subject"
    ) throws -> QuarantineSubmission {
        var queued = try Samples.submission(to: recipients, subject: subject, node: place.node, isHeld: false)
        var log = Samples.entry(queued.message.identifier, node: place.node, subject: subject, result: .quarantined)
        log.judgement = MessageJudgement(
            verdict: .quarantine, isRecordedOnly: false, score: FilterScore(tenths: 65),
            findings: [
                MessageJudgement.Finding(
                    check: "attachments", outcome: .found, weight: .quarantine, score: .zero, microseconds: 120,
                    text: LocalizedText("Blocked attachment: a.exe.", ja: "禁止された添付ファイル: a.exe"))
            ])
        queued = QueueSubmission(message: queued.message, recipients: queued.recipients, log: log, refused: [], isHeld: false)
        return QuarantineSubmission(
            submission: queued, kind: .administrator, reason: LocalizedText("Blocked attachment: a.exe.", ja: "禁止された添付ファイル"),
            score: FilterScore(tenths: 65))
    }

    @Test(arguments: TestPlace.allCases) func `a quarantined message is kept, shown and queued once, whoever asks at the same moment`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let submission = try submission(test)
                let message = submission.submission.message.identifier
                try await writer.quarantine(submission, deadline: .seconds(20))
                #expect(try await test.queued(message) == 0)
                #expect(try await test.database.contentReferences.referenced([message, .fresh()]) == [message])
                let shown = try #require(try await test.database.quarantine.quarantinedMessage(message, of: .everybody))
                #expect(shown.recipients == ["user@example.com", "second@example.com"] && shown.kind == .administrator)
                #expect(shown.score == FilterScore(tenths: 65) && shown.reason.japanese == "禁止された添付ファイル")

                let quarantine = test.database.quarantine
                let released = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await quarantine.release([message], of: .everybody, audit: Self.audit(test, "quarantine.release")).count
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(released == 1)
                #expect(try await test.queued(message) == 2)
                #expect(try await quarantine.quarantinedMessage(message, of: .everybody) == nil)
                #expect(try await test.database.contentReferences.referenced([message]) == [message])
                let leases = try await writer.claimDue(limit: 10)
                #expect(leases.map(\.message.identifier) == [message])
                let receivedAt = submission.submission.message.receivedAt
                #expect(
                    leases.first?.recipients.allSatisfy { ($0.queuedAt ?? receivedAt) > receivedAt } == true, "tried from the release on")
                #expect(leases.first?.message.prependedHeader == submission.submission.message.prependedHeader)
                #expect(leases.first?.recipients.map(\.notify) == submission.submission.recipients.map(\.notify))
                #expect(leases.first?.recipients.map(\.originalRecipient) == submission.submission.recipients.map(\.originalRecipient))
                let details = try #require(try await test.database.messageLog.details(of: message))
                #expect(details.record.entry.result == .quarantined)
                #expect(details.record.entry.judgement == submission.submission.log.judgement)
                #expect(details.record.recipients.map(\.state) == [.queued, .queued])
                #expect(details.events.map(\.kind).filter { $0 == .quarantined }.count == 2)
                #expect(details.events.map(\.kind).filter { $0 == .released }.count == 2)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `copies that are not kept back go into the queue, and the content stays for both`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let whole = try submission(test)
                let message = whole.submission.message.identifier
                let submission = QuarantineSubmission(
                    submission: whole.submission, kind: .administrator, reason: whole.reason, score: whole.score, keptOrdinals: [1])
                try await writer.quarantine(submission, deadline: .seconds(20))
                #expect(try await test.queued(message) == 1)
                let leases = try await writer.claimDue(limit: 10)
                #expect(leases.flatMap(\.recipients).map(\.address.description) == ["user@example.com"])
                let shown = try #require(try await test.database.quarantine.quarantinedMessage(message, of: .everybody))
                #expect(shown.recipients == ["second@example.com"])
                let details = try #require(try await test.database.messageLog.details(of: message))
                #expect(details.record.recipients.map(\.state) == [.queued, .quarantined])
                #expect(details.events.map(\.ordinal) == [1])
                let removal = try await test.database.quarantine.discard(
                    [message], of: .everybody, audit: Self.audit(test, "quarantine.delete"))
                #expect(removal.done == [message] && removal.freeContent.isEmpty, "the copy in the queue needs it")
            }
        }
    }

    @Test func `released and deleted at once is one of the two, and never both`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try submission(test)
                let message = submission.submission.message.identifier
                try await writer.quarantine(submission, deadline: .seconds(20))
                let quarantine = test.database.quarantine
                async let released = quarantine.release([message], of: .everybody, audit: Self.audit(test, "quarantine.release"))
                async let deleted = quarantine.discard([message], of: .everybody, audit: Self.audit(test, "quarantine.delete"))
                let counts = try await (released.count, deleted.done.count)
                #expect(counts.0 + counts.1 == 1)
                #expect(try await test.queued(message) == 2 * counts.0)
                #expect(try await test.database.contentReferences.referenced([message]).count == counts.0)
            }
        }
    }

    @Test func `only what is too old expires, some at a time`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let old = try (0..<3).map { _ in try submission(test) }
                for message in old { try await writer.quarantine(message, deadline: .seconds(20)) }
                let limit = UTCTime.now().advanced(by: .seconds(1))
                try await test.execute("update quarantine set quarantined_at = quarantined_at - 100000")
                let fresh = try submission(test)
                try await writer.quarantine(fresh, deadline: .seconds(20))
                let quarantine = test.database.quarantine
                let border = limit.advanced(by: .seconds(-50))
                #expect(try await quarantine.expire(before: border, limit: 2).done.count == 2)
                #expect(try await quarantine.expire(before: border, limit: 2).done.count == 1)
                #expect(try await quarantine.expire(before: border, limit: 2).done.isEmpty)
                #expect(
                    try await quarantine.quarantined(QuarantineFilter(), of: .everybody, after: nil, limit: 10).map(\.message) == [
                        fresh.submission.message.identifier
                    ])
                let details = try #require(try await test.database.messageLog.details(of: old[0].submission.message.identifier))
                #expect(details.record.recipients.map(\.state) == [.deleted, .deleted])
                #expect(details.events.contains { $0.kind == .expired })
            }
        }
    }

    @Test func `pages run from the newest to the oldest, filtered by kind and text`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                for number in 0..<7 {
                    try await writer.quarantine(try submission(test, subject: "number \(number)"), deadline: .seconds(20))
                }
                let quarantine = test.database.quarantine
                var seen: [QuarantinedMessage] = []
                while true {
                    let cursor = seen.last.map { QuarantineCursor(quarantinedAt: $0.quarantinedAt, message: $0.message) }
                    let page = try await quarantine.quarantined(QuarantineFilter(), of: .everybody, after: cursor, limit: 3)
                    if page.isEmpty { break }
                    seen += page
                }
                #expect(Set(seen.map(\.message)).count == 7 && seen.count == 7)
                var filter = QuarantineFilter()
                filter.text = "NUMBER 5"
                #expect(try await quarantine.quarantined(filter, of: .everybody, after: nil, limit: 10).map(\.subject) == ["number 5"])
                filter.text = ""
                filter.kind = .user
                #expect(try await quarantine.quarantined(filter, of: .everybody, after: nil, limit: 10).isEmpty)
            }
        }
    }

    @Test func `access lists are loaded when they changed and not otherwise`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.accessLists
            #expect(try await table.loadAccessLists(ifNewerThan: .none) == nil)
            let entry = AccessListEntry(
                identifier: .fresh(), list: .block, kind: .senderDomain, value: "example.net", domain: try DomainName("example.com"),
                note: "x")
            try await table.insert(entry, audit: Self.audit(test, "access-list.add"))
            let lists = try #require(try await table.loadAccessLists(ifNewerThan: .none))
            #expect(lists.count == 1)
            #expect(try await test.database.settings.currentRevision() == lists.revision)
            #expect(try await table.loadAccessLists(ifNewerThan: lists.revision) == nil)
            #expect(try await table.accessListEntry(entry.identifier) == entry)
            await #expect(throws: DirectoryError.self) { try await table.insert(entry, audit: Self.audit(test, "access-list.add")) }
            try await table.setAccessListNote("y", of: entry.identifier, audit: Self.audit(test, "access-list.change"))
            #expect(try await table.accessListEntries(AccessListFilter(), after: nil, limit: 5).map(\.note) == ["y"])
            #expect(
                try await table.deleteAccessListEntries([entry.identifier, .fresh()], audit: Self.audit(test, "access-list.delete")) == 1)
            #expect(try await table.loadAccessLists(ifNewerThan: lists.revision)?.count == 0)
        }
    }

    @Test func `a deleted domain takes its entries along and leaves those of others`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.accessLists
            let name = try DomainName("example.com")
            try await test.database.domains.insert(
                ProtectedDomain(identifier: .fresh(), name: name, mailServers: []), audit: Self.audit(test, "domain.add"))
            for domain in [name, try DomainName("example.org"), nil] {
                let entry = AccessListEntry(
                    identifier: .fresh(), list: .block, kind: .senderDomain, value: "example.net", domain: domain, note: "")
                try await table.insert(entry, audit: Self.audit(test, "access-list.add"))
            }
            let before = try #require(try await table.loadAccessLists(ifNewerThan: .none))
            try await test.database.domains.delete(name, audit: Self.audit(test, "domain.delete"))
            #expect(try await table.loadAccessLists(ifNewerThan: before.revision)?.count == 2)
            let left = try await table.accessListEntries(AccessListFilter(), after: nil, limit: 5)
            #expect(!left.contains { $0.domain == name })
        }
    }

    @Test func `entries come by value, page by page, filtered`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.accessLists
            for number in 0..<7 {
                let entry = AccessListEntry(
                    identifier: .fresh(), list: number == 3 ? .allow : .block, kind: .sender, value: "user\(number)@example.net",
                    domain: nil)
                try await table.insert(entry, audit: Self.audit(test, "access-list.add"))
            }
            var seen: [AccessListEntry] = []
            while true {
                let cursor = seen.last.map { AccessListCursor(value: $0.value, identifier: $0.identifier) }
                let page = try await table.accessListEntries(AccessListFilter(), after: cursor, limit: 3)
                if page.isEmpty { break }
                seen += page
            }
            #expect(seen.map(\.value) == (0..<7).map { "user\($0)@example.net" })
            var filter = AccessListFilter()
            filter.list = .allow
            #expect(try await table.accessListEntries(filter, after: nil, limit: 10).map(\.value) == ["user3@example.net"])
            filter.list = nil
            filter.text = "USER5"
            #expect(try await table.accessListEntries(filter, after: nil, limit: 10).map(\.value) == ["user5@example.net"])
        }
    }

    private static func audit(_ test: TestDatabase, _ action: String) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: action, target: "test")
    }
}
