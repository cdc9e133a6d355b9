import AdministrationAPI
import ArgumentParser
import Foundation
import Settings
import Terminal

/// A command that speaks to the running node. `run` is the same for all; `perform` is what the command does.
protocol NodeCommand: AsyncParsableCommand {
    var node: HomeOptions { get }
    func perform(_ session: CommandSession) async throws(CommandFailure)
}

extension NodeCommand {
    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        try await perform(CommandSession(options: node, language: Language(environment: environment), console: StandardConsole()))
    }
}

/// One run of a command: the node it speaks to, and where and in which language it answers.
struct CommandSession: Sendable {
    let options: HomeOptions
    let language: Language
    let console: any Console
    private let client: LocalSocketClient

    init(options: HomeOptions, language: Language, console: any Console) {
        self.options = options
        self.language = language
        self.console = console
        client = LocalSocketClient(home: options.home)
    }

    /// - Throws: when the node cannot be reached, or answers with a problem.
    func send(_ method: APIMethod, _ path: APIPath, body: (any Encodable)? = nil) async throws(CommandFailure) -> [UInt8] {
        let bytes = try body.map { body throws(CommandFailure) in try encoded(body) }
        let answer: LocalSocketAnswer
        do throws(LocalSocketError) {
            answer = try await client.send(method, path.text, body: bytes)
        } catch {
            throw CommandFailure(error, home: options.home, language: language)
        }
        guard answer.status < 400 else { throw failure(answer) }
        return answer.body
    }

    func get<Document: Decodable>(_ path: APIPath, _ type: Document.Type) async throws(CommandFailure) -> Document {
        try decoded(type, try await send(.get, path))
    }

    func decoded<Document: Decodable>(_ type: Document.Type, _ bytes: [UInt8]) throws(CommandFailure) -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw CommandFailure(
                description: text(
                    "the node's answer is of another version of this program: \(error)", "ノードの応答を解釈できません。バージョンが異なります: \(error)"))
        }
    }

    /// Prints an answer: its JSON unchanged with `--json`, else what `human` makes of it.
    func show<Document: Decodable>(_ bytes: [UInt8], _ type: Document.Type, human: (Document) -> String) throws(CommandFailure) {
        if options.json {
            console.write(String(decoding: bytes, as: UTF8.self) + "\n")
        } else {
            console.write(human(try decoded(type, bytes)))
        }
    }

    /// A sentence that tells what was done; with `--json` nothing, since the API answers such actions without a body.
    func tell(_ english: String, _ japanese: String) {
        if !options.json { console.write(text(english, japanese) + "\n") }
    }

    func text(_ english: String, _ japanese: String) -> String { LocalizedText(english, ja: japanese)[language] }

    private func encoded(_ body: any Encodable) throws(CommandFailure) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(body))
        } catch {
            throw CommandFailure(description: "\(error)")
        }
    }

    private func failure(_ answer: LocalSocketAnswer) -> CommandFailure {
        // What is no problem document (another program on the socket) is shown by its status alone.
        guard let problem = try? JSONDecoder().decode(ProblemDocument.self, from: Data(answer.body)) else {
            return CommandFailure(
                description: text("the node answered with HTTP status \(answer.status)", "ノードが HTTP ステータス \(answer.status) を返しました"))
        }
        let failure = CommandFailure(problem, language: language)
        guard options.json else { return failure }
        return CommandFailure(description: String(decoding: answer.body, as: UTF8.self), exitCode: failure.exitCode)
    }
}

/// A path of the API, each part and parameter percent-encoded.
struct APIPath: Sendable {
    private(set) var text = ""
    private var hasQuery = false

    /// RFC 3986 section 2.3: the unreserved characters.
    private static let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    init(_ parts: String...) {
        for part in parts { text += "/" + Self.encoded(part) }
    }

    /// Adds a parameter unless it is `nil`.
    func with(_ name: String, _ value: String?) -> APIPath {
        guard let value else { return self }
        var path = self
        path.text += "\(hasQuery ? "&" : "?")\(name)=\(Self.encoded(value))"
        path.hasQuery = true
        return path
    }

    private static func encoded(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }
}
