import MessageLog
import NIOCore
import SharedFolders
import Synchronization

/// Gathers the dialogues of one question as text, for somebody who waits for it.
final class DialogueListener: Sendable {
    private let gathered = Mutex("")

    /// A question has some twenty lines.
    static let limits = SMTPTranscript.Limits(maximumBytes: 16 << 10)
    /// Of a few connections.
    private static let maximumBytes = 64 << 10

    func take(_ transcript: FinishedTranscript) {
        let text = String(buffer: transcript.text)
        gathered.withLock { gathered in
            if gathered.utf8.count + text.utf8.count <= Self.maximumBytes { gathered += text }
        }
    }

    var text: String { gathered.withLock { $0 } }
}
