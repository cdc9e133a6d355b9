import Firebird
import MessageLog
import Settings

@testable import GatewayDatabase

/// A log with texts of many kinds, and its index with small blocks.
enum TextIndexSamples {
    private static let words = [
        "invoice", "Rechnung", "GRÜSSE", "straße", "İstanbul", "ısı", "請求書", "見積", "会議", "のご案内", "αγάπη", "ΣΊΣΥΦΟΣ", "ａｂｃ", "number", "re:",
        "Fwd:", "урок", "👍", "of many",
    ]
    static let firstTime: Int64 = 1_700_000_000_000

    /// Some messages have the same time; the identifiers' order is another.
    static func insert(_ count: Int, from number: Int = 0, _ test: TestDatabase) async throws -> [MessageLogEntry] {
        let entries = (number..<(number + count)).map { number in
            let time = firstTime + Int64(number / 3) * 1_000
            let subject = (0..<Int.random(in: 0...4)).map { _ in words.randomElement() ?? "" } + ["\(number)"]
            return MessageLogEntry(
                message: RecordIdentifier(milliseconds: time), receivedAt: UTCTime(milliseconds: time), node: test.node,
                direction: .inbound, result: number.isMultiple(of: 5) ? .refused : .accepted, reason: "",
                client: MessageLogClient(
                    address: number.isMultiple(of: 3) ? "192.0.2.1" : "192.0.2.\(number % 200)", heloName: "client.example",
                    protocolName: "ESMTP", tls: ""),
                reversePath: number.isMultiple(of: 11) ? "" : "User\(number % 40)@sender\(number % 7).example",
                header: MessageLogHeader(
                    subject: subject.shuffled().joined(separator: " "), from: "",
                    messageID: number.isMultiple(of: 4) ? "\(number / 8)@sender.example" : "<\(number)@sender.example>"),
                sizeBytes: 1_000)
        }
        try await insert(entries, test)
        return entries
    }

    static func insert(_ entries: [MessageLogEntry], _ test: TestDatabase) async throws {
        let node = test.node.firebirdValue
        try await test.database.sessions.requests.transaction(deadline: .seconds(60)) { transaction in
            try transaction.execute(MessageRow.insert, many: entries.map { MessageRow.values($0, recipientCount: 2) })
            let recipients = entries.enumerated().flatMap { number, entry in
                // Two domains, one of them with each other message; now and then more recipients than a line of the index has terms.
                (0..<(number % 97 == 5 ? 60 : 2)).map { ordinal in
                    RecipientRow.values(
                        RecipientLogEntry(
                            ordinal: ordinal,
                            address: "reader\(number % 300 + ordinal)@\(number % 2 == 0 ? "Example.JP" : "other.example")",
                            state: .delivered, reason: "",
                            updatedAt: entry.receivedAt),
                        message: entry.message.firebirdValue, node: node)
                }
            }
            try transaction.execute(RecipientRow.insert, many: recipients)
        }
    }

    /// Blocks of four messages: 64 make a small segment, 1,024 a large one.
    static func index(_ test: TestDatabase) -> TextIndexTable {
        var index = test.database.textIndex
        index.rowsPerBlock = 4
        return index
    }

    /// Everything there is to do.
    @discardableResult
    static func build(_ index: TextIndexTable, now: UTCTime = .now()) async throws -> [TextIndexTurn] {
        var turns: [TextIndexTurn] = [.begin]
        while let turn = turns.last, turn != .done, turns.count < 100_000 {
            turns.append(try await index.perform(turn, now: now))
            if turns.last == turn, case .settle = turn { try await Task.sleep(for: .milliseconds(5)) }
        }
        return turns
    }
}
