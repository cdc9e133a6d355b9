import DomainsAndUsers
import Mail
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(3))) struct MailServerQuestionTests {
    /// Longer than any answer of a server in this process takes on a busy machine.
    private static let patience = Duration.seconds(120)

    private func ask(
        _ harness: DeliveryHarness, about address: String = "b@here.example", from sender: ReversePath = .null, limit: Duration = patience
    ) async throws -> MailServerAnswer {
        let environment = harness.queue.environment
        let domain = try #require(environment.node.domains.directory.domain(try DomainName("here.example")))
        return await MailServerQuestion(environment).ask(about: try EmailAddress(address), of: domain, from: sender, limit: limit)
    }

    @Test func `a server is asked as mail goes to it, and gets none`() async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .reply("550 5.1.1 no such user") : nil }
        let harness = try await DeliveryHarness([server])
        let answer = try await ask(harness, from: .address(try EmailAddress("probe@gw.example.net")))
        #expect(answer.statement == .refuses && answer.text == "550 5.1.1 no such user")
        #expect(answer.server == "127.0.0.1[127.0.0.1]:\(server.port)")
        await server.until { $0.open == 0 }
        #expect(server.received.isEmpty)
        let asked = ["EHLO gw.example.net", "MAIL FROM:<probe@gw.example.net>", "RCPT TO:<b@here.example>", "RSET", "QUIT"]
        #expect(server.record.commands == asked)
    }

    @Test func `the next server is asked when the first is away`() async throws {
        let away = try await SMTPTestServer()
        await away.close()
        let second = try await SMTPTestServer()
        let harness = try await DeliveryHarness([away, second], priorities: [10, 20])
        let answer = try await ask(harness)
        #expect(answer.statement == .accepts && answer.server.hasSuffix(":\(second.port)"))
    }

    @Test func `servers that are all away are no statement`() async throws {
        let server = try await SMTPTestServer()
        await server.close()
        let answer = try await ask(try await DeliveryHarness([server]))
        #expect(answer.statement == .none && !answer.wasReached)
    }

    @Test(arguments: ["MAIL", "RCPT"])
    func `a server that leaves in the middle is no statement`(verb: String) async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == verb ? .close : nil }
        let answer = try await ask(try await DeliveryHarness([server]))
        #expect(answer.statement == .none && answer.wasReached)
    }

    @Test func `a silent server is left at the limit`() async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .silence : nil }
        let answer = try await ask(try await DeliveryHarness([server]), limit: .seconds(1))
        #expect(answer.statement == .none)
    }

    @Test func `garbage is no statement`() async throws {
        let server = try await SMTPTestServer { event, _ in event == .connected ? .reply("HTTP/1.1 400 Bad Request") : nil }
        let answer = try await ask(try await DeliveryHarness([server]))
        #expect(answer.statement == .none && !answer.wasReached)
    }

    @Test func `without the TLS it wants nothing is asked`() async throws {
        let server = try await SMTPTestServer()
        let answer = try await ask(try await DeliveryHarness([server], security: .required))
        #expect(answer.statement == .none && !answer.wasReached)
        #expect(!server.record.commands.contains { $0.hasPrefix("MAIL") })
    }

    @Test(arguments: [("PIPELINING", MailServerAnswer.Statement.refuses), ("SMTPUTF8", .accepts)])
    func `an international address needs a server that knows such`(
        extensions: String, statement: MailServerAnswer.Statement
    ) async throws {
        let server = try await SMTPTestServer(extensions: extensions)
        let answer = try await ask(try await DeliveryHarness([server]), about: "鈴木@here.example")
        #expect(answer.statement == statement)
        #expect(server.record.commands.contains("MAIL FROM:<> SMTPUTF8") == (statement == .accepts))
    }
}
