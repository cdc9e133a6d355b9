import Foundation
import Settings
import Testing

@testable import Reception

/// One conversation from a `.smtp` file; the steps are explained in Dialogs/README.smtp.
struct Dialog: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case line(String)
        case raw([UInt8])
        case reply(prefix: String)
        case replyContains(String)
        case replyLacks(String)
        case startTLS
        case closed
        case gone
        case messages(Int)
        case content([UInt8])
        case ended(String)
        case recipients(Int)
        case peer(String)
    }

    struct Malformed: Error {
        let file: String
        let line: String
    }

    let name: String
    var listener = ListenerKind.smtp
    var settings = ReceptionFixture.settings()
    var steps: [Step] = []
    /// Sent one octet at a time.
    var isSlow = false
    /// Sent before the greeting is read.
    var early: [UInt8]?

    var testDescription: String { name }

    /// All dialogs of all files, in the files' order.
    static func all() throws -> [Dialog] {
        let folder = Bundle.module.bundleURL.appendingPathComponent("Dialogs")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".smtp") && $0 != "README.smtp" }
        return try files.sorted().flatMap { file in
            try parse(String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8), file: file)
        }
    }

    private static func parse(_ text: String, file: String) throws -> [Dialog] {
        var dialogs: [Dialog] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("== ") {
                dialogs.append(Dialog(name: "\(file): \(line.dropFirst(3))"))
            } else {
                guard let last = dialogs.indices.last, dialogs[last].add(String(line)) else {
                    throw Malformed(file: file, line: String(line))
                }
            }
        }
        return dialogs
    }

    private mutating func add(_ line: String) -> Bool {
        let word = line.prefix { $0 != " " }
        let rest = String(line.dropFirst(word.count + 1))
        switch word {
        case "@": return set(rest)
        case "C:": steps.append(.line(rest))
        case "R:": steps.append(.raw(Self.unescaped(rest)))
        case "S:": steps.append(.reply(prefix: rest))
        case "S+": steps.append(.replyContains(rest))
        case "S!": steps.append(.replyLacks(rest))
        case "EHLO": steps += [.line("EHLO client.example"), .reply(prefix: "250 ")]
        case "MAIL": steps += [.line("MAIL FROM:<sender@example.org>" + (rest.isEmpty ? "" : " \(rest)")), .reply(prefix: "250 2.1.0")]
        case "RCPT": steps += [.line("RCPT TO:<user@example.com>" + (rest.isEmpty ? "" : " \(rest)")), .reply(prefix: "250 2.1.5")]
        case "DATA": steps += [.line("DATA"), .reply(prefix: "354 ")]
        case "QUIT": steps += [.line("QUIT"), .reply(prefix: "221 2.0.0"), .closed]
        case "TLS": steps.append(.startTLS)
        case "CLOSED": steps.append(.closed)
        case "GONE": steps.append(.gone)
        case "MESSAGES": steps.append(.messages(Int(rest) ?? -1))
        case "RECIPIENTS": steps.append(.recipients(Int(rest) ?? -1))
        case "CONTENT": steps.append(.content(Self.unescaped(rest)))
        case "PEER": steps.append(.peer(rest))
        case "ENDED": steps.append(.ended(rest))
        default: return false
        }
        return true
    }

    private static let limits: [String: any WritableKeyPath<ReceptionSettings, Int> & Sendable] = [
        "maximum-message-bytes": \.maximumMessageBytes, "maximum-header-bytes": \.maximumHeaderBytes,
        "maximum-recipients": \.maximumRecipients,
        "maximum-errors": \.maximumErrors, "maximum-idle-commands": \.maximumIdleCommands,
        "maximum-received-fields": \.maximumReceivedFields,
        "maximum-messages-per-session": \.maximumMessagesPerSession, "greeting-delay": \.greetingDelayMilliseconds,
    ]

    private mutating func set(_ text: String) -> Bool {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2 else {
            return text == "slow"
                ? {
                    isSlow = true; return true
                }() : false
        }
        if words[0] == "listener", let kind = ListenerKind(rawValue: words[1]) {
            listener = kind
            settings.node.smtpsListeners = kind == .smtps ? [ReceptionFixture.loopback] : []
            settings.node.submissionListeners = kind == .submission ? [ReceptionFixture.loopback] : []
            return true
        }
        if words[0] == "early" {
            early = Self.unescaped(words[1])
            return true
        }
        if words[0] == "proxy" {
            settings.reception.proxyNetworks = NetworkRange(words[1]).map { [$0] } ?? []
            return words[1] == "none" || !settings.reception.proxyNetworks.isEmpty
        }
        if words[0] == "authentication" {
            settings.authentication.isOfferedForSubmission = words[1] == "on"
            settings.authentication.isOfferedOnPort25 = words[1] == "on"
            return true
        }
        guard let path = Self.limits[words[0]], let number = Int(words[1]) else { return false }
        settings.reception[keyPath: path] = number
        return true
    }

    /// `\r`, `\n`, `\0`, `\\`, `\xHH`, and `\{N*c}` for a character repeated.
    static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.popFirst() else {
                result += Array(String(character).utf8)
                continue
            }
            switch next {
            case "r": result.append(13)
            case "n": result.append(10)
            case "0": result.append(0)
            case "x":
                result.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            case "{":
                let inside = rest.prefix { $0 != "}" }
                rest = rest.dropFirst(inside.count + 1)
                let parts = inside.split(separator: "*", maxSplits: 1)
                result += (0..<(parts.first.flatMap { Int($0) } ?? 0)).flatMap { _ in unescaped(parts.last.map(String.init) ?? "") }
            default: result += Array(String(next).utf8)
            }
        }
        return result
    }
}
