import Settings

/// Why the tool did not do what it was asked; becomes a sentence on standard error and an exit status.
struct ToolFailure: Error, CustomStringConvertible {
    let description: String
    var exitCode: Int32 = refused

    static let refused: Int32 = 1
    /// sysexits.h.
    static let usage: Int32 = 64

    init(_ text: LocalizedText, _ language: Language, exitCode: Int32 = refused) {
        description = text[language]
        self.exitCode = exitCode
    }
}
