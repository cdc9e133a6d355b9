import DomainsAndUsers
package import Filtering
import Mail
import MessageLog
import Quarantine
package import Settings
package import Sieve

/// A script as it is entered.
package struct SieveScriptInput: Sendable, Hashable {
    package var name: String
    package var isActive = true
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A message to be run through scripts without any effect.
package struct SieveTrialInput: Sendable, Hashable {
    /// As it would be sent; line ends of any kind.
    package var message = ""
    /// A message in quarantine instead.
    package var stored: RecordIdentifier?
    /// The envelope's sender; empty for reports.
    package var sender = ""
    /// Whose scripts are run.
    package var recipient = ""
    /// A script that is not saved yet, in the place of its owner's; nil: the saved ones alone.
    package var draft: String?
    package var owner = SieveOwner.cluster
    /// As if the checks had found so much; nil: as if nobody had looked.
    package var score: FilterScore?

    package init() {}
}

/// What would happen.
package struct SieveTrial: Sendable, Hashable {
    package let fate: SieveFate
}

extension Administration {
    /// Without their texts.
    package func sieveScripts(
        after owner: SieveOwner? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [SieveScript] {
        do throws(DirectoryError) {
            return try await ports.filtering.sieveScripts.sieveScripts(after: owner, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func sieveScript(of owner: SieveOwner, _ caller: AdministrationCaller) async throws(AdministrationError) -> SieveScript {
        if let script = try await storedScript(of: owner) { return script }
        throw Self.noSuchScript
    }

    static let noSuchScript = AdministrationError.notFound(
        LocalizedText("There is no such script (any more).", ja: "このスクリプトはありません。"))

    func storedScript(of owner: SieveOwner) async throws(AdministrationError) -> SieveScript? {
        do throws(DirectoryError) {
            return try await ports.filtering.sieveScripts.sieveScript(of: owner)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Saves a script, in the place of the owner's present one if there is one.
    package func putSieveScript(
        _ input: SieveScriptInput, of owner: SieveOwner, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SieveScript {
        let script = try Self.validated(input, owner)
        let before = try await storedScript(of: owner)
        try await put(
            script,
            entry(
                caller, before == nil ? "sieve-script.add" : "sieve-script.change", owner.description, Self.detail(script),
                before: before.map(Self.detail), after: Self.detail(script)))
        return script
    }

    func put(_ script: SieveScript, _ audit: AuditEntry) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await ports.filtering.sieveScripts.put(script, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    package func deleteSieveScript(of owner: SieveOwner, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let script = try await sieveScript(of: owner, caller)
        do throws(DirectoryError) {
            try await ports.filtering.sieveScripts.deleteSieveScript(
                of: owner, audit: entry(caller, "sieve-script.delete", owner.description, Self.detail(script)))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Returns: what is wrong with a text; empty when it could be saved.
    package func checkSieveScript(_ text: String, _ caller: AdministrationCaller) -> [SieveFault] { Self.faults(of: text) }

    static func faults(of text: String) -> [SieveFault] {
        do throws(SieveFaults) {
            _ = try SieveProgram(compiling: text)
            return []
        } catch {
            return error.faults
        }
    }

    /// - Throws: each problem with its place.
    static func validated(_ input: SieveScriptInput, _ owner: SieveOwner) throws(AdministrationError) -> SieveScript {
        var problems: [FieldProblem] = []
        let name = input.name.trimmed
        if name.isEmpty || name.utf8.count > SieveScript.maximumNameBytes || name.contains(where: \.isNewline) {
            problems.append(
                FieldProblem("name", "A name of one line, at most 100 bytes, is needed.", ja: "名前を 1 行、100 バイト以内で入力してください。"))
        }
        problems += faults(of: input.text).map(Self.problem)
        guard problems.isEmpty else { throw .invalid(problems) }
        return SieveScript(owner: owner, name: name, isActive: input.isActive, text: input.text, changedAt: UTCTime.now())
    }

    private static func problem(_ fault: SieveFault) -> FieldProblem {
        FieldProblem(
            "script", "Line \(fault.position.line), column \(fault.position.column): \(fault.problem.english)",
            ja: "\(fault.position.line) 行 \(fault.position.column) 文字目: \(fault.problem.japanese)")
    }

    static func detail(_ script: SieveScript) -> String {
        "\(script.name), \(script.isActive ? "active" : "inactive"), \(script.text.utf8.count) bytes"
    }
}

extension Administration {
    /// What the scripts would do with a message for one recipient: the cluster's, his domain's and his own, the draft in its owner's
    /// place; inactive ones are left out. Users' redirections are obeyed as the settings say.
    package func trySieve(_ input: SieveTrialInput, _ caller: AdministrationCaller) async throws(AdministrationError) -> SieveTrial {
        var owners: [SieveOwner] = [.cluster]
        // What is no address is told below.
        if let recipient = try? EmailAddress(input.recipient) {
            if let domain = recipient.domainName { owners.append(.domain(domain)) }
            owners.append(.user(recipient.lookupKey))
        }
        let mayRedirect = usersMayRedirect
        return try await trySieve(input, chain: owners, rejectScore: try await settings(caller).rejectScore) { $0 != .user || mayRedirect }
    }

    func trySieve(
        _ input: SieveTrialInput, chain owners: [SieveOwner], rejectScore: FilterScore,
        mayRedirect: @escaping @Sendable (SieveOwner.Level) -> Bool
    ) async throws(AdministrationError) -> SieveTrial {
        var trial = RuleTrialInput()
        trial.message = input.message
        trial.stored = input.stored
        trial.sender = input.sender
        let (reversePath, _) = try Self.envelope(trial)
        guard let recipient = try? EmailAddress(input.recipient) else {
            throw .invalid([FieldProblem("recipient", "An address is needed.", ja: "宛先のメールアドレスを入力してください。")])
        }
        let chain = try await chain(input, owners)
        let bytes = try await content(trial)
        return await Self.trial(chain, bytes, reversePath, recipient, input.score, rejectScore, mayRedirect)
    }

    private func chain(_ input: SieveTrialInput, _ owners: [SieveOwner]) async throws(AdministrationError) -> [SieveScript] {
        if let draft = input.draft {
            let problems = Self.faults(of: draft).map(Self.problem)
            guard problems.isEmpty else { throw .invalid(problems) }
            guard owners.contains(input.owner) else {
                throw .invalid([
                    FieldProblem(
                        "recipient", "The script is not run for this recipient; choose one of its owner's.",
                        ja: "このスクリプトはこの宛先には実行されません。対象の宛先を指定してください。")
                ])
            }
        }
        var chain: [SieveScript] = []
        for owner in owners {
            if let draft = input.draft, owner == input.owner {
                chain.append(SieveScript(owner: owner, name: "draft", isActive: true, text: draft, changedAt: UTCTime.now()))
            } else if let script = try await storedScript(of: owner), script.isActive {
                chain.append(script)
            }
        }
        return chain
    }

    @concurrent
    private static func trial(
        _ chain: [SieveScript], _ bytes: [UInt8], _ reversePath: ReversePath, _ recipient: EmailAddress, _ score: FilterScore?,
        _ rejectScore: FilterScore, _ mayRedirect: @Sendable (SieveOwner.Level) -> Bool
    ) async -> SieveTrial {
        let structure = MessageReader().read(bytes)
        let judgement = score.map { MessageJudgement(verdict: .accept, isRecordedOnly: false, score: $0, findings: []) }
        let subject = SieveSubject(
            header: structure.header, structure: structure, sizeBytes: bytes.count, reversePath: reversePath, judgement: judgement,
            rejectScore: rejectScore)
        return SieveTrial(
            fate: SieveRunner().run(
                chain.map(CompiledSieveScript.init), subject, for: recipient, mayRedirect: mayRedirect, traces: true))
    }
}
