import Mail
import NIOCore
import SMTP
import SharedFolders

/// One open connection to a next hop, lent to one delivery after the other.
struct SMTPClientSession: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<SMTPClientHandler>
    let description: SessionDescription
    /// `host[address]:port`, for logs and reports.
    let peer: String
    /// The next hop's name, for `Remote-MTA`.
    let hostName: String

    /// Where the parts of a large content come from.
    typealias ContentReader = @Sendable (_ offset: Int) async throws(SharedFolderError) -> ByteBuffer

    /// One transaction. Cancelling the task breaks it off; it returns soon then.
    /// - Parameter reader: asked for the rest when `content` is not all.
    func deliver(_ envelope: OutboundEnvelope, _ content: OutboundContent, reader: ContentReader?) async -> TransactionResult {
        await withTaskCancellationHandler {
            var offset = 0
            var step = await ask { $0.begin(envelope, content, $1) }
            while true {
                switch step {
                case .finished(let result): return result
                case .needsContent: step = await provide(from: reader, at: &offset)
                }
            }
        } onCancel: {
            abandon()
        }
    }

    private func provide(from reader: ContentReader?, at offset: inout Int) async -> TransactionStep {
        guard let reader else { return await ask { $0.provide(nil, $1) } }
        do throws(SharedFolderError) {
            let part = try await reader(offset)
            offset += part.readableBytes
            return await ask { $0.provide(part.readableBytes == 0 ? nil : part, $1) }
        } catch {
            let outcome = DeliveryOutcome.deferred(DeliveryReply(.systemTemporary, "the content cannot be read: \(error)"))
            return await ask { $0.contentFailed(outcome, $1) }
        }
    }

    /// Asks about one recipient, without a message. Cancelling the task breaks it off; it returns soon then.
    func ask(about recipient: EmailAddress, from sender: ReversePath) async -> RecipientAnswer {
        let isInternational = recipient.isInternational || sender.address?.isInternational ?? false
        guard !isInternational || description.capabilities.extensions.contains(.smtpUTF8) else { return .cannotBeWritten }
        let question = RecipientQuestion(sender: sender, recipient: recipient, isInternational: isInternational)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                onLoop { $0.begin(question, continuation) }
            }
        } onCancel: {
            abandon()
        }
    }

    /// Ends it politely; does not wait.
    func quit() { onLoop { $0.quit() } }

    /// Breaks off what is under way; does not wait.
    func abandon() { onLoop { $0.abandon() } }

    /// Whether the connection still stands, as far as this side knows.
    var isActive: Bool { channel.isActive }

    private func ask(
        _ question: @escaping @Sendable (SMTPClientHandler, CheckedContinuation<TransactionStep, Never>) -> Void
    ) async -> TransactionStep {
        await withCheckedContinuation { continuation in
            onLoop { question($0, continuation) }
        }
    }

    private func onLoop(_ body: @escaping @Sendable (SMTPClientHandler) -> Void) {
        let handler = handler
        channel.eventLoop.execute { body(handler.value) }
    }
}
