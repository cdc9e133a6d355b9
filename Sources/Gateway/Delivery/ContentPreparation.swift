import Mail
import NIOCore
import SMTP
import SharedFolders

/// Makes a stored content ready for one server: where it is read from, and what it must be turned into first.
struct ContentPreparation: Sendable {
    let folder: MessageDataFolder
    let message: QueuedMessage
    let content: MessageContent

    /// How long one access to the shared folder may take.
    static let deadline = Duration.seconds(30)
    /// A message above this is not converted to 7 bit: conversion needs all of it in memory, several times.
    static let maximumConvertedBytes = 64 << 20
    /// A header is looked for in so much of the content.
    static let maximumHeaderBytes = 1 << 20

    /// More than the longest header that `reception.maximum-header-bytes` can admit, and the empty line behind it.
    static let maximumRewrittenBytes = 17 << 20

    /// What is sent.
    struct Prepared: Sendable {
        let content: OutboundContent
        let reader: SMTPClientSession.ContentReader?
    }

    /// Why it cannot be sent.
    enum Problem: Error, Sendable, Hashable {
        /// The folder does not answer, or the file is not there.
        case unreadable(SharedFolderError)
        /// The next hop would need another form, which this content cannot have.
        case notConvertible(SevenBitConversion.Reason)
        case tooBigToConvert
    }

    private var rewriting: HeaderRewriting { HeaderRewriting(message) }

    /// At most; what a tag adds to the subject is counted whether there is one or not.
    var contentBytes: Int { message.prependedHeader.count + message.sizeBytes + rewriting.addedBytes }

    /// The content as it is. Small ones are read at once; of large ones only the opening of the file is waited for.
    func prepared() async throws(Problem) -> Prepared {
        let header = ByteBuffer(bytes: message.prependedHeader)
        let rewriting = rewriting
        switch content {
        case .memory(let retained): return Prepared(content: .memory([header, rewriting.applied(to: retained.buffer)]), reader: nil)
        case .file(let stored):
            do throws(SharedFolderError) {
                let reader = try await folder.open(stored, expectedBytes: message.sizeBytes, deadline: Self.deadline)
                if message.sizeBytes < MessageDataFolder.chunkBytes {
                    let whole = try await reader.read(at: 0, deadline: Self.deadline)
                    return Prepared(content: .memory([header, rewriting.applied(to: whole)]), reader: nil)
                }
                let first = rewriting.isNeeded ? try await Self.beginning(reader) : ByteBuffer()
                let firstBytes = first.readableBytes
                let parts = firstBytes == 0 ? [header] : [header, rewriting.applied(to: first)]
                return Prepared(content: .parts(first: parts)) { offset throws(SharedFolderError) in
                    try await reader.read(at: firstBytes + offset, deadline: Self.deadline)
                }
            } catch {
                throw .unreadable(error)
            }
        }
    }

    /// As much of a large content as holds its header: one part for nearly all messages, and only that is rewritten.
    private static func beginning(_ reader: MessageContentReader) async throws(SharedFolderError) -> ByteBuffer {
        var beginning = ByteBuffer()
        while beginning.readableBytes < maximumRewrittenBytes {
            let part = try await reader.read(at: beginning.readableBytes, deadline: deadline)
            let known = beginning.readableBytes
            beginning.writeImmutableBuffer(part)
            if part.readableBytes == 0 || HeaderRewriting.isHeaderWhole(beginning, from: known) { break }
        }
        return beginning
    }

    /// The content in 7 bit.
    /// - Returns: `nil` when it is 7 bit already.
    func preparedAsSevenBit() async throws(Problem) -> (prepared: Prepared, bytes: Int)? {
        guard contentBytes <= Self.maximumConvertedBytes else { throw .tooBigToConvert }
        let whole = try await bytes(upTo: Self.maximumConvertedBytes)
        let rewritten = rewriting.applied(to: ByteBuffer(bytes: whole))
        switch await Self.convert(message.prependedHeader + Array(rewritten.readableBytesView)) {
        case .unchanged: return nil
        case .converted(let bytes, _): return (Prepared(content: .memory([ByteBuffer(bytes: bytes)]), reader: nil), bytes.count)
        case .notConvertible(let reason): throw .notConvertible(reason)
        }
    }

    /// Whether the header holds octets above 127 (RFC 6532).
    func isHeaderInternational() async throws(Problem) -> Bool {
        let start = message.prependedHeader + (try await bytes(upTo: Self.maximumHeaderBytes))
        return MessageHeader.read(from: start).requiresSMTPUTF8
    }

    /// The beginning of the stored content, without what is prepended.
    func bytes(upTo maximumBytes: Int) async throws(Problem) -> [UInt8] {
        switch content {
        case .memory(let retained): return Array(retained.buffer.readableBytesView.prefix(maximumBytes))
        case .file(let stored):
            do throws(SharedFolderError) {
                let reader = try await folder.open(stored, expectedBytes: message.sizeBytes, deadline: Self.deadline)
                var bytes: [UInt8] = []
                while bytes.count < maximumBytes {
                    let part = try await reader.read(at: bytes.count, deadline: Self.deadline)
                    if part.readableBytes == 0 { break }
                    bytes += part.readableBytesView.prefix(maximumBytes - bytes.count)
                }
                return bytes
            } catch {
                throw .unreadable(error)
            }
        }
    }

    /// Work in proportion to the message: not on the caller's actor.
    @concurrent
    private static func convert(_ bytes: [UInt8]) async -> SevenBitConversion.Outcome { SevenBitConversion.convert(bytes) }
}

extension ContentPreparation.Problem {
    /// The file is gone or cut, which waiting does not mend.
    var isContentLost: Bool {
        switch self {
        case .unreadable(.notFound), .unreadable(.damaged): true
        case .unreadable, .notConvertible, .tooBigToConvert: false
        }
    }

    /// What it means for recipients.
    var outcome: DeliveryOutcome {
        switch self {
        case .unreadable(.notFound): .deferred(DeliveryReply(.systemTemporary, "the stored content is missing"))
        case .unreadable(.damaged): .deferred(DeliveryReply(.systemTemporary, "the stored content is damaged"))
        case .unreadable(let error):
            .deferred(DeliveryReply(.systemTemporary, "the content cannot be read: \(error.descriptionWithoutPath)"))
        case .notConvertible(.internationalHeader):
            .failed(DeliveryReply(.internationalAddressRefused, "the header needs SMTPUTF8, which the next hop does not offer"))
        case .notConvertible(let reason):
            .failed(
                DeliveryReply(
                    .conversionNotSupported, "the next hop takes 7 bit only and the message cannot be converted (\(reason.rawValue))"))
        case .tooBigToConvert:
            .failed(DeliveryReply(.conversionNotSupported, "the next hop takes 7 bit only and the message is too big to be converted"))
        }
    }
}
