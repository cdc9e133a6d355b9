import Delivery
import Mail
import MessageLog
import Synchronization

/// The most frequent addresses: counted in memory after the commit of the mail, written with a later batch.
extension NodeWriter {
    /// Counts the sender and the recipients of what was accepted.
    func count(_ work: WriterWork) {
        guard case .submission(let submission) = work else { return }
        let message = submission.message
        tally.withLock { tally in
            tally.count(
                .sender, [message.reversePath.description], direction: message.direction, sizeBytes: message.sizeBytes,
                receivedAt: message.receivedAt)
            tally.count(
                .recipient, submission.recipients.map(\.address.description), direction: message.direction, sizeBytes: message.sizeBytes,
                receivedAt: message.receivedAt)
        }
    }

    /// Has the most frequent addresses written from time to time; nobody waits for them.
    func writeCorrespondents(isLast: Bool = false) {
        let changes = tally.withLock { $0.changes(isLast: isLast) }
        if !changes.isEmpty { submit(unattended: .correspondents(changes)) }
    }
}
