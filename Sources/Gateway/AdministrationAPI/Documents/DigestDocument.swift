import Administration
import Foundation
import Quarantine
import Settings

/// A run in which digests were sent.
package struct DigestRunDocument: Codable, Sendable {
    /// The local date of a daily run; `manual-` and an identifier else.
    package let run: String
    package let node: String
    package let startedAt: String
    package let changedAt: String
    /// `asked`, `running`, `done` or `stopped`.
    package let state: String
    package let sent: Int
    package let cause: String

    init(_ run: DigestRun) {
        self.run = run.key
        node = run.node.description
        startedAt = TimeText.text(run.startedAt)
        changedAt = TimeText.text(run.changedAt)
        state = run.state.rawValue
        sent = run.sent
        cause = run.cause
    }
}

/// A digest as it would be sent now; its links do not work.
package struct DigestPreviewDocument: Codable, Sendable {
    package let recipient: String
    package let subject: String
    package let count: Int
    /// The message, in Base64.
    package let content: String

    init(_ preview: DigestPreview) {
        recipient = preview.recipient
        subject = preview.subject
        count = preview.count
        content = Data(preview.content).base64EncodedString()
    }
}
