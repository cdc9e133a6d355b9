import Archives
import Mail

/// The files of a message: those that their first bytes tell all about, and those that have to be opened. Pure.
struct AttachedFiles: Sendable {
    struct Opened: Sendable {
        let name: String
        /// The part that it is; `nil` amid a text.
        let part: Int?
        let bytes: [UInt8]
    }

    struct Told: Sendable, Hashable {
        let name: String
        let part: Int?
        let kind: FileKind
    }

    private(set) var told: [Told] = []
    private(set) var opened: [Opened] = []
    /// Whether there were more than are looked at.
    private(set) var isCut = false
    private var bytesLeft = Self.maximumBytes

    /// Files looked at; a message may have thousands of parts.
    static let maximumFiles = 200
    /// Decoded bytes of all files that have to be opened, together.
    static let maximumBytes = 64 << 20

    /// Whether there may be a file at all; costs a look at each part's type.
    static func mayHave(_ structure: MIMEStructure) -> Bool {
        structure.has(.embeddedFile) || structure.leaves.contains(where: isFile)
    }

    init(_ structure: MIMEStructure) {
        for part in structure.leaves where Self.isFile(part) { add(part) }
        guard structure.has(.embeddedFile) else { return }
        for part in structure.leaves {
            for file in part.embeddedFiles(limit: bytesLeft) { add(file.name, file.bytes) }
        }
    }

    /// A text too when it has a name or an encoding under which other things travel.
    private static func isFile(_ part: MIMEPart) -> Bool {
        let type = part.contentType
        guard type.type == "text" else { return true }
        return part.transferEncoding == .base64 || part.transferEncoding == .uuencode || !part.fileNames.isEmpty
            || part.header.first("Content-Disposition") != nil
    }

    private mutating func add(_ part: MIMEPart) {
        let head = part.decodedBody(limit: FileKind.headBytes).bytes
        let kind = FileKind(head: head[...])
        guard Self.isOpened(kind) else {
            if kind != .other { tell(part.fileNames.first ?? part.contentType.mediaType, kind, part.index) }
            return
        }
        let body = part.decodedBody(limit: bytesLeft)
        if body.isTruncated { isCut = true }
        open(part.fileNames.first ?? part.contentType.mediaType, body.bytes, part.index)
    }

    private mutating func add(_ name: String, _ bytes: [UInt8]) {
        let kind = FileKind(head: bytes[...])
        if Self.isOpened(kind) { open(name, bytes, nil) } else if kind != .other { tell(name, kind, nil) }
    }

    private mutating func open(_ name: String, _ bytes: [UInt8], _ part: Int?) {
        guard opened.count + told.count < Self.maximumFiles, bytes.count <= bytesLeft else {
            isCut = true
            return
        }
        bytesLeft -= bytes.count
        opened.append(Opened(name: name, part: part, bytes: bytes))
    }

    private mutating func tell(_ name: String, _ kind: FileKind, _ part: Int?) {
        guard opened.count + told.count < Self.maximumFiles else {
            isCut = true
            return
        }
        told.append(Told(name: name, part: part, kind: kind))
    }

    private static func isOpened(_ kind: FileKind) -> Bool { kind.isReadArchive || kind == .compound || kind == .pdf }
}
