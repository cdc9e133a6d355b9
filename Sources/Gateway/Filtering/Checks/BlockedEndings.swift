import Settings

/// The endings of file names that are not wanted, and how Windows reads names. Pure.
struct BlockedEndings: Sendable {
    private let extensions: Set<String>

    init(_ settings: AttachmentSettings) { extensions = Set(settings.blockedExtensions) }

    /// Windows passes over everything behind a colon; mail programs put another character in its place when they save.
    func isBlocked(_ name: String) -> Bool {
        let name = name.lowercased()
        // A colon in second place ends a drive's letter.
        let colon = name.dropFirst(2).firstIndex(of: ":")
        return hasEnding(name[...]) || colon.map { hasEnding(name[..<$0]) } == true
    }

    /// Windows passes over dots and spaces at a name's end.
    private func hasEnding(_ name: Substring) -> Bool {
        var rest = name
        while let last = rest.last, last == "." || last.isWhitespace || last == "\u{0}" { rest.removeLast() }
        guard let dot = rest.lastIndex(of: ".") else { return false }
        return extensions.contains(String(rest[rest.index(after: dot)...].filter { !$0.isWhitespace }))
    }
}
