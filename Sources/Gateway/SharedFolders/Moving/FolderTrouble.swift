package import Settings

/// Why a node cannot use a folder of a move, packed into one text of a row so that each reader is told in his language.
package struct FolderTrouble: Sendable, Hashable {
    package let missing: FolderRight
    package let account: String
    package let cause: String
    /// Empty: the node whose row it is.
    package let node: String

    package init(missing: FolderRight, account: String, cause: String, node: String = "") {
        self.missing = missing
        self.account = account
        self.cause = cause
        self.node = node
    }

    package init(_ shortcoming: FolderShortcoming, account: String) {
        self.init(missing: shortcoming.missing, account: account, cause: shortcoming.cause)
    }

    private static let separator: Character = "\t"

    package var packed: String {
        [missing.rawValue, account, node, cause].map { $0.replacing("\t", with: " ") }.joined(separator: "\t")
    }

    /// `nil` for any other text.
    package init?(packed: String) {
        let parts = packed.split(separator: Self.separator, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let missing = FolderRight(rawValue: String(parts[0])) else { return nil }
        self.init(missing: missing, account: String(parts[1]), cause: String(parts[3]), node: String(parts[2]))
    }

    /// A node's trouble with its name, for others to read.
    static func named(_ node: String, _ packed: String) -> String {
        guard let trouble = FolderTrouble(packed: packed) else { return "\(node): \(packed)" }
        return FolderTrouble(missing: trouble.missing, account: trouble.account, cause: trouble.cause, node: node).packed
    }

    /// What a packed text says of a folder; a text of another kind as it is, an empty one not at all.
    package static func text(_ packed: String, path: String) -> LocalizedText? {
        guard !packed.isEmpty else { return nil }
        guard let trouble = FolderTrouble(packed: packed) else { return LocalizedText(packed, ja: packed) }
        let remedy = FolderShortcoming(trouble.missing, cause: trouble.cause).remedy(account: trouble.account, path: path)
        guard !trouble.node.isEmpty else { return remedy }
        return LocalizedText("\(trouble.node): \(remedy.english)", ja: "\(trouble.node): \(remedy.japanese)")
    }
}
