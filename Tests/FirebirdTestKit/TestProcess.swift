package import Foundation

/// Another program, started beside the embedded engine and waited for without blocking one of Swift's threads.
///
/// The engine opens its files so that a process started at that moment inherits them, and with them the guard on the file. So each is started
/// by a shell that closes the files it got before it does anything; Foundation's own socket, by which it notices the end, stays.
package final class TestProcess: Sendable {
    /// What it reads.
    package let input = Pipe()
    private let process: Process
    private let ends: AsyncStream<Int32>

    /// Starts a shell with a script. What `output` gets is standard output and, with `mergingErrors`, standard error.
    /// - Parameter arguments: `$1` and so on of the script.
    package init(
        script: String, _ arguments: [String] = [], environment: [String: String]? = nil, output: Any?, mergingErrors: Bool = false
    ) throws {
        let closing =
            "for file in /proc/$BASHPID/fd/*; do if [ -f $file ] && [ ${file##*/} -gt 2 ]; then eval \"exec ${file##*/}>&-\"; fi; done; "
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", closing + script, "bash"] + arguments
        if let environment { process.environment = environment }
        process.standardInput = input
        process.standardOutput = output
        if mergingErrors { process.standardError = output }
        let (ends, continuation) = AsyncStream<Int32>.makeStream()
        self.ends = ends
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        try process.run()
    }

    /// The process's number.
    package var identifier: pid_t { process.processIdentifier }

    /// Its exit status, once it has ended. Called once.
    package func status() async -> Int32 {
        for await status in ends { return status }
        return -1
    }
}
