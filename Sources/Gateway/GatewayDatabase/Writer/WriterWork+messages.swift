import Delivery
import MessageLog
import Quarantine
import Settings

extension WriterWork {
    /// Messages whose rows of the log are written with it, unless something fails.
    var messages: [(message: RecordIdentifier, receivedAt: UTCTime)] {
        switch self {
        case .submission(let submission): [Self.place(submission)]
        case .quarantine(let quarantined): [Self.place(quarantined.submission)]
        case .digest(let digest): [Self.place(digest.submission)]
        case .refusal(let refused): [(refused.entry.message, refused.entry.receivedAt)]
        case .record(let record): record.report.map { [Self.place($0)] } ?? []
        case .beat, .withdrawal, .giveBack, .farewell, .correspondents: []
        }
    }

    private static func place(_ submission: QueueSubmission) -> (message: RecordIdentifier, receivedAt: UTCTime) {
        (submission.message.identifier, submission.message.receivedAt)
    }
}
