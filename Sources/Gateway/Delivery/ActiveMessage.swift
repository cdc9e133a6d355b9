import SharedFolders
import Synchronization

/// A message in memory while some of its recipients are being delivered. Its content's memory is free when the last delivery lets go.
final class ActiveMessage: Sendable {
    let message: QueuedMessage
    let content: MessageContent
    /// How many rows refer to its content, when that is known without asking.
    let rowCount: Int?

    init(_ message: QueuedMessage, _ content: MessageContent, rowCount: Int? = nil) {
        self.message = message
        self.content = content
        self.rowCount = rowCount
    }

    /// With its content in its file only.
    convenience init(_ message: QueuedMessage) { self.init(message, .file(StoredMessage(identifier: message.identifier))) }
}

/// Some recipients of one message that go to one next hop in one transaction.
struct DeliveryJob: Sendable {
    let active: ActiveMessage
    let recipients: [QueuedRecipient]
    let nextHop: NextHop
    /// How often it was handed back because a further connection could not be had.
    var handedBack = 0
}

/// How many recipients are in memory, against the setting `active-recipients`.
final class ActiveRecipients: Sendable {
    private let state = Mutex<Int>(0)

    var count: Int { state.withLock { $0 } }

    /// - Returns: whether there was room. A message with more recipients than the limit is let in when nothing else is there.
    func reserve(_ count: Int, limit: Int) -> Bool {
        state.withLock { present in
            guard present == 0 || present + count <= limit else { return false }
            present += count
            return true
        }
    }

    /// Takes rows that are held already, whatever the limit.
    func add(_ count: Int) { state.withLock { $0 += count } }

    func release(_ count: Int) { state.withLock { $0 -= count } }
}
