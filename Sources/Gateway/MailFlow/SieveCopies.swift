import Filtering
import Mail
import NIOCore
import Reception
import Settings
import SharedFolders
import Sieve

/// Makes the copies that scripts ask for. A copy has an identifier and a content of its own; the first keeps those of the message unless
/// its header has to be rewritten.
struct SieveCopies: Sendable {
    let folder: MessageDataFolder
    /// Room for the contents that are being copied.
    let budget: MemoryBudget

    /// A larger message is not divided, nor its header rewritten: it is kept as it came.
    static let largestMessage = 32 << 20
    /// Of all messages at once: each is there twice.
    static let copiedBytes = 256 << 20
    /// Added fields that together are longer stand in the content instead of in front of it.
    private static let prependedBytes = 6_000

    /// A copy that is not durable yet.
    struct Draft: Sendable {
        let message: ReceivedMessage
        /// Fields put in front of the content.
        let prepended: [UInt8]
        let copy: FlowSieve.Copy
    }

    /// - Parameter header: the one the scripts saw; since then the message may have got a footer.
    /// - Returns: the copies, in order; `nil` when they cannot be had at present. Their contents are abandoned then, the message's is not.
    func make(
        _ copies: [FlowSieve.Copy], of message: ReceivedMessage, header: ByteBuffer, limit: Duration
    ) async -> [Draft]? {
        let seen = Array(MessageHeader.read(from: Array(header.readableBytesView)))
        var drafts: [Draft] = []
        let needsBytes = copies.count > 1 || copies.contains { Self.isRewritten($0) }
        var bytes: [UInt8] = []
        if needsBytes {
            guard budget.reserve(message.sizeBytes * 2) else { return nil }
            guard let content = try? await message.content.bytes(upTo: message.sizeBytes, deadline: limit) else {
                budget.release(message.sizeBytes * 2)
                return nil
            }
            bytes = Array(content.readableBytesView)
        }
        defer { if needsBytes { budget.release(message.sizeBytes * 2) } }
        for (position, copy) in copies.enumerated() {
            let isPrepended = Self.isPrepended(copy)
            let isRewritten = Self.isRewritten(copy)
            let transaction = Self.transaction(message.transaction, copy, isFirst: position == 0)
            var content = message.content
            var sizeBytes = message.sizeBytes
            if position > 0 || isRewritten {
                let deleted = copy.edits.deleted.filter(seen.indices.contains).map { seen[$0].bytes }
                let own = await Self.rewrite(
                    bytes, deleted, first: isPrepended ? [] : Self.fields(copy.edits.first.filter { !Self.isOurs($0) }),
                    last: Self.fields(copy.edits.last))
                content = folder.makeWriter(transaction.identifier, isRewritten: position == 0)
                sizeBytes = own.count
                if case .failed = content.append(ByteBuffer(bytes: own), drained: { _ in }) {
                    content.abandon()
                    // The message's own is its giver's.
                    for draft in drafts.dropFirst(Self.isRewritten(copies[0]) ? 0 : 1) { draft.message.content.abandon() }
                    return nil
                }
            }
            let marks = copy.marks.isEmpty ? [] : HeaderEncoding.tokenField(FlowSieve.markField, Array(copy.marks.prefix(20)))
            drafts.append(
                Draft(
                    message: ReceivedMessage(
                        transaction: transaction, connection: message.connection, content: content, sizeBytes: sizeBytes,
                        header: message.header, hasEightBitData: message.hasEightBitData, receivedFieldCount: message.receivedFieldCount),
                    prepended: marks + Self.fields(copy.edits.first.filter { isPrepended || Self.isOurs($0) }), copy: copy))
        }
        if let first = copies.first, Self.isRewritten(first) { message.content.abandon() }
        return drafts
    }

    static func isRewritten(_ copy: FlowSieve.Copy) -> Bool {
        !copy.edits.deleted.isEmpty || !copy.edits.last.isEmpty || !isPrepended(copy)
    }

    private static func isPrepended(_ copy: FlowSieve.Copy) -> Bool { fields(copy.edits.first).count <= prependedBytes }

    /// In the content it would be taken for a forged one at delivery.
    private static func isOurs(_ field: SieveOutcome.Field) -> Bool { field.name == SieveRunner.folderField }

    private static func fields(_ fields: [SieveOutcome.Field]) -> [UInt8] {
        fields.flatMap { HeaderEncoding.unstructuredField($0.name, $0.value) }
    }

    /// The members of the copy as a transaction of their own; the refused recipients are the first's.
    private static func transaction(_ transaction: MailTransaction, _ copy: FlowSieve.Copy, isFirst: Bool) -> MailTransaction {
        var own = MailTransaction(
            identifier: isFirst ? transaction.identifier : RecordIdentifier(milliseconds: UTCTime.now().milliseconds),
            startedAt: transaction.startedAt, reversePath: transaction.reversePath, parameters: transaction.parameters)
        own.recipients = copy.members.map { transaction.recipients[$0] }
        own.refused = isFirst ? transaction.refused : []
        return own
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func rewrite(_ bytes: [UInt8], _ deleted: [ArraySlice<UInt8>], first: [UInt8], last: [UInt8]) async -> [UInt8] {
        guard !deleted.isEmpty || !last.isEmpty || !first.isEmpty else { return bytes }
        return HeaderEditing.applied(to: bytes, deleted: deleted, first: first, last: last)
    }
}

/// Takes fields out of a header and puts others in, byte for byte otherwise.
enum HeaderEditing {
    /// - Parameters:
    ///   - deleted: whole fields; each takes one that has the same bytes away.
    ///   - first: put in front; ended by CRLF.
    ///   - last: put behind the last field; ended by CRLF.
    static func applied(to bytes: [UInt8], deleted: [ArraySlice<UInt8>], first: [UInt8], last: [UInt8]) -> [UInt8] {
        var left: [ArraySlice<UInt8>: Int] = [:]
        for field in deleted { left[field, default: 0] += 1 }
        var edited = first
        edited.reserveCapacity(bytes.count + first.count + last.count)
        var position = 0
        for field in MessageHeader.read(from: bytes) {
            let start = field.bytes.startIndex
            // With the line end behind it.
            var end = field.bytes.endIndex
            if end < bytes.count, bytes[end] == 0x0D { end += 1 }
            if end < bytes.count, bytes[end] == 0x0A { end += 1 }
            let count = left[field.bytes] ?? 0
            if count > 0 { left[field.bytes] = count - 1 }
            edited += bytes[position..<(count > 0 ? start : end)]
            position = end
        }
        if !last.isEmpty {
            if !edited.isEmpty, edited.last != 0x0A { edited += [0x0D, 0x0A] }
            edited += last
        }
        return edited + bytes[position...]
    }
}
