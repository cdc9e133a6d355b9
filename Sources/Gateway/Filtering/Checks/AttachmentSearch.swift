import Mail
import Settings

/// Looks through a message for unwanted files. Pure.
struct AttachmentSearch {
    /// Names of unwanted files, or types of unwanted parts.
    private(set) var blocked: [String] = []
    /// The parts that they are; `nil` when one is no part of its own, or there may be more.
    var parts: Set<Int>? { isIncomplete || isWithinText ? nil : places }
    private var places: Set<Int> = []
    /// One stands amid a text.
    private var isWithinText = false
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
            places.insert(part.index)
        } else if !types.isEmpty, isBlocked(part.contentType) {
            blocked.append(part.contentType.mediaType)
            places.insert(part.index)
        }
    }

    /// Files in uuencode amid a text, or as an encoding of the part.
    private mutating func lookInside(_ part: MIMEPart) {
        guard part.contentType.type == "text" || part.transferEncoding == .uuencode else { return }
        let list = part.embeddedFileNames
        if list.isCut { isIncomplete = true }
        let names = list.names.filter(isBlocked(name:))
        blocked += names
        guard !names.isEmpty else { return }
        // As an encoding of the part it is the part.
        if part.transferEncoding == .uuencode { places.insert(part.index) } else { isWithinText = true }
    }

    private func isBlocked(name: String) -> Bool { endings.isBlocked(name) }

    private func isBlocked(_ type: ContentType) -> Bool { types.contains { $0 == type.mediaType || $0 == "\(type.type)/*" } }
}
