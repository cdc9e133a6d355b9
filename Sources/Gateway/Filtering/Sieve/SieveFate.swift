package import Mail
package import Settings
package import Sieve

/// What a recipient's scripts, one after another, make of a message. Pure.
package struct SieveFate: Sendable, Hashable {
    package var way = Way.keep
    /// Where copies go besides, or instead.
    package var redirects: [EmailAddress] = []
    package var edits = SieveOutcome.HeaderEdits()
    /// Each with the script and the line that brought it about, in order.
    package var reasons: [Reason] = []
    package var traces: [ScriptTrace] = []

    package init() {}

    package enum Way: Sendable, Hashable {
        case keep
        /// Filed into “Quarantine”.
        case quarantine(isForAdministrators: Bool)
        /// Redirected or discarded: nothing is kept.
        case gone
        /// With a reason for the sender.
        case reject(String)
    }

    package struct Reason: Sendable, Hashable {
        package let isFault: Bool
        package let text: LocalizedText
    }

    /// What one script did, step by step.
    package struct ScriptTrace: Sendable, Hashable {
        package let owner: SieveOwner
        package let name: String
        package let steps: [SieveOutcome.Trace]
        package let fault: LocalizedText?
    }

    /// Nothing but that the message goes on as it is.
    package var isPlain: Bool { way == .keep && redirects.isEmpty && edits.isEmpty }
}

/// Runs the scripts of recipients.
package struct SieveRunner: Sendable {
    /// The folder that keeps mail here; all others are the mail server's.
    package static let quarantineFolder = "Quarantine"
    /// The one only administrators let mail out of; not for users' scripts.
    package static let administratorsFolder = "Quarantine/Administrators"
    /// Tells the mail server the folder. Fields of the prefix that come from outside are renamed at delivery.
    package static let folderField = "X-SecurityGateway-Folder"
    package static let checkName = "sieve"
    package static let title = LocalizedText("Sieve scripts", ja: "Sieve スクリプト")

    private let limits: SieveLimits

    package init(limits: SieveLimits = SieveLimits()) { self.limits = limits }

    /// Fields that mail servers, signatures and the gateway itself go by.
    package static func isProtected(_ name: String) -> Bool {
        protectedFields.contains(name) || protectedPrefixes.contains { name.hasPrefix($0) }
    }

    private static let protectedFields: Set<String> = [
        "received", "return-path", "auto-submitted", "authentication-results", "dkim-signature", "mime-version", "content-type",
        "content-transfer-encoding",
    ]
    private static let protectedPrefixes = ["x-securitygateway-", "arc-", "resent-"]

    /// - Parameters:
    ///   - mayRedirect: whether a script's redirections are made, by its level; those of others keep the message.
    ///   - hasLooped: the message was redirected for this recipient before: it is not again.
    package func run(
        _ chain: [CompiledSieveScript], _ subject: SieveSubject, for recipient: EmailAddress,
        mayRedirect: (SieveOwner.Level) -> Bool = { _ in true },
        hasLooped: Bool = false, traces: Bool = false
    ) -> SieveFate {
        var course = SieveCourse(message: subject.message(for: recipient), hasLooped: hasLooped)
        let interpreter = SieveInterpreter(limits: limits, isProtected: Self.isProtected)
        for script in chain {
            switch script.program {
            case .failure(let faults):
                let words = faults.faults.first.map { ($0.problem.english, $0.problem.japanese, $0.position.line) }
                course.fail(script.script, line: words?.2 ?? 1, LocalizedText(words?.0 ?? "", ja: words?.1 ?? ""), traces: traces)
            case .success(let program):
                let outcome = interpreter.run(program, course.message, traces: traces)
                course.take(outcome, of: script.script, mayRedirect: mayRedirect(script.script.owner.level), traces: traces)
            }
            guard course.fate.way == .keep else { break }
        }
        return course.result
    }
}

/// How far one recipient's chain has come.
private struct SieveCourse {
    var message: SieveMessage
    let hasLooped: Bool
    var fate = SieveFate()
    /// For each field of `message`: its position in the message that came, nil for one that was added.
    private var origins: [Int?]

    init(message: SieveMessage, hasLooped: Bool) {
        self.message = message
        self.hasLooped = hasLooped
        origins = message.fields.indices.map { $0 }
    }

    var result: SieveFate { fate }

    private static func words(_ script: SieveScript, line: Int, _ text: LocalizedText) -> LocalizedText {
        let level: LocalizedText =
            switch script.owner.level {
            case .cluster: LocalizedText("Cluster's script", ja: "クラスターのスクリプト")
            case .domain: LocalizedText("Domain's script", ja: "ドメインのスクリプト")
            case .user: LocalizedText("User's script", ja: "ユーザーのスクリプト")
            }
        return LocalizedText(
            "\(level.english) “\(script.name)”, line \(line): \(text.english)",
            ja: "\(level.japanese)「\(script.name)」\(line) 行目: \(text.japanese)")
    }

    mutating func fail(_ script: SieveScript, line: Int, _ text: LocalizedText, traces: Bool, steps: [SieveOutcome.Trace] = []) {
        let kept = LocalizedText("kept, since the script failed: \(text.english)", ja: "スクリプトの失敗により通過: \(text.japanese)")
        fate.reasons.append(SieveFate.Reason(isFault: true, text: Self.words(script, line: line, kept)))
        if traces { fate.traces.append(SieveFate.ScriptTrace(owner: script.owner, name: script.name, steps: steps, fault: text)) }
    }

    mutating func take(_ outcome: SieveOutcome, of script: SieveScript, mayRedirect: Bool, traces: Bool) {
        if let fault = outcome.fault {
            let text = LocalizedText(fault.problem.english, ja: fault.problem.japanese)
            return fail(script, line: fault.position.line, text, traces: traces, steps: outcome.trace)
        }
        if traces { fate.traces.append(SieveFate.ScriptTrace(owner: script.owner, name: script.name, steps: outcome.trace, fault: nil)) }
        var isKept = outcome.isKept
        var isFiled = false
        var isQuarantined: Bool?
        func note(_ line: Int, _ english: String, ja japanese: String) {
            fate.reasons.append(
                SieveFate.Reason(isFault: false, text: Self.words(script, line: line, LocalizedText(english, ja: japanese))))
        }
        var folders: [String] = []
        for action in outcome.actions {
            let line = action.position.line
            switch action.kind {
            case .keep: break
            case .discard where !outcome.isKept: note(line, "discarded.", ja: "破棄しました。")
            case .discard: break
            case .reject(let reason):
                fate.way = .reject(reason)
                note(line, "rejected: \(reason)", ja: "拒否しました: \(reason)")
                return
            case .redirect(let target):
                if !mayRedirect || hasLooped {
                    // What a script may not do must not lose the message.
                    isKept = true
                    hasLooped
                        ? note(line, "not redirected to \(target): it was before.", ja: "転送済みのため \(target) には転送しません。")
                        : note(line, "not redirected to \(target): not allowed here.", ja: "\(target) への転送は許可されていません。")
                } else if let address = try? EmailAddress(target) {
                    if !fate.redirects.contains(address) { fate.redirects.append(address) }
                    note(line, "redirected to \(target).", ja: "\(target) に転送しました。")
                }
            case .fileInto(let folder):
                switch Self.place(folder, script.owner.level) {
                case .quarantine(let isForAdministrators):
                    isQuarantined = (isQuarantined ?? false) || isForAdministrators
                    note(line, "put into quarantine.", ja: "隔離しました。")
                case .folder(let name):
                    isFiled = true
                    if let name { folders.append(name) }
                    note(line, "filed into “\(name ?? "INBOX")”.", ja: "「\(name ?? "INBOX")」に振り分けました。")
                }
            }
        }
        apply(outcome.edits, folders, script)
        if let isQuarantined {
            fate.way = .quarantine(isForAdministrators: isQuarantined)
        } else if !isKept, !isFiled {
            fate.way = .gone
        }
    }

    private enum Place {
        case quarantine(isForAdministrators: Bool)
        /// `nil`: the inbox.
        case folder(String?)
    }

    private static func place(_ folder: String, _ level: SieveOwner.Level) -> Place {
        let name = folder.lowercased()
        if name == SieveRunner.administratorsFolder.lowercased() { return .quarantine(isForAdministrators: level != .user) }
        if name == SieveRunner.quarantineFolder.lowercased() { return .quarantine(isForAdministrators: false) }
        return .folder(name == "inbox" || name.isEmpty ? nil : folder)
    }

    /// The next script sees the header as this one left it.
    private mutating func apply(_ edits: SieveOutcome.HeaderEdits, _ folders: [String], _ script: SieveScript) {
        var deletedAdded: Set<Int> = []
        for position in edits.deleted {
            if let origin = origins[position] {
                fate.edits.deleted.insert(origin)
            } else {
                deletedAdded.insert(position)
            }
        }
        if !deletedAdded.isEmpty { forget(deletedAdded) }
        let filed = folders.map { SieveOutcome.Field(name: SieveRunner.folderField, value: $0) }
        fate.edits.first = filed + edits.first + fate.edits.first
        fate.edits.last += edits.last
        func field(_ field: SieveOutcome.Field) -> SieveMessage.Field {
            SieveMessage.Field(name: field.name, unfolded: Array(field.value.utf8))
        }
        let left = message.fields.indices.filter { !edits.deleted.contains($0) }
        message.fields = edits.first.map(field) + left.map { message.fields[$0] } + edits.last.map(field)
        origins = edits.first.map { _ in nil } + left.map { origins[$0] } + edits.last.map { _ in nil }
    }

    /// Fields that an earlier script added and a later one took away.
    private mutating func forget(_ positions: Set<Int>) {
        let added = message.fields.indices.filter { origins[$0] == nil }
        let middle = origins.firstIndex { $0 != nil } ?? message.fields.count
        for position in positions.sorted(by: >) {
            let value = String(decoding: message.fields[position].unfolded, as: UTF8.self)
            let wanted = SieveOutcome.Field(name: message.fields[position].name, value: value)
            guard added.contains(position) else { continue }
            if position < middle, let index = fate.edits.first.firstIndex(of: wanted) {
                fate.edits.first.remove(at: index)
            } else if let index = fate.edits.last.lastIndex(of: wanted) {
                fate.edits.last.remove(at: index)
            }
        }
    }
}
