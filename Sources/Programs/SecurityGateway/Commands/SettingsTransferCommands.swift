import AdministrationAPI
import ArgumentParser
import Foundation
import Glibc
import NIOCore
import Terminal

/// `settings export`, `settings import`.
extension SettingsCommand {
    struct Export: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write settings, domains, mail servers, users and lists into a file.",
            discussion: "Settings of single nodes, administrators and keys are not in it. “-” writes to standard output.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A file that does not exist yet.", completion: .file()) var file: String
        @Flag(help: "With what is stored of users' passwords, and passwords for mail servers. Keep the file as safe as the database.")
        var secrets = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("settings-export")
            let bytes =
                secrets
                ? try await session.send(.post, path, body: ExportRequestDocument(secrets: true)) : try await session.send(.get, path)
            guard file != "-" else { return session.console.write(String(decoding: bytes, as: UTF8.self) + "\n") }
            try PrivateFile.create(file, bytes)
            session.tell("\(file) written.", "\(file) に書き出しました。")
        }
    }

    struct Import: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read a file of “settings export”: add and replace what it holds.",
            discussion:
                "What the file does not name stays. All of it is written as one revision, or nothing. With --check nothing is written.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The file.", completion: .file()) var file: String
        @Flag(help: "Only show what would change.") var check = false

        /// As the node takes it.
        private static let maximumBytes = 16 << 20

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let text = try TextFile.text(of: file, maximumBytes: Self.maximumBytes)
            let path = APIPath("settings-import").with("check", check ? "true" : nil)
            // The node gives the database two minutes for a hundred thousand rows.
            let patient = LocalSocketClient(home: session.options.home, deadline: .seconds(150))
            let bytes = try await session.send(.post, path, bytes: Array(text.utf8), client: patient)
            try session.show(bytes, ConfigurationPlanDocument.self) { Self.text($0, isDone: !check, session) }
        }

        private static func text(_ plan: ConfigurationPlanDocument, isDone: Bool, _ session: CommandSession) -> String {
            guard plan.differenceCount > 0 else { return session.text("The file changes nothing.\n", "変更はありません。\n") }
            var table = TextTable(session.text("KIND", "種類"), session.text("NAME", "名前"), session.text("CHANGE", "変更"))
            for difference in plan.differences {
                let isSetting = difference.kind == "setting"
                table.add(
                    difference.kind, difference.name,
                    SettingsCommand.change(difference.before, difference.after, isSetting: isSetting, session))
            }
            let rest = plan.differenceCount - plan.differences.count
            let more = rest > 0 ? session.text("… and \(rest) more\n", "ほか \(rest) 件\n") : ""
            let end =
                isDone
                ? session.text("Imported, revision \(plan.revision).\n", "インポートしました（リビジョン \(plan.revision)）。\n")
                : session.text("Nothing was written.\n", "書き込みは行っていません。\n")
            return table.text + more + end
        }
    }
}

/// Files that only their owner can read.
enum PrivateFile {
    /// - Throws: when there is a file of this name already, or it cannot be written whole.
    static func create(_ path: String, _ bytes: [UInt8]) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(description: "\(path) cannot be made: \(String(cString: strerror(errno)))", exitCode: CommandFailure.usage)
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
        } catch {
            throw CommandFailure(description: "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
