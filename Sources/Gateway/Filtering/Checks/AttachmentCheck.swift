import Mail
package import Settings

/// Whether the message carries a file of a kind that is not wanted, by any name under which it might be saved, or by its type.
package struct AttachmentCheck: MessageCheck {
    package static let name = "attachments"
    package static let title = LocalizedText("Attachments", ja: "添付ファイル")

    package init(_ environment: CheckEnvironment) {}

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }

    /// Files named in the finding.
    private static let namedFiles = 3

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.attachments
        return !settings.blockedExtensions.isEmpty || !settings.blockedTypes.isEmpty
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let structure = subject.message?.structure else {
            return [.undecided(self, LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。"))]
        }
        let settings = subject.settings.attachments
        let blocked = Self.blocked(structure, settings)
        guard !blocked.isEmpty else { return [.nothing(self)] }
        let list = blocked.prefix(Self.namedFiles).joined(separator: ", ") + (blocked.count > Self.namedFiles ? ", …" : "")
        let text = LocalizedText("Blocked attachment: \(list).", ja: "禁止された添付ファイル: \(list)")
        switch settings.action {
        case .score: return [.found(self, .score(settings.score), text, isExcusable: false)]
        case .quarantine: return [.found(self, .quarantine, text, isExcusable: false)]
        case .reject: return [.found(self, .reject, text, isExcusable: false)]
        }
    }

    /// Names of unwanted files, or types of unwanted parts.
    private static func blocked(_ structure: MIMEStructure, _ settings: AttachmentSettings) -> [String] {
        let extensions = Set(settings.blockedExtensions)
        var found: [String] = []
        for part in structure.leaves {
            if let name = part.fileNames.first(where: { hasEnding($0, extensions) }) {
                found.append(name)
            } else if !settings.blockedTypes.isEmpty, isBlocked(part.contentType, settings.blockedTypes) {
                found.append(part.contentType.mediaType)
            }
            if part.contentType.type == "text", structure.has(.embeddedFile) {
                found += part.embeddedFiles(limit: embeddedBytes).map(\.name).filter { hasEnding($0, extensions) }
            }
        }
        return found
    }

    /// Only the names are wanted; they stand at the beginning of each file.
    private static let embeddedBytes = 4 << 20

    /// Windows passes over dots and spaces at a name's end, and over everything behind a colon.
    private static func hasEnding(_ name: String, _ extensions: Set<String>) -> Bool {
        var rest = name.lowercased()[...]
        // A colon in second place ends a drive's letter.
        if let colon = rest.dropFirst(2).firstIndex(of: ":") { rest = rest[..<colon] }
        while let last = rest.last, last == "." || last.isWhitespace || last == "\u{0}" { rest.removeLast() }
        guard let dot = rest.lastIndex(of: ".") else { return false }
        return extensions.contains(String(rest[rest.index(after: dot)...].filter { !$0.isWhitespace }))
    }

    private static func isBlocked(_ type: ContentType, _ blocked: [String]) -> Bool {
        blocked.contains { $0 == type.mediaType || $0 == "\(type.type)/*" }
    }
}
