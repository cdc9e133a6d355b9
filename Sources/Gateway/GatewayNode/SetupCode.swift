import Foundation
import Settings

/// Proves that whoever opens the first-start page can read this node's console or files: twenty letters and digits, kept in a file of
/// mode 0600 until there is an administrator.
struct SetupCode: Sendable, Hashable {
    let text: String

    /// Without characters that look alike.
    private static let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789")
    private static let length = 20

    /// The code of a home: read, or made at the first start.
    static func load(home: NodeHome) throws(NodeStartupError) -> SetupCode {
        let file = home.setupCodeFile
        if let present = try? String(contentsOf: file, encoding: .utf8) {  // absent at the first start
            let text = present.filter { !$0.isWhitespace }
            if text.count >= length { return SetupCode(text: text) }
        }
        var generator = SystemRandomNumberGenerator()
        let code = SetupCode(text: String((0..<length).compactMap { _ in alphabet.randomElement(using: &generator) }))
        guard
            FileManager.default.createFile(
                atPath: file.path, contents: Data((code.text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw .folder(path: file.path, reason: "the set-up code could not be written") }
        return code
    }

    /// There is an administrator: the code has done its work. Its absence is fine.
    static func remove(home: NodeHome) { try? FileManager.default.removeItem(at: home.setupCodeFile) }
}
