import Foundation
import Glibc

/// Where a command writes and asks.
package protocol Console: Sendable {
    /// What was asked for.
    func write(_ text: String)
    /// What is said besides.
    func writeError(_ text: String)
    /// Whether a person can be asked.
    var isInteractive: Bool { get }
    /// A line typed by the person; `nil` at the end of the input.
    /// - Parameter isSecret: not shown while it is typed.
    func ask(_ question: String, isSecret: Bool) -> String?
}

/// Standard output, standard error, and the terminal. Questions go to standard error, so that an output can be kept.
package struct StandardConsole: Console {
    package init() {}

    package func write(_ text: String) { Self.write(text, to: STDOUT_FILENO) }
    package func writeError(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    package var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    package func ask(_ question: String, isSecret: Bool) -> String? {
        writeError(question)
        guard isSecret else { return readLine() }
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { return nil }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            writeError("\n")
        }
        return readLine()
    }

    /// Nobody is left to tell when a descriptor cannot be written (a closed pipe): the rest is dropped.
    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }
}
