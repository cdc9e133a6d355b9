import Firebird
import MessageLog
import Settings

/// The row of table `message_judgement`: what the checks found in a message and what was decided.
enum JudgementRow {
    static let insert: StaticString = """
        insert into message_judgement (message_id, verdict, is_recorded_only, score_tenths, findings, changed_at, changed_by)
        values (?, ?, ?, ?, ?, ?, ?)
        """

    /// `nil` for a message that was not judged.
    static func values(_ entry: MessageLogEntry, message: RecordIdentifier) -> [FirebirdValue]? {
        guard let judgement = entry.judgement else { return nil }
        return [
            message.firebirdValue, .text(judgement.verdict.rawValue), .boolean(judgement.isRecordedOnly), .integer(judgement.score.tenths),
            .bytes(judgement.packedFindings), entry.receivedAt.firebirdValue, entry.node.firebirdValue,
        ]
    }

    static func judgement(of message: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> MessageJudgement? {
        let row = try transaction.queryOne(
            "select verdict, is_recorded_only, score_tenths, findings from message_judgement where message_id = \(message)")
        guard let row else { return nil }
        return MessageJudgement(
            verdict: try row.word("verdict"), isRecordedOnly: try row.decode(1), score: FilterScore(tenths: try row.decode(2)),
            findings: MessageJudgement.findings(packed: try row.decode(3)))
    }
}
