import Mail
import Settings

/// Looks through a message for unwanted files. Pure.
struct AttachmentSearch {
    /// Names of unwanted files, or types of unwanted parts.
    private(set) var blocked: [String] = []
    /// Whether a limit was reached, so that there may be more in the message than was looked at.
    private(set) var isIncomplete: Bool
    private let endings: BlockedEndings
    private let types: [String]

    init(_ structure: MIMEStructure, _ settings: AttachmentSettings) {
        endings = BlockedEndings(settings)
        types = settings.blockedTypes
        isIncomplete = structure.isCut
        for part in structure.parts {
            look(at: part)
            if part.children.isEmpty { lookInside(part) }
        }
    }

    /// Containers too: a mail program may save an attached message, or what only pretends to be one, under the part's name.
    private mutating func look(at part: MIMEPart) {
        let list = part.fileNameList
        if list.isCut { isIncomplete = true }
        if let name = list.names.first(where: isBlocked(name:)) {
            blocked.append(name)
        } else if !types.isEmpty, isBlocked(part.contentType) {
            blocked.append(part.contentType.mediaType)
        }
    }

    /// Files in uuencode amid a text, or as an encoding of the part.
    private mutating func lookInside(_ part: MIMEPart) {
        guard part.contentType.type == "text" || part.transferEncoding == .uuencode else { return }
        let list = part.embeddedFileNames
        if list.isCut { isIncomplete = true }
        blocked += list.names.filter(isBlocked(name:))
    }

    private func isBlocked(name: String) -> Bool { endings.isBlocked(name) }

    private func isBlocked(_ type: ContentType) -> Bool { types.contains { $0 == type.mediaType || $0 == "\(type.type)/*" } }
}
