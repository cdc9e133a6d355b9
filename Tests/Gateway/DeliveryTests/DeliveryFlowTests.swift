import MessageLog
import NIOCore
import SMTP
import Settings
import SharedFolders
import Testing

@testable import Delivery

/// From submission to the next hop and back into the store, over real connections.
@Suite(.timeLimit(.minutes(3))) struct DeliveryFlowTests {
    @Test func `a message goes from memory to its server and its content is removed`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit("Subject: x\r\n\r\n.dot\r\nend\r\n", to: "a@here.example", prepended: "Received: by gw\r\n")
            await harness.store.until { $0.rowCount == 0 && !$0.results.isEmpty }
        }
        #expect(server.received.map(\.text) == ["Received: by gw\r\nSubject: x\r\n\r\n.dot\r\nend\r\n"])
        #expect(server.received.first?.mail == "MAIL FROM:<sender@far.example> SIZE=42")
        #expect(harness.store.value.submissions.first?.isHeld == true && harness.store.value.states == [.delivered])
        #expect(harness.store.value.records.first?.outcomes.first?.event.nextHop == "127.0.0.1[127.0.0.1]:\(server.port)")
        #expect(try await harness.contentFiles().isEmpty)
        #expect(harness.queue.activeRecipientCount == 0 && harness.budget.usedBytes == 0)
    }

    @Test(arguments: [100, 262_143, 262_144, 3_000_000])
    func `content of any size comes from its file unchanged`(size: Int) async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        let line = Array("..0123456789abcdefghijklmnopqrstuvwxyz\r\n".utf8)
        var content = Array("Subject: x\r\n\r\n".utf8)
        while content.count < size { content += line }
        try await harness.running {
            try await harness.submit(content, from: "a@far.example", to: ["a@here.example"], isInMemory: false)
            await harness.store.until { $0.rowCount == 0 && !$0.results.isEmpty }
        }
        #expect(server.received.first?.content == content)
    }

    @Test func `a forged field of ours is renamed wherever it stands in a long header`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        let filler = String(repeating: "X-Filler: 0123456789abcdefghijklmnopqrstuvwxyz\r\n", count: 12_000)
        let body = String(repeating: "X-SecurityGateway-Verdict: body\r\n", count: 100)
        func content(_ name: String) -> [UInt8] { Array("\(filler)\(name)-Verdict: accept\r\n\r\n\(body)".utf8) }
        try await harness.running {
            try await harness.submit(content("X-SecurityGateway"), from: "a@far.example", to: ["a@here.example"], isInMemory: false)
            await harness.store.until { $0.rowCount == 0 && !$0.results.isEmpty }
        }
        #expect(server.received.first?.content == content("X-Untrusted-Field"))
    }

    @Test func `without room in memory mail waits in the store and is delivered from there`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event == .endOfContent ? .held(gate, "250 2.0.0 ok") : nil }
        let harness = try await DeliveryHarness([server]) { $0.delivery.activeRecipients = 1 }
        try await harness.running {
            for _ in 0..<5 { try await harness.submit(to: "a@here.example") }
            #expect(harness.queue.activeRecipientCount == 1)
            #expect(harness.store.value.submissions.map(\.isHeld) == [true, false, false, false, false])
            gate.open()
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 5 && harness.store.value.heldCount == 0)
    }

    @Test func `recipients of one next hop go in one transaction, others in theirs`() async throws {
        let here = try await SMTPTestServer()
        let smart = try await SMTPTestServer { event, _ in
            event.verb == "RCPT" && event == .command("RCPT TO:<no@far.example>") ? .reply("550 5.1.1 no") : nil
        }
        let harness = try await DeliveryHarness([here]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: smart.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            try await harness.submit(
                from: "", to: "a@here.example", "b@far.example", "no@far.example", "c@else.example", "b@here.example")
            await harness.store.until { $0.rowCount == 0 && !$0.submissions.isEmpty }
        }
        #expect(here.received.map(\.recipients) == [["RCPT TO:<a@here.example>", "RCPT TO:<b@here.example>"]])
        #expect(smart.received.map(\.recipients) == [["RCPT TO:<b@far.example>", "RCPT TO:<c@else.example>"]])
        #expect(
            harness.store.value.states.sorted { $0.rawValue < $1.rawValue } == [.delivered, .delivered, .delivered, .delivered, .failed])
    }

    @Test func `more recipients than a server must take go in several transactions`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit(
                Array("Subject: x\r\n\r\n".utf8), from: "a@far.example", to: (0..<250).map { "user\($0)@here.example" })
            await harness.store.until { $0.rowCount == 0 && !$0.submissions.isEmpty }
        }
        #expect(server.received.map(\.recipients.count).sorted() == [50, 100, 100])
    }

    @Test func `recipients that are too many at once follow in the next transaction`() async throws {
        let count = Watched(0)
        let server = try await SMTPTestServer { event, _ in
            switch event.verb {
            case "MAIL": count.change { $0 = 0 }
            case "RCPT":
                return count.change {
                    $0 += 1; return $0
                } > 2 ? .reply("452 4.5.3 too many") : nil
            default: break
            }
            return nil
        }
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit(to: "a@here.example", "b@here.example", "c@here.example", "d@here.example", "e@here.example")
            await harness.store.until { $0.rowCount == 0 && !$0.submissions.isEmpty }
        }
        #expect(server.received.map(\.recipients.count) == [2, 2, 1] && server.record.connections == 1)
    }

    @Test(arguments: [SMTPTestServer.Answer.replyAndClose("421 4.3.2 bye"), .close])
    func `who was served by the first transaction gets nothing twice when the second one breaks`(end: SMTPTestServer.Answer) async throws {
        let count = Watched((mails: 0, recipients: 0))
        let server = try await SMTPTestServer { event, _ in
            count.change { count in
                switch event.verb {
                case "MAIL":
                    count = (count.mails + 1, 0)
                    return count.mails == 3 ? end : nil
                case "RCPT":
                    count.recipients += 1
                    return count.recipients > 2 ? .reply("452 4.5.3 too many") : nil
                default: return nil
                }
            }
        }
        let harness = try await DeliveryHarness([server]) { $0.delivery.connectionsPerDestination = 1 }
        try await harness.running {
            // Only a connection that was used before is suspected of having been closed.
            try await harness.submit(to: "first@here.example")
            await harness.store.until { $0.rowCount == 0 && $0.records.count == 1 }
            try await harness.submit(to: "a@here.example", "b@here.example", "c@here.example", "d@here.example")
            await harness.store.until { $0.records.count == 2 && $0.heldCount == 0 }
        }
        #expect(server.received.map(\.recipients.count) == [1, 2])
        #expect(harness.store.value.kinds == [.delivered, .delivered, .delivered, .deferred, .deferred])
    }

    @Test func `a next hop that says nothing does not stop the mail of others`() async throws {
        let silent = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .silence : nil }
        let good = try await SMTPTestServer()
        let harness = try await DeliveryHarness([silent]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: good.port)
            $0.delivery.smartHostTLS = .none
            $0.delivery.activeRecipients = 100
            $0.delivery.replyTimeoutSeconds = 3600
            $0.reception.shutdownGraceSeconds = 0
        }
        try await harness.running {
            for _ in 0..<100 { try await harness.submit(to: "a@here.example") }
            await silent.until { $0.commands.contains { $0.hasPrefix("RCPT") } }
            try await harness.submit(to: "b@far.example")
            #expect(harness.store.value.submissions.last?.isHeld == false, "all memory is taken")
            harness.advance(by: DeliverySchedule.patience)
            await harness.store.until { $0.states.contains(.delivered) }
        }
        #expect(good.received.count == 1)
        let deferred = harness.store.value.records.flatMap(\.outcomes).filter { $0.event.kind == .deferred && $0.change != .givenBack }
        #expect(!deferred.isEmpty && deferred.allSatisfy { $0.event.reply.hasPrefix("4.4.5 ") })
    }

    @Test func `a deferred recipient is tried again after the delay`() async throws {
        let tries = Watched(0)
        let server = try await SMTPTestServer { event, _ in
            event.verb == "RCPT"
                && tries.change {
                    $0 += 1; return $0
                } < 3 ? .reply("450 4.2.1 later") : nil
        }
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.records.count == 1 }
            harness.queue.wake()
            let claims = harness.store.value.claims
            await harness.store.until { $0.claims > claims }
            #expect(harness.store.value.heldCount == 0, "not before it is due")
            for count in 2...3 {
                harness.advance(by: .seconds(306))
                await harness.store.until { $0.records.count == count }
            }
        }
        #expect(harness.store.value.kinds == [.deferred, .deferred, .delivered])
        #expect(harness.store.value.records.flatMap(\.outcomes).map(\.attempts) == [0, 1, 2])
    }

    @Test func `after five days the sender gets a report over the same queue`() async throws {
        let far = try await SMTPTestServer()
        let dead = try await SMTPTestServer { event, _ in event == .connected ? .reply("554 5.3.2 go away") : nil }
        let harness = try await DeliveryHarness([dead]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: far.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.records.count == 1 }
            harness.advance(by: .seconds(5 * 86400))
            await harness.store.until { $0.rowCount == 0 && $0.submissions.count == 2 }
        }
        #expect(harness.store.value.kinds == [.deferred, .expired, .delivered])
        let report = far.received.first
        #expect(report?.mail.hasPrefix("MAIL FROM:<> ") == true && report?.recipients == ["RCPT TO:<sender@far.example>"])
        #expect(report?.text.contains("Status: 5.4.7") == true && report?.text.contains("Subject: hello\r\n\r\nbody") == true)
        #expect(try await harness.contentFiles().isEmpty)
    }

    @Test func `a report that cannot be delivered brings no report`() async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .reply("550 5.1.1 nobody") : nil }
        let harness = try await DeliveryHarness([server]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: server.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.rowCount == 0 && $0.records.count == 2 }
        }
        #expect(harness.store.value.submissions.count == 2 && harness.store.value.states == [.failed, .failed])
        #expect(try await harness.contentFiles().isEmpty)
    }

    @Test func `a success report is made for a next hop that makes none`() async throws {
        let server = try await SMTPTestServer(extensions: "PIPELINING")
        let harness = try await DeliveryHarness([server]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: server.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            try await harness.submit(to: "a@here.example", notify: .on(.success))
            await harness.store.until { $0.rowCount == 0 && $0.records.count == 2 }
        }
        #expect(server.received.last?.text.contains("Action: relayed") == true)
        #expect(server.received.last?.text.contains("text/rfc822-headers") == true)
    }

    @Test func `one connection carries many messages, but not more than its share`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server]) {
            $0.delivery.connectionsPerDestination = 1
            $0.delivery.messagesPerConnection = 4
        }
        try await harness.running {
            for _ in 0..<10 { try await harness.submit(to: "a@here.example") }
            await harness.store.until { $0.rowCount == 0 && $0.submissions.count == 10 }
        }
        #expect(server.record.connections == 3 && server.record.mostOpen <= 2)
        #expect(Dictionary(grouping: server.received, by: \.connection).mapValues(\.count) == [1: 4, 2: 4, 3: 2])
        #expect(!server.record.commands.contains("RSET"))
    }

    @Test func `no more connections than the settings allow`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event == .endOfContent ? .held(gate, "250 2.0.0 ok") : nil }
        let harness = try await DeliveryHarness([server]) { $0.delivery.connectionsPerDestination = 3 }
        try await harness.running {
            for _ in 0..<30 { try await harness.submit(to: "a@here.example") }
            await server.until { $0.open == 3 }
            gate.open()
            await harness.store.until { $0.rowCount == 0 && $0.submissions.count == 30 }
        }
        #expect(server.record.mostOpen == 3 && server.received.count == 30)
    }

    @Test func `a kept connection that the server closed costs nothing`() async throws {
        let server = try await SMTPTestServer { event, connection in
            connection == 1 && event == .command("MAIL FROM:<second@far.example> SIZE=24") ? .close : nil
        }
        let harness = try await DeliveryHarness([server]) { $0.delivery.connectionsPerDestination = 1 }
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.rowCount == 0 && $0.records.count == 1 }
            try await harness.submit(from: "second@far.example", to: "a@here.example")
            await harness.store.until { $0.rowCount == 0 && $0.records.count == 2 }
        }
        #expect(harness.store.value.kinds == [.delivered, .delivered] && server.record.connections == 2)
    }

    @Test func `the next server is tried when one does not answer, and the better one first`() async throws {
        let closed = try await SMTPTestServer()
        await closed.close()
        let busy = try await SMTPTestServer { event, _ in event == .connected ? .replyAndClose("421 4.3.2 busy") : nil }
        let good = try await SMTPTestServer()
        let harness = try await DeliveryHarness([closed, busy, good], priorities: [1, 2, 3])
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(good.received.count == 1 && busy.record.connections == 1 && harness.store.value.kinds == [.delivered])
    }

    @Test(arguments: [([1, 2], DeliveryHistoryEvent.Kind.deferred), ([2, 1], .deferred), ([1], .failed)])
    func `only when no host leaves hope is mail given up`(priorities: [Int], kind: DeliveryHistoryEvent.Kind) async throws {
        let never = try await SMTPTestServer { event, _ in event == .connected ? .reply("521 5.3.2 no mail here") : nil }
        let later = try await SMTPTestServer { event, _ in event == .connected ? .reply("450 4.3.2 later") : nil }
        let harness = try await DeliveryHarness(Array([never, later].prefix(priorities.count)), priorities: priorities)
        try await harness.running {
            try await harness.submit(from: "", to: "a@here.example")
            await harness.store.until { !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [kind])
    }

    @Test func `a dead destination does not hold up others and everything for it comes again`() async throws {
        let closed = try await SMTPTestServer()
        await closed.close()
        let good = try await SMTPTestServer()
        let harness = try await DeliveryHarness([closed]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: good.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            for _ in 0..<20 { try await harness.submit(to: "a@here.example") }
            for _ in 0..<5 { try await harness.submit(to: "a@far.example") }
            await harness.store.until { $0.rowCount == 20 && $0.heldCount == 0 && $0.submissions.count == 25 }
        }
        #expect(good.received.count == 5 && harness.queue.activeRecipientCount == 0)
        #expect(harness.store.value.kinds.count { $0 == .deferred } == 20)
    }

    @Test func `mail to this gateway itself is not sent round`() async throws {
        let server = try await SMTPTestServer(name: "gw.example.net")
        let other = try await SMTPTestServer(name: "gw.example.net")
        let listeners = [try ListenAddress.parse("0.0.0.0:\(server.port)")]
        let looping = try await DeliveryHarness([server], listeners: listeners)
        try await looping.running {
            try await looping.submit(from: "", to: "a@here.example")
            await looping.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(looping.store.value.records.first?.outcomes.first?.event.reply.hasPrefix("5.4.6") == true && server.received.isEmpty)
        let namesake = try await DeliveryHarness([other], listeners: listeners)
        try await namesake.running {
            try await namesake.submit(to: "a@here.example")
            await namesake.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(other.received.count == 1, "the same name elsewhere is no loop")
    }

    @Test func `content that cannot be found defers its message`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        let message = try await harness.submit(to: "a@here.example")
        try harness.lose(message)
        try await harness.running {
            await harness.store.until { !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [.deferred] && harness.store.value.rowCount == 1 && server.received.isEmpty)
        #expect(harness.store.value.submissions.first?.isHeld == false, "before the runner runs, nothing is kept in memory")
    }

    @Test func `lost and damaged content defers its message, and the operator is told once`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        let lost = try await harness.submit(to: "a@here.example")
        let damaged = try await harness.submit(to: "b@here.example")
        try harness.lose(lost)
        try harness.damage(damaged)
        try await harness.running {
            await harness.store.until { $0.records.count == 2 && $0.heldCount == 0 }
            harness.advance(by: .seconds(306))
            await harness.store.until { $0.records.count == 4 && $0.heldCount == 0 }
        }
        #expect(harness.store.value.kinds == [.deferred, .deferred, .deferred, .deferred] && server.received.isEmpty)
        let replies = Set(harness.store.value.records.flatMap(\.outcomes).map(\.event.reply))
        #expect(replies == ["4.3.0 the stored content is missing", "4.3.0 the stored content is damaged"])
        #expect(harness.errors.value.count == 2)
    }
}
