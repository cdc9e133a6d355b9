import MessageLog
import Settings

extension MessageLogEntry {
    func shownSubject(_ language: Language) -> String { subject.nonEmpty ?? missingSubject(language) }

    /// Whoever is refused at MAIL or RCPT, or goes away there, sends no header; that is not a message without a subject.
    func missingSubject(_ language: Language) -> String {
        let hasNoContent =
            switch result {
            case .refused, .postponed: sizeBytes == 0
            case .accepted, .quarantined: false
            }
        return (hasNoContent ? MessageText.noContent : .noSubject)[language]
    }
}
