import GatewayTestKit
import Testing

@testable import SecurityGateway

/// `report`.
struct ReportCommandTests {
    @Test func `mail is shown by period, direction and result`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            let answer = try await node.run("report", "mail", "--by", "day", "--from", "2d")
            #expect(answer.output.hasPrefix("FROM"))
            #expect(answer.output.contains("outbound") && answer.output.contains("refused"))
            #expect(try await node.run("report", "mail", "--by", "hour", "--from", "2020-01-01").failure?.exitCode == 1)
        }
    }

    @Test func `senders and recipients are shown by how much they have`() async throws {
        try await ServedNode.serve(try InMemoryGateway.filled()) { (node: ServedNode) async throws in
            #expect(try await node.run("report", "senders").output.contains("sender1@client.test"))
            let recipients = try await node.run("report", "recipients", "--limit", "1")
            #expect(recipients.output.contains("3 ") && recipients.output.contains("a@example.com"))
            #expect(!recipients.output.contains("b@example.com"))
        }
    }
}
