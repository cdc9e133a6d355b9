import Mail
import MessageLog
import NIOCore
import Reception
import Settings
import SharedFolders

/// Gives outbound mail its domain's footer when it is taken, before it is signed. The content that came is replaced by the one with the
/// footer, so that what is signed, stored, quarantined and delivered is the same.
struct DisclaimerAdding: Sendable {
    let folder: MessageDataFolder
    /// Room for the contents that are being rewritten.
    let budget: MemoryBudget

    /// Larger messages go without.
    static let largestMessage = 32 << 20
    /// Of all messages at once: each is there twice.
    static let rewrittenBytes = 256 << 20

    /// Whether a domain wants a footer under this message.
    static func composer(_ message: ReceivedMessage) -> DisclaimerComposer? {
        guard let name = message.transaction.reversePath.address?.domainName else { return nil }
        let settings = message.connection.settings.settings.domain(name.ascii)
        guard !settings.disclaimer.isEmpty || !settings.disclaimerHTML.isEmpty else { return nil }
        return DisclaimerComposer(text: settings.disclaimerText, html: settings.disclaimerHTML)
    }

    /// - Returns: the message to go on with; `nil` when it cannot be had at present, and the client has to come again.
    func apply(_ composer: DisclaimerComposer, to message: ReceivedMessage, limit: Duration) async -> ReceivedMessage? {
        guard message.sizeBytes <= Self.largestMessage else { return message }
        guard budget.reserve(message.sizeBytes * 2) else { return nil }
        defer { budget.release(message.sizeBytes * 2) }
        // A folder that does not answer would not take the message either.
        guard let content = try? await message.content.bytes(upTo: message.sizeBytes, deadline: limit) else { return nil }
        guard let rewritten = await Self.rewrite(content, composer) else { return message }
        let writer = folder.makeWriter(message.transaction.identifier, isRewritten: true)
        if case .failed = writer.append(rewritten.content, drained: { _ in }) {
            writer.abandon()
            return nil
        }
        message.content.abandon()
        return ReceivedMessage(
            transaction: message.transaction, connection: message.connection, content: writer,
            sizeBytes: rewritten.content.readableBytes, header: rewritten.header, hasEightBitData: message.hasEightBitData,
            receivedFieldCount: message.receivedFieldCount)
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func rewrite(
        _ content: ByteBuffer, _ composer: DisclaimerComposer
    ) async -> (content: ByteBuffer, header: ByteBuffer)? {
        guard let bytes = composer.applied(to: Array(content.readableBytesView)) else { return nil }
        let end = MessageHeader.read(from: bytes).bodyStart
        return (ByteBuffer(bytes: bytes), ByteBuffer(bytes: bytes[..<max(0, end - 2)]))
    }
}
