package import NIOCore
package import Settings

/// Name of a content file in Message Data; the content is immutable from the moment it has this name.
package struct StoredMessage: Sendable, Hashable {
    package let identifier: RecordIdentifier

    package init(identifier: RecordIdentifier) { self.identifier = identifier }

    /// Folder of the hour (UTC) computed from the identifier: `20261123/10`.
    package var folder: String {
        let time = UTCTime(milliseconds: identifier.milliseconds).description  // 2026-11-23T10:15:00Z
        let digits = Array(time.utf8)
        let day = digits[0..<4] + digits[5..<7] + digits[8..<10]
        return String(decoding: day, as: UTF8.self) + "/" + String(decoding: digits[11..<13], as: UTF8.self)
    }

    package var fileName: String { "\(identifier).eml" }
}

/// A message's bytes: still in memory, or to be read from the file.
package enum MessageContent: Sendable {
    case memory(RetainedContent)
    case file(StoredMessage)
}

/// Content kept in memory; its room in the budget is given back when the last user lets go of it.
package final class RetainedContent: Sendable {
    package let buffer: ByteBuffer
    private let budget: MemoryBudget
    private let reserved: Int

    init(buffer: ByteBuffer, budget: MemoryBudget, reserved: Int) {
        self.buffer = buffer
        self.budget = budget
        self.reserved = reserved
    }

    deinit { budget.release(reserved) }
}
