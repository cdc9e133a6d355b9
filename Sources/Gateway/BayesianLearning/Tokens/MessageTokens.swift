/// The different tokens of a message in the order in which they were found.
package struct MessageTokens: Hashable, Sendable {
    /// Stable 64-bit names; see `TokenHash`.
    package let hashes: [UInt64]
    /// What they read like; empty unless asked for.
    package let texts: [UInt64: String]
    /// Whether a limit left some out.
    package let isCut: Bool

    package init(hashes: [UInt64], texts: [UInt64: String] = [:], isCut: Bool = false) {
        self.hashes = hashes
        self.texts = texts
        self.isCut = isCut
    }
}
