import Foundation
import Settings

/// Passwords never come as arguments, where every user of the machine could read them.
enum SecretFile {
    /// Longer files are not password files.
    static let maximumBytes = 4096

    /// The first line of a file, without its end.
    /// - Throws: a `CommandFailure` when the file cannot be read, is too long, or its first line is empty.
    static func firstLine(of path: String) throws(CommandFailure) -> String {
        let text = try TextFile.text(of: path, maximumBytes: maximumBytes)
        guard let line = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first, !line.isEmpty else {
            throw CommandFailure(description: "the first line of \(path) is empty", exitCode: CommandFailure.usage)
        }
        return String(line)
    }

    /// From a file if one is named, else typed twice by the person at the terminal.
    static func password(file: String?, _ session: CommandSession) throws(CommandFailure) -> String {
        if let file { return try firstLine(of: file) }
        guard session.console.isInteractive else {
            throw .usage(
                "without a terminal the password comes from --password-file", ja: "端末がない場合は --password-file を指定してください", session.language)
        }
        guard let first = session.console.ask(session.text("Password: ", "パスワード: "), isSecret: true),
            let second = session.console.ask(session.text("Once more: ", "もう一度: "), isSecret: true)
        else { throw CommandFailure(description: session.text("no password was entered", "パスワードが入力されませんでした")) }
        guard first == second else {
            throw CommandFailure(description: session.text("the two passwords differ", "2 つのパスワードが一致しません"))
        }
        return first
    }
}

/// Small text files that a command reads.
enum TextFile {
    static func text(of path: String, maximumBytes: Int) throws(CommandFailure) -> String {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }  // opened for reading: nothing can be lost
            data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw CommandFailure(description: "\(path) cannot be read: \(error.localizedDescription)", exitCode: CommandFailure.usage)
        }
        guard data.count <= maximumBytes else {
            throw CommandFailure(description: "\(path) is larger than \(maximumBytes) bytes", exitCode: CommandFailure.usage)
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandFailure(description: "\(path) is not UTF-8 text", exitCode: CommandFailure.usage)
        }
        return text
    }
}
