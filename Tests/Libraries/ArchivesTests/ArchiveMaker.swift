import CArchive
import Glibc

/// Writes archives with libarchive, as a sender would.
struct ArchiveMaker {
    enum Form: CaseIterable {
        case zip, tar, tarGzip, sevenZip
    }

    var form = Form.zip
    var password: String?
    private(set) var files: [(name: String, content: [UInt8])] = []
    /// The type of all entries.
    var type: mode_t = 0o100000

    init(_ form: Form = .zip, password: String? = nil) {
        self.form = form
        self.password = password
    }

    func adding(_ name: String, _ content: [UInt8]) -> ArchiveMaker {
        var maker = self
        maker.files.append((name, content))
        return maker
    }

    func adding(_ name: String, _ content: String) -> ArchiveMaker { adding(name, Array(content.utf8)) }

    func bytes() -> [UInt8] {
        // Names are converted to UTF-16 by the thread's charset.
        let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil)
        let before = uselocale(locale)
        defer {
            uselocale(before)
            if let locale { freelocale(locale) }
        }
        let archive = archive_write_new()
        defer { archive_write_free(archive) }
        switch form {
        case .zip: archive_write_set_format_zip(archive)
        case .tar: archive_write_set_format_pax_restricted(archive)
        case .tarGzip:
            archive_write_set_format_pax_restricted(archive)
            archive_write_add_filter_gzip(archive)
        case .sevenZip: archive_write_set_format_7zip(archive)
        }
        archive_write_set_options(archive, "hdrcharset=UTF-8")
        if let password {
            archive_write_set_options(archive, "zip:encryption=traditional")
            archive_write_set_passphrase(archive, password)
        }
        var output = [UInt8](repeating: 0, count: files.reduce(1 << 20) { $0 + $1.content.count + 4_096 })
        var used = 0
        output.withUnsafeMutableBytes { buffer in
            archive_write_open_memory(archive, buffer.baseAddress, buffer.count, &used)
            for file in files {
                let entry = archive_entry_new()
                archive_entry_set_pathname_utf8(entry, file.name)
                archive_entry_set_size(entry, Int64(file.content.count))
                archive_entry_set_filetype(entry, type)
                archive_entry_set_perm(entry, 0o644)
                archive_write_header(archive, entry)
                _ = file.content.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
                archive_entry_free(entry)
            }
            archive_write_close(archive)
        }
        return Array(output.prefix(used))
    }
}
