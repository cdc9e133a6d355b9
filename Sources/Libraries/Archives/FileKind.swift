/// What a file is by its first bytes, whatever its name says. Only kinds that somebody may want to keep out are told apart.
package enum FileKind: String, Sendable, Hashable, CaseIterable {
    /// A program: Windows, Linux, macOS, Java, Android, WebAssembly, and Windows shortcuts and compiled help, which run what they say.
    case executable
    /// A text that says which program runs it.
    case script
    /// Zip, also the form of Office Open XML, OpenDocument and Java archives.
    case zip
    case tar
    case sevenZip = "7z"
    /// One compressed stream: gzip, bzip2, xz or zstd.
    case compressed
    /// An archive of a form that is recognised and not read: RAR, cabinet, LHA, ARJ.
    case unreadArchive = "unread-archive"
    /// The compound files of older Office programs; encrypted Office Open XML too.
    case compound
    case pdf
    case other

    /// Bytes that are enough to tell; tar's mark stands at 257.
    package static let headBytes = 512

    /// Whether `FileExamination` looks for files in it.
    package var isReadArchive: Bool {
        switch self {
        case .zip, .tar, .sevenZip, .compressed: true
        case .executable, .script, .unreadArchive, .compound, .pdf, .other: false
        }
    }

    /// - Parameter head: the beginning of the file, `headBytes` of it if there are as many.
    package init(head: ArraySlice<UInt8>) {
        let head = head.prefix(Self.headBytes)
        if let magic = Self.magics.first(where: { head.starts(with: $0.bytes) }) {
            self = magic.kind
        } else if Self.isDOSProgram(head) {
            self = .executable
        } else if Self.hasTarMark(head) {
            self = .tar
        } else if Self.isLHA(head) {
            self = .unreadArchive
        } else if Self.isScript(head) {
            self = .script
        } else if Self.isPDF(head) {
            self = .pdf
        } else {
            self = .other
        }
    }

    private static let magics: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x7F, 0x45, 0x4C, 0x46], .executable),  // ELF
        ([0xFE, 0xED, 0xFA, 0xCE], .executable), ([0xFE, 0xED, 0xFA, 0xCF], .executable),  // Mach-O
        ([0xCE, 0xFA, 0xED, 0xFE], .executable), ([0xCF, 0xFA, 0xED, 0xFE], .executable),
        ([0xCA, 0xFE, 0xBA, 0xBE], .executable),  // Java class, Mach-O of several architectures
        ([0x64, 0x65, 0x78, 0x0A, 0x30], .executable),  // Android
        ([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00], .executable),  // WebAssembly
        ([0x4C, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00], .executable),  // Windows shortcut
        ([0x49, 0x54, 0x53, 0x46, 0x03, 0x00], .executable),  // compiled HTML help
        ([0x50, 0x4B, 0x03, 0x04], .zip), ([0x50, 0x4B, 0x05, 0x06], .zip), ([0x50, 0x4B, 0x07, 0x08], .zip),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .sevenZip), ([0x1F, 0x8B, 0x08], .compressed),
        ([0x42, 0x5A, 0x68], .compressed), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .compressed),
        ([0x28, 0xB5, 0x2F, 0xFD], .compressed), ([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07], .unreadArchive),
        ([0x4D, 0x53, 0x43, 0x46, 0x00, 0x00, 0x00, 0x00], .unreadArchive), ([0x60, 0xEA], .unreadArchive),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], .compound),
    ]

    /// A text may begin with these two letters; a header of a program has bytes among its first 64 that no text has.
    private static func isDOSProgram(_ head: ArraySlice<UInt8>) -> Bool {
        (head.starts(with: [0x4D, 0x5A]) || head.starts(with: [0x5A, 0x4D])) && head.prefix(64).contains { $0 < 0x09 }
    }

    private static func hasTarMark(_ head: ArraySlice<UInt8>) -> Bool { head.dropFirst(257).starts(with: Array("ustar".utf8)) }

    /// `-lh5-` and its like, behind two bytes.
    private static func isLHA(_ head: ArraySlice<UInt8>) -> Bool {
        let mark = Array(head.dropFirst(2).prefix(5))
        return mark.count == 5 && mark[0] == 0x2D && mark[1] == 0x6C && (mark[2] == 0x68 || mark[2] == 0x7A) && mark[4] == 0x2D
    }

    private static func isScript(_ head: ArraySlice<UInt8>) -> Bool {
        let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head.dropFirst(3) : head
        let begin = text.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }.prefix(12).map {
            $0 >= 0x41 && $0 <= 0x5A ? $0 + 0x20 : $0
        }
        return ["#!", "@echo off", "#@~^", "<?php"].contains { begin.starts(with: $0.utf8) }
    }

    /// Readers take a PDF whose mark does not stand at its beginning.
    private static func isPDF(_ head: ArraySlice<UInt8>) -> Bool {
        let mark = Array("%PDF-".utf8)
        return head.indices.contains { head[$0] == mark[0] && head[$0...].starts(with: mark) }
    }
}
