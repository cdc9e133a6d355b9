import Administration
import AdministrationAPI
import ArgumentParser
import Foundation
import GatewayTestKit
import Hummingbird
import Logging
import Settings
import Synchronization
import Terminal

@testable import SecurityGateway

/// What a command did, as a person sees it.
struct CommandOutcome {
    let output: String
    let errors: String
    let failure: CommandFailure?
}

/// Remembers what was written and answers questions from a list.
final class ScriptedConsole: Console {
    private struct State {
        var output = ""
        var errors = ""
        var answers: [String]
    }

    private let state: Mutex<State>
    let isInteractive: Bool

    /// - Parameter answers: `nil` makes a console without a person.
    init(answers: [String]?) {
        state = Mutex(State(answers: answers ?? []))
        isInteractive = answers != nil
    }

    var output: String { state.withLock { $0.output } }
    var errors: String { state.withLock { $0.errors } }

    func write(_ text: String) { state.withLock { $0.output += text } }
    func writeError(_ text: String) { state.withLock { $0.errors += text } }
    func ask(_ question: String, isSecret: Bool) -> String? { state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() } }
}

/// A node's home whose socket the real API serves, over ports in memory.
struct ServedNode {
    let home: String
    let gateway: InMemoryGateway

    static func serve(_ gateway: InMemoryGateway, _ body: (ServedNode) async throws -> Void) async throws {
        let node = ServedNode(home: try temporaryFolder(), gateway: gateway)
        defer { try? FileManager.default.removeItem(atPath: node.home) }  // a leftover folder fails no test
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let api = AdministrationAPI(administration: gateway.administration, nodes: gateway, logger: quiet)
        let (running, continuation) = AsyncStream.makeStream(of: Void.self)
        let application = Application(
            router: api.buildRouter(caller: .localCommand(userID: 42)),
            configuration: .init(address: .unixDomainSocket(path: node.home + "/admin.sock")),
            onServerRunning: { _ in continuation.finish() }, logger: quiet)
        let server = Task { try await application.run() }  // cancelled and awaited below
        for await _ in running {}
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(node))
        } catch {
            result = .failure(error)
        }
        server.cancel()
        _ = await server.result
        try result.get()
    }

    /// Short, because a Unix socket's path is.
    static func temporaryFolder() throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/sg-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Runs a command line as the program would.
    func run(_ arguments: String..., answers: [String]? = nil, language: Language = .english) async throws -> CommandOutcome {
        try await Self.run(arguments, home: home, answers: answers, language: language)
    }

    static func run(_ arguments: [String], home: String, answers: [String]? = nil, language: Language = .english) async throws
        -> CommandOutcome
    {
        let parsed = try SecurityGatewayProgram.parseAsRoot(arguments + ["--home", home])
        guard let command = parsed as? any NodeCommand else { throw CommandFailure(description: "\(arguments) speaks to no node") }
        let console = ScriptedConsole(answers: answers)
        var failure: CommandFailure?
        do throws(CommandFailure) {
            try await command.perform(CommandSession(options: command.node, language: language, console: console))
        } catch {
            failure = error
        }
        return CommandOutcome(output: console.output, errors: console.errors, failure: failure)
    }

    /// A file in the home.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(home)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }
}
