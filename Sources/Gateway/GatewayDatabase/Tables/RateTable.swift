package import DomainsAndUsers
import Firebird
import MessageLog
package import Screening
package import Settings

/// What nodes have counted of senders who come near a limit: a row for each writer, subject and slot, so no two writers ever write the
/// same row, and replicated sites add up.
package struct RateTable: RateStore {
    let sessions: DatabaseSessions

    private static let deadline = Duration.seconds(5)
    /// The newest; more would not find room in a node's memory anyway.
    private static let maximumRows = 50_000

    package func exchange(
        _ figures: [RateFigure], readingSince time: UTCTime, writer: RecordIdentifier
    ) async throws(DirectoryError) -> [RateFigure] {
        let node = sessions.node
        return try await DatabaseSessions.translating(DirectoryError.unavailable) {
            // Committed apart: what is told stays told, however much there is to be heard.
            try await sessions.background.transaction(deadline: Self.deadline) { transaction in
                let now = UTCTime.now()
                for figure in figures {
                    try transaction.executeUncounted(
                        """
                        update or insert into rate_figure (writer_id, subject, slot_number, messages, recipients, changed_at, changed_by)
                        values (\(writer), \(Self.text(figure.subject)), \(FirebirdValue.integer(figure.slot.number)),
                            \(FirebirdValue.integer(figure.amount.messages)), \(FirebirdValue.integer(figure.amount.recipients)), \(now), \(node))
                        matching (writer_id, subject, slot_number)
                        """)
                }
            }
            return try await sessions.background.transaction(deadline: Self.deadline) { transaction in
                try transaction.query(
                    """
                    select first \(unsafeSQL: String(Self.maximumRows)) subject, slot_number, messages, recipients, writer_id from rate_figure
                    where changed_at >= \(time) and writer_id || '' <> \(writer) order by changed_at desc
                    """
                ).compactMap(Self.figure)
            }
        }
    }

    private static func text(_ subject: RateSubject) -> String { subject.description.cut(to: 400) }

    private static func figure(_ row: FirebirdRow) throws -> RateFigure? {
        guard let subject = RateSubject(try row.decode(0, as: String.self)) else { return nil }
        return RateFigure(
            subject: subject, slot: RateSlot(number: try row.decode(1)),
            amount: RateAmount(messages: try row.decode(2), recipients: try row.decode(3)), writer: try row.decode(4))
    }
}
