import Settings
import Terminal

/// Passwords never come as arguments, where every user of the machine could read them.
enum SecretFile {
    /// The first line of a file, without its end.
    /// - Throws: a `CommandFailure` when the file cannot be read, is too long, or its first line is empty.
    static func firstLine(of path: String) throws(CommandFailure) -> String {
        do throws(SmallTextFileError) {
            return try SmallTextFile.firstLine(of: path)
        } catch {
            throw CommandFailure(description: error.description, exitCode: CommandFailure.usage)
        }
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
        do throws(SmallTextFileError) {
            return try SmallTextFile.text(of: path, maximumBytes: maximumBytes)
        } catch {
            throw CommandFailure(description: error.description, exitCode: CommandFailure.usage)
        }
    }
}
