import Delivery
import MessageLog
import Quarantine
import Settings

/// What a batch adds to the rolled-up figures, by hour; the longer periods are made of it when it is written.
struct MailFigureDeltas {
    struct Key: Hashable {
        let start: UTCTime
        let direction: MailDirection
        let result: MessageResult
    }

    struct Amount: Hashable {
        var messages = 0
        var sizeBytes = 0

        static func += (left: inout Amount, right: Amount) {
            left.messages += right.messages
            left.sizeBytes += right.sizeBytes
        }
    }

    private(set) var hours: [Key: Amount] = [:]

    init() {}

    /// What was written of a batch: accepted messages, messages that were not accepted, and reports whose outcomes all counted.
    init(_ items: [WriterItem], _ answers: [WriterItem.Answer]) {
        for (item, answer) in zip(items, answers) {
            guard case .success(let reply) = answer else { continue }
            switch item.work {
            case .submission(let submission): count(submission)
            case .quarantine(let quarantined): count(quarantined.submission)
            case .digest(let digest):
                if case .digested(isWritten: true) = reply { count(digest.submission) }
            case .refusal(let refused):
                let entry = refused.entry
                count(entry.direction, entry.result, at: entry.receivedAt, sizeBytes: entry.sizeBytes)
            case .record(let record):
                if case .recorded(let result) = reply, result.lost.isEmpty, let report = record.report { count(report) }
            case .beat, .withdrawal, .giveBack, .farewell, .correspondents: continue
            }
        }
    }

    private mutating func count(_ submission: QueueSubmission) {
        let message = submission.message
        count(message.direction, submission.log.result, at: message.receivedAt, sizeBytes: message.sizeBytes)
    }

    /// - Parameter messages: negative takes back what an earlier batch counted.
    mutating func count(_ direction: MailDirection, _ result: MessageResult, at time: UTCTime, sizeBytes: Int, messages: Int = 1) {
        let key = Key(start: StatisticsPeriod.hour.start(of: time), direction: direction, result: result)
        hours[key, default: Amount()] += Amount(messages: messages, sizeBytes: sizeBytes * messages)
    }

    func by(_ period: StatisticsPeriod) -> [Key: Amount] {
        var amounts: [Key: Amount] = [:]
        for (key, amount) in hours {
            amounts[Key(start: period.start(of: key.start), direction: key.direction, result: key.result), default: Amount()] += amount
        }
        return amounts
    }
}
