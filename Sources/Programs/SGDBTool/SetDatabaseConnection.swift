import Foundation
import GatewayDatabase
import GatewayNode
import Settings
import Terminal

/// `-setdbconnect`: asks, tries, and only then writes `node.conf`, in one step and with mode 0600. A crash in between leaves the old file.
struct SetDatabaseConnection: Sendable {
    let home: NodeHome
    let answers: ConnectionAnswers
    let console: any Console
    let language: Language

    func run() async throws(ToolFailure) {
        guard FileManager.default.fileExists(atPath: home.configurationFile.path) else { throw noNode }
        let lock = try lockedHome()
        defer { withExtendedLifetime(lock) {} }
        var configuration = try presentConfiguration()
        let questions = ConnectionQuestions(console: console, language: language, present: configuration.database)
        let connection = try questions.ask(answers)
        say("Trying the connection …", "接続を確認しています…")
        let trial = try await trial(of: connection, node: configuration.nodeID)
        configuration.database = connection
        do throws(NodeConfigurationError) {
            try configuration.write(home: home.url)
        } catch {
            throw ToolFailure(LocalizedText(error.description, ja: error.description), language)
        }
        tell(trial)
    }

    /// Held until the file is written: the node cannot start meanwhile, and a running one keeps it.
    private func lockedHome() throws(ToolFailure) -> NodeHomeLock {
        do throws(NodeStartupError) {
            return try NodeHomeLock(home: home)
        } catch {
            if case .inUse = error { throw isRunning }
            throw ToolFailure(LocalizedText(error.description, ja: error.description), language)
        }
    }

    private func presentConfiguration() throws(ToolFailure) -> NodeConfigurationFile {
        do throws(NodeConfigurationError) {
            return try NodeConfigurationFile.read(home: home.url)
        } catch {
            throw ToolFailure(LocalizedText(error.description, ja: error.description), language)
        }
    }

    private func trial(
        of connection: NodeConfigurationFile.DatabaseConnection, node: NodeID
    ) async throws(ToolFailure) -> DatabaseTrial {
        let trial: DatabaseTrial
        do throws(GatewayDatabaseError) {
            trial = try await GatewayDatabase.tryOut(connection, home: home.url, node: node)
        } catch {
            throw ToolFailure(ConnectionAdvice.unchanged(ConnectionAdvice.text(error)), language)
        }
        if trial.isEmpty { throw ToolFailure(ConnectionAdvice.unchanged(ConnectionAdvice.empty), language) }
        if !trial.knowsThisNode { throw ToolFailure(ConnectionAdvice.unchanged(ConnectionAdvice.stranger(trial.nodeNames)), language) }
        return trial
    }

    private func tell(_ trial: DatabaseTrial) {
        let nodes = trial.nodeNames.joined(separator: ", ")
        say(
            "Saved. The database answers (Firebird \(trial.engineVersion), nodes: \(nodes)). Start the node now.",
            "保存しました。データベースは応答しています（Firebird \(trial.engineVersion)、ノード: \(nodes)）。ノードを起動してください。")
    }

    private func say(_ english: String, _ japanese: String) { console.write(LocalizedText(english, ja: japanese)[language] + "\n") }

    private var isRunning: ToolFailure {
        ToolFailure(
            LocalizedText(
                "the node of \(home.path) is running: stop it first. Nothing was changed",
                ja: "\(home.path) のノードが動作中です。先に停止してください。変更していません"), language)
    }

    private var noNode: ToolFailure {
        ToolFailure(
            LocalizedText(
                "\(home.path) holds no node: name the right folder with --home, or make a node with “securitygateway init” or “securitygateway join”",
                ja: "\(home.path) にノードがありません。--home で正しいフォルダーを指定するか、securitygateway init または join でノードを作成してください"), language,
            exitCode: ToolFailure.usage)
    }
}
