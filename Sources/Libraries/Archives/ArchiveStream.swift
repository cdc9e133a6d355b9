import CArchive
import Glibc

/// One archive in memory, read entry by entry with libarchive. Calls block; belongs to one thread.
struct ArchiveStream: ~Copyable {
    private let archive: OpaquePointer
    /// Read by its directory, so that entries are stepped over without unpacking them.
    let skipsCheaply: Bool
    /// Whether Windows would read it by another directory, or not at all.
    let isUnclear: Bool

    enum Step {
        /// - Parameter target: what a symbolic link leads to: programs that know no links write it into a file.
        case entry(name: [UInt8], isEncrypted: Bool, size: Int?, isDirectory: Bool, target: [UInt8])
        case end
        case failed(isEncrypted: Bool)
    }

    /// - Returns: `nil` when there is no memory or the bytes are none of the forms that are read.
    /// - Parameter bytes: must stay where they are as long as this lives.
    static func open(_ bytes: UnsafeRawBufferPointer, _ kind: FileKind) -> ArchiveStream? {
        guard let archive = archive_read_new() else { return nil }
        // A form or filter that this libarchive lacks is one that it does not recognise.
        _ = archive_read_support_filter_gzip(archive)
        _ = archive_read_support_filter_bzip2(archive)
        _ = archive_read_support_filter_xz(archive)
        _ = archive_read_support_filter_zstd(archive)
        let zipEnd = kind == .zip ? ZipEnd(bytes) : nil
        // Only what the first bytes say: an archive in a compressed file is looked into by itself.
        switch kind {
        case .zip where zipEnd != nil: _ = archive_read_support_format_zip_seekable(archive)
        case .zip: _ = archive_read_support_format_zip_streamable(archive)
        case .sevenZip: _ = archive_read_support_format_7zip(archive)
        case .tar, .compressed: _ = archive_read_support_format_tar(archive)
        case .executable, .script, .unreadArchive, .compound, .pdf, .other: break
        }
        // The content of a compressed file that is no archive.
        _ = archive_read_support_format_raw(archive)
        guard archive_read_open_memory(archive, bytes.baseAddress, zipEnd?.end ?? bytes.count) == ARCHIVE_OK else {
            archive_read_free(archive)
            return nil
        }
        return ArchiveStream(archive: archive, skipsCheaply: zipEnd != nil, isUnclear: kind == .zip && zipEnd?.isClear != true)
    }

    /// One stream of LZMA with its old, short head.
    static func openLZMA(_ bytes: UnsafeRawBufferPointer) -> ArchiveStream? {
        guard let archive = archive_read_new() else { return nil }
        _ = archive_read_support_filter_lzma(archive)
        _ = archive_read_support_format_raw(archive)
        guard archive_read_open_memory(archive, bytes.baseAddress, bytes.count) == ARCHIVE_OK else {
            archive_read_free(archive)
            return nil
        }
        return ArchiveStream(archive: archive, skipsCheaply: false, isUnclear: false)
    }

    private init(archive: OpaquePointer, skipsCheaply: Bool, isUnclear: Bool) {
        self.archive = archive
        self.skipsCheaply = skipsCheaply
        self.isUnclear = isUnclear
    }

    deinit { archive_read_free(archive) }

    /// One file and no archive.
    var isSingle: Bool { archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK == ARCHIVE_FORMAT_RAW }

    /// Bytes that are neither compressed nor an archive.
    var isPlain: Bool { isSingle && archive_filter_code(archive, 0) == ARCHIVE_FILTER_NONE }

    func next() -> Step {
        var entry: OpaquePointer?
        let code = archive_read_next_header(archive, &entry)
        if code == ARCHIVE_EOF { return .end }
        guard code >= ARCHIVE_WARN, let entry else { return .failed(isEncrypted: archive_read_has_encrypted_entries(archive) > 0) }
        let size = archive_entry_size_is_set(entry) != 0 ? Int(clamping: archive_entry_size(entry)) : nil
        return .entry(
            name: Self.name(archive_entry_pathname(entry)), isEncrypted: archive_entry_is_encrypted(entry) != 0, size: size,
            isDirectory: archive_entry_filetype(entry) == 0o040000, target: Self.name(archive_entry_symlink(entry)))
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

    /// Whatever its length, beginning and end: the end says what the file is.
    private static func name(_ text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text else { return [] }
        let bytes = UnsafeRawBufferPointer(start: text, count: strlen(text))
        guard bytes.count > ArchivedFile.maximumNameBytes else { return Array(bytes) }
        return Array(bytes.prefix(ArchivedFile.maximumNameBytes / 2)) + Array(bytes.suffix(ArchivedFile.maximumNameBytes / 2))
    }
}
