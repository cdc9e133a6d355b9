import Glibc
import NIOCore
import SMTP
import Settings
import SharedFolders

/// Takes one message's content from DATA or BDAT to the message folder, bounded in everything, and finds what is wrong with it. Once a
/// fault is certain nothing more is stored: the rest is thrown away until its end, when the client reads the reply.
struct MessageContentReceiver {
    enum Progress {
        case ready
        /// The disk is behind: no more until `drained` has been called.
        case full
        /// More was sent than may be thrown away.
        case overflowed
    }

    let writer: MessageContentWriter
    private(set) var octets = 0
    private var capture: HeaderCapture
    private var refusal: SMTPReply?
    /// Only for BDAT; the decoder of DATA looks by itself.
    private var scanner: BinaryTextScanner?
    private let limits: ReceptionSettings

    init(writer: MessageContentWriter, isChunked: Bool, limits: ReceptionSettings) {
        self.writer = writer
        self.limits = limits
        scanner = isChunked ? BinaryTextScanner() : nil
        capture = HeaderCapture(limit: limits.maximumHeaderBytes)
    }

    /// Takes a part of the content.
    /// - Parameter drained: called once, on another thread, after `.full`.
    mutating func take(_ content: ByteBuffer, drained: @escaping @Sendable (Result<Void, SharedFolderError>) -> Void) -> Progress {
        octets += content.readableBytes
        let discarded = octets - limits.maximumMessageBytes
        guard discarded <= SessionLimits.maximumDiscardedOctets(messageLimit: limits.maximumMessageBytes) else { return .overflowed }
        scanner?.scan(content)
        guard refusal == nil else { return .ready }
        if discarded > 0 {
            giveUp(.messageTooBig)
            return .ready
        }
        capture.take(content)
        if capture.isTooBig {
            giveUp(.headerTooBig)
            return .ready
        }
        switch writer.append(content, drained: drained) {
        case .ready: return .ready
        case .full: return .full
        case .failed(let error):
            failed(error)
            return .ready
        }
    }

    /// The folder could not take what it was given.
    mutating func failed(_ error: SharedFolderError) { giveUp(.storageFailed) }

    /// What is wrong with the content so far, after a chunk that is not the last.
    var refusalSoFar: SMTPReply? { refusal ?? scanner.flatMap { fault($0.violations, longestLine: $0.longestLineOctets) } }

    /// The whole text of DATA has come. - Returns: what is wrong with it.
    mutating func finish(_ summary: MessageTextSummary) -> SMTPReply? {
        let found = refusal ?? fault(summary.violations, longestLine: summary.longestLineOctets) ?? loop(summary.receivedFields)
        if let found { giveUp(found) }
        return found
    }

    /// The last chunk has come. - Returns: what is wrong with the whole.
    mutating func finishChunks() -> SMTPReply? {
        scanner?.finish()
        if refusalSoFar == nil, let scanner, !scanner.endsWithLineEnd {
            // Next hops are given it by DATA, which cannot end within a line; the body's canonical form (RFC 6376 §3.4.3) stays the same.
            _ = take(ByteBuffer(string: "\r\n"), drained: { _ in })
        }
        let found = refusalSoFar ?? loop(capture.receivedFieldCount)
        if let found { giveUp(found) }
        return found
    }

    /// The message as it is handed to the handler, whose the content is from now on.
    func message(_ transaction: MailTransaction, _ connection: ClientConnection, _ summary: MessageTextSummary?) -> ReceivedMessage {
        ReceivedMessage(
            transaction: transaction, connection: connection, content: writer, sizeBytes: octets, header: capture.header,
            hasEightBitData: summary?.hasEightBitOctets ?? scanner?.hasEightBitOctets ?? false,
            receivedFieldCount: summary?.receivedFields ?? capture.receivedFieldCount)
    }

    /// The content has been given up: its transaction died.
    func abandon() {
        if refusal == nil { writer.abandon() }
    }

    private mutating func giveUp(_ reply: SMTPReply) {
        guard refusal == nil else { return }
        refusal = reply
        writer.abandon()
    }

    private func fault(_ violations: MessageTextSummary.Violations, longestLine: Int) -> SMTPReply? {
        if !violations.isDisjoint(with: .ambiguousLineEnds) { return .bareLineEnd }
        return longestLine > SessionLimits.maximumTextLineOctets ? .textLineTooLong : nil
    }

    private func loop(_ receivedFields: Int) -> SMTPReply? { receivedFields > limits.maximumReceivedFields ? .mailLoop : nil }
}
