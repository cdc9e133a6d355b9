import MessageLog

extension MessageLogRecord {
    /// Whether its content may be kept: a recipient still waits for it, or it is in quarantine.
    var mayHaveContent: Bool {
        recipients.contains { recipient in
            switch recipient.state {
            case .queued, .quarantined: true
            case .delivered, .failed, .refused, .deleted: false
            }
        }
    }
}
