import CArchive

/// One archive in memory, read entry by entry with libarchive. Calls block; belongs to one thread.
struct ArchiveStream: ~Copyable {
    private let archive: OpaquePointer

    enum Step {
        case entry(name: [UInt8], isEncrypted: Bool, size: Int?, isFile: Bool)
        case end
        case failed(isEncrypted: Bool)
    }

    /// - Returns: `nil` when there is no memory or the bytes are none of the forms that are read.
    /// - Parameter bytes: must stay where they are as long as this lives.
    static func open(_ bytes: UnsafeRawBufferPointer) -> ArchiveStream? {
        guard let archive = archive_read_new() else { return nil }
        // A form or filter that this libarchive lacks is one that it does not recognise.
        _ = archive_read_support_filter_gzip(archive)
        _ = archive_read_support_filter_bzip2(archive)
        _ = archive_read_support_filter_xz(archive)
        _ = archive_read_support_filter_zstd(archive)
        _ = archive_read_support_format_zip(archive)
        _ = archive_read_support_format_tar(archive)
        _ = archive_read_support_format_7zip(archive)
        // The content of a compressed file that is no archive.
        _ = archive_read_support_format_raw(archive)
        guard archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
            archive_read_free(archive)
            return nil
        }
        return ArchiveStream(archive: archive)
    }

    private init(archive: OpaquePointer) { self.archive = archive }

    deinit { archive_read_free(archive) }

    /// Whether entries that are not wanted are stepped over without unpacking them.
    var skipsCheaply: Bool { archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_ZIP }

    /// Bytes that are neither compressed nor an archive.
    var isPlain: Bool {
        archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_RAW && archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE
    }

    func next() -> Step {
        var entry: OpaquePointer?
        let code = archive_read_next_header(archive, &entry)
        if code == ARCHIVE_EOF { return .end }
        guard code >= ARCHIVE_WARN, let entry else { return .failed(isEncrypted: archive_read_has_encrypted_entries(archive) > 0) }
        let size = archive_entry_size_is_set(entry) != 0 ? Int(clamping: archive_entry_size(entry)) : nil
        return .entry(
            name: Self.name(entry), isEncrypted: archive_entry_is_encrypted(entry) != 0, size: size,
            isFile: archive_entry_filetype(entry) == 0o100000)
    }

    /// The next piece of the present entry, valid until the next call; `nil` at its end.
    /// - Throws: when it cannot be unpacked.
    func nextBlock() throws(UnpackingFailure) -> UnsafeRawBufferPointer? {
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        let code = archive_read_data_block(archive, &start, &count, &offset)
        if code == ARCHIVE_EOF { return nil }
        guard code >= ARCHIVE_WARN else { throw UnpackingFailure() }
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    }

    struct UnpackingFailure: Error {}

    private static func name(_ entry: OpaquePointer) -> [UInt8] {
        guard let text = archive_entry_pathname(entry) else { return [] }
        var name: [UInt8] = []
        var index = 0
        while text[index] != 0, index < ArchivedFile.maximumNameBytes {
            name.append(UInt8(bitPattern: text[index]))
            index += 1
        }
        // The end says what the file is.
        return name
    }
}
