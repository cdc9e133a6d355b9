import CFirebird

extension FirebirdTransaction {
    /// Largest segment of a BLOB that the C functions take.
    static let segmentBytes = 65_535
    /// Bytes `readBlob` collects at most unless told otherwise.
    package static let defaultMaximumBlobBytes = 64 * 1_024 * 1_024

    /// Makes a BLOB of these bytes, to be bound to a column in this transaction. (Bytes and text given for a BLOB
    /// parameter become one by themselves.)
    package func createBlob(_ bytes: [UInt8]) throws(FirebirdError) -> FirebirdBlobIdentifier {
        try writingBlob { writer throws(FirebirdError) in try writer.write(bytes) }
    }

    /// Makes a BLOB piece by piece; nothing of it is kept in memory.
    package func createBlob(_ write: (FirebirdBlobWriter) throws -> Void) throws -> FirebirdBlobIdentifier {
        let writer = try FirebirdBlobWriter(self)
        do {
            try write(writer)
            return try writer.finish()
        } catch {
            writer.cancel()
            throw error
        }
    }

    private func writingBlob(_ write: (FirebirdBlobWriter) throws(FirebirdError) -> Void) throws(FirebirdError) -> FirebirdBlobIdentifier {
        let writer = try FirebirdBlobWriter(self)
        do {
            try write(writer)
            return try writer.finish()
        } catch {
            writer.cancel()
            throw error
        }
    }

    /// A BLOB's whole content.
    /// - Throws: `tooLarge` when it has more than `maximumBytes`.
    package func readBlob(_ identifier: FirebirdBlobIdentifier, maximumBytes: Int = FirebirdTransaction.defaultMaximumBlobBytes)
        throws(FirebirdError) -> [UInt8]
    {
        var content: [UInt8] = []
        let reader = try BlobReader(identifier, self)
        defer { reader.close() }
        while let piece = try reader.next() {
            guard content.count + piece.count <= maximumBytes else {
                throw FirebirdError(.tooLarge, "the BLOB has more than \(maximumBytes) bytes")
            }
            content.append(contentsOf: piece)
        }
        return content
    }

    /// A BLOB's content in pieces of at most 65,535 bytes, each valid during its call only.
    package func forEachPiece(of identifier: FirebirdBlobIdentifier, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let reader = try BlobReader(identifier, self)
        defer { reader.close() }
        while let piece = try reader.next() { try body(piece) }
    }
}

/// Takes the pieces of a BLOB that is being made. Not to be kept beyond the closure it is given to.
package final class FirebirdBlobWriter {
    private let transaction: FirebirdTransaction
    private var handle: isc_blob_handle = 0
    private var identifier = ISC_QUAD()

    init(_ transaction: FirebirdTransaction) throws(FirebirdError) {
        self.transaction = transaction
        try transaction.checkUsable()
        let attachment = transaction.attachment
        try attachment.check(
            isc_create_blob2(
                attachment.status.pointer, &attachment.handle, &transaction.handle, &handle, &identifier, 0, nil))
    }

    /// Appends bytes; any number.
    package func write(_ bytes: [UInt8]) throws(FirebirdError) {
        try bytes.withUnsafeBytes { content in Result { () throws(FirebirdError) in try write(content) } }.get()
    }

    /// Appends bytes; any number.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FirebirdError) {
        guard handle != 0 else { throw FirebirdError(.closed, "the BLOB is finished") }
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            try transaction.checkUsable()
            let count = min(FirebirdTransaction.segmentBytes, rest.count)
            let status = transaction.attachment.status.pointer
            try transaction.attachment.check(
                isc_put_segment(status, &handle, UInt16(count), start.assumingMemoryBound(to: ISC_SCHAR.self)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    func finish() throws(FirebirdError) -> FirebirdBlobIdentifier {
        try transaction.attachment.check(isc_close_blob(transaction.attachment.status.pointer, &handle))
        return FirebirdBlobIdentifier(high: identifier.gds_quad_high, low: identifier.gds_quad_low)
    }

    func cancel() {
        guard handle != 0 else { return }
        transaction.attachment.notice(isc_cancel_blob(transaction.attachment.status.pointer, &handle))
        handle = 0
    }
}

/// Walks over the pieces of a BLOB.
private final class BlobReader {
    private let transaction: FirebirdTransaction
    private var handle: isc_blob_handle = 0
    private let buffer = UnsafeMutablePointer<ISC_SCHAR>.allocate(capacity: FirebirdTransaction.segmentBytes)

    init(_ identifier: FirebirdBlobIdentifier, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        self.transaction = transaction
        try transaction.checkUsable()
        let attachment = transaction.attachment
        var number = ISC_QUAD(gds_quad_high: identifier.high, gds_quad_low: identifier.low)
        try attachment.check(
            isc_open_blob2(attachment.status.pointer, &attachment.handle, &transaction.handle, &handle, &number, 0, nil))
    }

    deinit { buffer.deallocate() }

    func next() throws(FirebirdError) -> UnsafeRawBufferPointer? {
        try transaction.checkUsable()
        let attachment = transaction.attachment
        var count: UInt16 = 0
        let code = isc_get_segment(attachment.status.pointer, &handle, &count, UInt16(FirebirdTransaction.segmentBytes), buffer)
        if code == isc_segstr_eof || attachment.status.firstCode == isc_segstr_eof { return nil }
        // `isc_segment` only says that the segment goes on.
        if code != 0, attachment.status.firstCode != isc_segment { try attachment.check(code) }
        return UnsafeRawBufferPointer(start: buffer, count: Int(count))
    }

    func close() {
        guard handle != 0 else { return }
        transaction.attachment.notice(isc_close_blob(transaction.attachment.status.pointer, &handle))
        handle = 0
    }
}
