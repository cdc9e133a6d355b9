import Foundation
import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// Queue, message log and audit log.
struct MailRouteTests {
    @Test func `the queue is listed by pages`() async throws {
        let gateway = try InMemoryGateway.filled(messages: 5)
        var seen: [String] = []
        var path = "/queue?limit=2"
        for _ in 0..<4 {
            let page = try await gateway.request(.get, path).decoded(PageDocument<QueueEntryDocument>.self)
            seen += page.items.map(\.reversePath)
            guard let next = page.next else { break }
            path = "/queue?limit=2&cursor=\(next)"
        }
        #expect(seen == (1...5).map { "sender\($0)@client.test" })
        let one = try await gateway.request(.get, "/queue?text=sender3").decoded(PageDocument<QueueEntryDocument>.self)
        #expect(one.items.map(\.nextAttemptAt) == ["2023-11-14T22:18:20.000Z"])
    }

    @Test func `entries are deleted by ordinal and by message`() async throws {
        let gateway = try InMemoryGateway.filled()
        let body = """
            {"entries": [{"message": "\(InMemoryGateway.message(1))", "ordinal": 1}, {"message": "\(InMemoryGateway.message(1))", "ordinal": 0},
            {"message": "\(InMemoryGateway.message(2))"}]}
            """
        let result = try await gateway.request(.post, "/queue/delete", body).decoded(QueueActionResultDocument.self)
        #expect(
            result.done == [
                QueueEntryNameDocument(message: InMemoryGateway.message(1).description, ordinal: 1),
                QueueEntryNameDocument(message: InMemoryGateway.message(2).description, ordinal: 1),
            ])
        #expect(gateway.state.withLock { $0.queue.count } == 1)
        #expect(gateway.state.withLock { $0.removedContent } == [InMemoryGateway.message(1), InMemoryGateway.message(2)])
    }

    @Test(arguments: ["retry", "hold", "release"])
    func `an action is done and audited`(action: String) async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/queue/\(action)", #"{"entries": [{"message": "\#(InMemoryGateway.message(1))"}]}"#)
        #expect(answer.status == 200)
        #expect(gateway.auditedActions == ["queue.\(action)"])
        #expect(gateway.state.withLock { $0.queueWakings } == (action == "hold" ? 0 : 1))
    }

    @Test(arguments: [
        (#"{}"#, 400), (#"{"entries": [{}]}"#, 400), (#"{"entries": [{"message": "zz"}]}"#, 400),
        (#"{"entries": [{"message": "00000000000000000000000000000000", "ordinal": -1}]}"#, 400), (#"{"entries": []}"#, 422),
        (#"{"entries": [{"message": "00000000000000000000000000000000"}]}"#, 404),
    ])
    func `wrong entries are refused`(body: String, status: Int) async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/queue/retry", body).status == status)
        #expect(gateway.auditedActions.isEmpty)
    }

    @Test func `too many entries are refused`() async throws {
        let entry = #"{"message": "00000000000000000000000000000000", "ordinal": 0}"#
        let body = #"{"entries": [\#(Array(repeating: entry, count: 501).joined(separator: ","))]}"#
        #expect(try await InMemoryGateway.filled().request(.post, "/queue/retry", body).status == 422)
    }

    @Test(arguments: [
        ("", ["3", "2", "1"]), ("?direction=outbound", ["2"]), ("?result=refused", ["3"]), ("?text=sender1", ["1"]),
        ("?from=2023-11-14T22:13:22Z&until=1700000003000", ["2"]), ("?text=%E4%BB%B6%E5%90%8D+2", ["2"]),
    ])
    func `the log is filtered, newest first`(query: String, expected: [String]) async throws {
        let page = try await InMemoryGateway.filled().request(.get, "/messages\(query)").decoded(PageDocument<MessageDocument>.self)
        #expect(page.items.map { String($0.subject.suffix(1)) } == expected)
    }

    @Test func `the log is paged`() async throws {
        let gateway = try InMemoryGateway.filled()
        let first = try await gateway.request(.get, "/messages?limit=2").decoded(PageDocument<MessageDocument>.self)
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/messages?limit=2&cursor=\(next)").decoded(PageDocument<MessageDocument>.self)
        #expect((first.items + second.items).map(\.receivedAtMilliseconds) == [1_700_000_003_000, 1_700_000_002_000, 1_700_000_001_000])
        #expect(second.next == nil)
    }

    @Test func `a message is shown with its history`() async throws {
        let gateway = try InMemoryGateway.filled()
        let message = try await gateway.request(.get, "/messages/\(InMemoryGateway.message(1))").decoded(MessageDocument.self)
        #expect(message.recipients.map(\.state) == ["delivered", "queued"])
        #expect(message.events?.map(\.reply) == ["250 ok"])
        #expect(try await gateway.request(.get, "/messages/\(InMemoryGateway.message(99))").status == 404)
        #expect(try await gateway.request(.get, "/messages/nonsense").status == 404)
    }

    @Test func `a search text beyond its bound is refused`() async throws {
        let answer = try await InMemoryGateway.filled().request(.get, "/messages?text=\(String(repeating: "a", count: 201))")
        #expect(answer.status == 422)
    }

    @Test func `the audit log is paged, newest first`() async throws {
        let gateway = try InMemoryGateway.filled()
        for action in ["hold", "release", "retry"] {
            _ = try await gateway.request(
                .post, "/queue/\(action)", #"{"entries": [{"message": "\#(InMemoryGateway.message(1))", "ordinal": 1}]}"#)
        }
        let first = try await gateway.request(.get, "/audit?limit=2").decoded(PageDocument<AuditDocument>.self)
        #expect(first.items.map(\.action) == ["queue.retry", "queue.release"])
        #expect(first.items.first?.actor == "command:uid=42")
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/audit?cursor=\(next)").decoded(PageDocument<AuditDocument>.self)
        #expect(second.items.map(\.action) == ["queue.hold"])
        let found = try await gateway.request(.get, "/audit?text=queue.hold").decoded(PageDocument<AuditDocument>.self)
        #expect(found.items.count == 1)
    }

    @Test func `messages are searched by sender, and every other condition is understood`() async throws {
        let gateway = try InMemoryGateway.filled()
        let page = try await gateway.request(.get, "/messages?sender=SENDER2%40client.test").decoded(PageDocument<MessageDocument>.self)
        #expect(page.items.map(\.reversePath) == ["sender2@client.test"])
        let all =
            "recipient=example.com&clientAddress=192.0.2.1&messageID=%3C1%40x%3E&subject=a&minimumBytes=1&maximumBytes=2&node=\(gateway.node)"
        #expect(try await gateway.request(.get, "/messages?\(all)").status == 200)
        for wrong in ["node=x", "minimumBytes=-1", "maximumBytes=many"] {
            #expect(try await gateway.request(.get, "/messages?\(wrong)").status == 400, "\(wrong)")
        }
        let long = String(repeating: "a", count: 400)
        for name in ["sender", "recipient", "subject", "messageID", "clientAddress"] {
            let answer = try await gateway.request(.get, "/messages?\(name)=\(long)")
            #expect(try answer.status == 422 && answer.fields == [name])
        }
    }

    @Test func `a page that was broken off says how far it came and where to go on`() async throws {
        let gateway = try InMemoryGateway.filled()
        let position = MessageLogCursor(receivedAt: UTCTime(milliseconds: 1_700_000_000_000), message: InMemoryGateway.message(1))
        gateway.change { $0.searchedBackTo = position }
        let page = try await gateway.request(.get, "/messages?subject=rare").decoded(PageDocument<MessageDocument>.self)
        #expect(page.searchedBackTo == "2023-11-14T22:13:20.000Z")
        #expect(page.next.flatMap { PageCursor.position(MessageLogCursor.self, from: $0) } == position)
    }
}
