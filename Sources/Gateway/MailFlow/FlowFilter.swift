import Filtering
import Mail
import MessageLog
import NIOCore
import Quarantine
import Reception
import SMTP
import SenderAuthentication
import Settings
import SharedFolders

/// The judging half of the flow: runs the checks at each step of a session, remembers what they found, and says what the verdict means
/// for the dialog.
///
/// Before the message is there only a refusal follows from findings; a score that would lead to quarantine waits for the rest.
struct FlowFilter: Sendable {
    let pipeline: FilterPipeline
    let ownName: @Sendable () -> String
    let metrics: JudgingMetrics
    /// Room for the contents that are being looked into.
    let budget: MemoryBudget

    /// Larger messages are not looked into; their checks are undecided.
    static let largestExaminedMessage = 64 << 20
    /// Of all messages at once: a few of the largest, thousands of usual ones.
    static let examinedBytes = 256 << 20
    /// Reasons named where there is room for one line.
    static let namedReasons = 3

    /// What was found in a session so far.
    private struct Memory: Sendable {
        var connection: [CheckResult] = []
        var heloName: String?
        /// `nil` when DNS did not say.
        var confirmedHostNames: [String]? = []
        var greeting: [CheckResult] = []
        /// Of the present transaction.
        var sender: [CheckResult] = []
        /// What spoke against the last recipient that was refused.
        var refused: [CheckResult] = []
    }

    /// What keeps a message in quarantine.
    struct Mark: Sendable {
        let kind: QuarantineKind
        let reason: LocalizedText
        let score: FilterScore
    }

    /// What is to be done with a message, and what is written down about it.
    struct Outcome: Sendable {
        let verdict: PolicyVerdict
        /// Ordinals of the recipients whose copy is kept back while others' go on; nil: what follows is everybody's.
        var kept: Set<Int>?
        /// A domain would have refused what is kept back for it.
        var keepsRefused = false
        let judgement: MessageJudgement
        let owners: QuarantineSettings
        /// What the message's authentication results say; nil when none are to be written.
        let authentication: [AuthenticationResults.Method]?
        /// What a seal says of the message, and the chain before it; nil when nothing is to be sealed or the chain was not looked at.
        let sealing: (results: AuthenticationResults, chain: ARCOutcome)?
        /// What aggregate reports tell of the message, and what was done with it.
        var observations: [DMARCObservation] = []
        /// What findings want written into the message.
        let marks: [MessageMark]

        /// The refusal it leads to.
        var refusal: SMTPReply? { FlowFilter.refusal(verdict) }

        /// Why and whose it is when it is kept.
        var quarantine: Mark? {
            guard verdict.decision == .quarantine else { return nil }
            // What no allow list excuses is dangerous in itself, and so is what would have been taken out: released, the message is whole.
            let isDangerous = verdict.reasons.contains { !$0.isExcusable } || marks.contains(where: \.isStrip)
            let isForAdministrators = keepsRefused || verdict.reasons.contains(where: \.isForAdministrators)
            let texts = verdict.reasons.prefix(FlowFilter.namedReasons).map(\.text)
            let reason = LocalizedText(
                texts.map(\.english).joined(separator: " ").cut(), ja: texts.map(\.japanese).joined(separator: " ").cut())
            let owner = isDangerous ? owners.dangerousMail : owners.suspiciousMail
            return Mark(kind: isForAdministrators ? .administrator : kind(owner), reason: reason, score: judgement.score)
        }

        private func kind(_ owner: QuarantineSettings.Owner) -> QuarantineKind {
            switch owner {
            case .user: .user
            case .administrator: .administrator
            }
        }
    }

    /// - Returns: a refusal instead of the greeting.
    func connected(_ connection: ClientConnection) async -> SMTPReply? {
        guard applies(to: connection) else { return nil }
        var memory = Memory()
        memory.connection = await pipeline.run(.connection, subject(connection, memory))
        connection.memory.keep(memory)
        return early(memory.connection, connection, at: .connection)
    }

    func sender(_ reversePath: ReversePath, _ connection: ClientConnection) async -> SMTPReply? {
        guard applies(to: connection) else { return nil }
        var memory = connection.memory.value(as: Memory.self) ?? Memory()
        if memory.heloName != connection.heloName { memory = await greeted(connection, memory) }
        var subject = subject(connection, memory)
        subject.reversePath = reversePath
        memory.sender = await pipeline.run(.sender, subject)
        memory.refused = []
        connection.memory.keep(memory)
        // What the greeting showed is answered to recipients, so that the log can name them.
        return early(memory.sender, connection, at: .sender)
    }

    func recipient(_ address: EmailAddress, _ transaction: MailTransaction, _ connection: ClientConnection) async -> SMTPReply? {
        guard applies(to: connection) else { return nil }
        var memory = connection.memory.value(as: Memory.self) ?? Memory()
        var subject = subject(connection, memory)
        subject.reversePath = transaction.reversePath
        subject.recipients = [address]
        let results = await pipeline.run(.recipient, subject)
        let found = memory.connection + memory.greeting + memory.sender + results
        let reply = enforced(policy(connection, for: address), found, at: .recipient)
        if reply != nil {
            memory.refused = results
            connection.memory.keep(memory)
        }
        return reply
    }

    /// - Returns: `nil` for a message that is not judged.
    /// - Parameter direction: where it goes; only asked for when content rules want to know.
    func message(_ message: ReceivedMessage, direction: () -> MailDirection) async -> Outcome? {
        let connection = message.connection
        let memory = connection.memory.value(as: Memory.self) ?? Memory()
        var subject = subject(connection, memory)
        if !applies(to: connection) {
            subject.isOwnMail = true
            guard connection.settings.settings.filtering.mode != .off, pipeline.concernsOwnMail(subject) else { return nil }
        }
        if pipeline.needsDirection { subject.direction = direction() }
        subject.reversePath = message.transaction.reversePath
        subject.recipients = message.transaction.recipients.map(\.address)
        let room = room(for: message, subject)
        subject.message = FilteredMessage(
            sizeBytes: message.sizeBytes, structure: room == .taken ? await structure(of: message) : nil,
            content: ReceivedContent(writer: message.content))
        // Of our own mail only what is in it counts, not where a user who signed in later came from.
        let before = subject.isOwnMail ? [] : memory.connection + memory.greeting + memory.sender
        subject.found = before
        var results = before + (await pipeline.run(.message, subject))
        switch room {
        case .taken: budget.release(message.sizeBytes)
        case .full: results.append(Self.noRoom)
        case .notWanted: break
        }
        // A question to other servers may take long: the content is not held for it.
        subject.message = FilteredMessage(
            sizeBytes: message.sizeBytes, structure: nil, content: ReceivedContent(writer: message.content))
        subject.found = results
        results += await pipeline.follow(.message, subject)
        let verdicts = RecipientVerdicts(shares(subject.recipients, connection, results), results)
        let judgement = VerdictPolicy.judgement(results, verdicts, connection.settings.settings.filtering)
        metrics.judged(judgement.verdict)
        var outcome = Outcome(
            verdict: verdicts.verdict, kept: verdicts.kept, keepsRefused: verdicts.keepsRefused, judgement: judgement,
            owners: connection.settings.settings.quarantine,
            authentication: connection.settings.settings.senderAuthentication.writesResults && !subject.isOwnMail
                ? results.flatMap(\.authentication) : nil,
            sealing: subject.isOwnMail ? nil : sealing(results, connection.settings.settings),
            marks: !verdicts.isRecordedOnly ? results.flatMap(\.marks) : [])
        if !subject.isOwnMail { outcome.observations = Self.observations(results, verdicts) }
        return outcome
    }

    private static func observations(_ results: [CheckResult], _ verdicts: RecipientVerdicts) -> [DMARCObservation] {
        let seen = results.flatMap(\.observations)
        guard !seen.isEmpty else { return [] }
        let applied: DMARCRecord.Policy =
            switch verdicts.verdict.decision {
            case _ where verdicts.isRecordedOnly: .none
            case .reject: .reject
            case .quarantine: .quarantine
            case .accept, .tagSubject, .tryAgainLater: .none
            }
        return seen.map { $0.limited(to: applied) }
    }

    private func sealing(_ results: [CheckResult], _ settings: GatewaySettings) -> (results: AuthenticationResults, chain: ARCOutcome)? {
        guard settings.areMessagesSealed, let chain = results.lazy.compactMap(\.chain).first else { return nil }
        let server = settings.senderAuthentication.server(nodeName: ownName())
        return (AuthenticationResults(server: server, methods: results.flatMap(\.authentication)), chain)
    }

    /// What is written down about a transaction, or a connection, that brought no message; `nil` when nothing was found.
    func judgementSoFar(_ connection: ClientConnection) -> MessageJudgement? {
        guard applies(to: connection), let memory = connection.memory.value(as: Memory.self) else { return nil }
        let results = memory.connection + memory.greeting + memory.sender + memory.refused
        guard !results.isEmpty else { return nil }
        let policy = policy(connection)
        return policy.judgement(results, policy.verdict(results))
    }

    /// Mail of users who signed in and from trusted networks is the company's own.
    private func applies(to connection: ClientConnection) -> Bool {
        let settings = connection.settings.settings
        guard settings.filtering.mode != .off else { return false }
        let isOwn = connection.user != nil || settings.relay.allowsRelaying(from: connection.address)
        return settings.filtering.checksTrustedNetworks || !isOwn
    }

    private func greeted(_ connection: ClientConnection, _ before: Memory) async -> Memory {
        var memory = Memory()
        memory.connection = before.connection
        memory.heloName = connection.heloName
        if pipeline.needsHostNames {
            memory.confirmedHostNames = await pipeline.confirmedHostNames(of: subject(connection, memory))
        }
        memory.greeting = await pipeline.run(.greeting, subject(connection, memory))
        return memory
    }

    private func subject(_ connection: ClientConnection, _ memory: Memory) -> FilterSubject {
        var subject = FilterSubject(settings: connection.settings.settings, address: connection.address, ownName: ownName())
        subject.heloName = connection.heloName
        subject.isSignedIn = connection.user != nil
        subject.confirmedHostNames = memory.confirmedHostNames ?? []
        subject.areHostNamesUndecided = memory.confirmedHostNames == nil
        return subject
    }

    private func policy(_ connection: ClientConnection) -> VerdictPolicy { VerdictPolicy(settings: connection.settings.settings.filtering) }

    /// That of a recipient's domain.
    private func policy(_ connection: ClientConnection, for address: EmailAddress) -> VerdictPolicy {
        let settings = connection.settings.settings
        return VerdictPolicy(settings: settings.filtering, exception: Self.exception(of: address, settings))
    }

    /// By name: a domain that is none of ours has no settings.
    private static func exception(of address: EmailAddress, _ settings: GatewaySettings) -> ScoringException? {
        guard !settings.scoringExceptions.isEmpty, let name = address.domainName else { return nil }
        return settings.domain(name.ascii).scoringException
    }

    /// The recipients of a message, those together whose domains judge alike and the same results, in the order of their first.
    private func shares(_ recipients: [EmailAddress], _ connection: ClientConnection, _ results: [CheckResult])
        -> [RecipientVerdicts.Share]
    {
        struct Judge: Hashable {
            let exception: ScoringException?
            let results: [Bool]
        }
        let settings = connection.settings.settings
        let parted = Set(results.compactMap(\.recipients)).sorted { ($0.min() ?? 0, $0.count) < ($1.min() ?? 0, $1.count) }
        guard !settings.scoringExceptions.isEmpty || !parted.isEmpty else {
            return [RecipientVerdicts.Share(policy: policy(connection), recipients: Array(recipients.indices), domains: [])]
        }
        let groups = Dictionary(grouping: recipients.indices) { ordinal in
            Judge(exception: Self.exception(of: recipients[ordinal], settings), results: parted.map { $0.contains(ordinal) })
        }
        return groups.sorted { ($0.value.first ?? 0) < ($1.value.first ?? 0) }.map { judge, ordinals in
            var domains: [String] = []
            for name in ordinals.compactMap({ recipients[$0].domainName?.unicode }) where !domains.contains(name) { domains.append(name) }
            return RecipientVerdicts.Share(
                policy: VerdictPolicy(settings: settings.filtering, exception: judge.exception), recipients: ordinals, domains: domains)
        }
    }

    /// Before any recipient is named only what every domain would refuse is refused; the rest waits for the recipients.
    private func early(_ results: [CheckResult], _ connection: ClientConnection, at phase: FilterPhase) -> SMTPReply? {
        let settings = connection.settings.settings
        let policy = policy(connection)
        guard policy.isEnforced, let reply = Self.refusal(policy.verdict(results)) else { return nil }
        let others = settings.scoringExceptions.map { VerdictPolicy(settings: settings.filtering, exception: $0) }
        guard others.allSatisfy({ $0.isEnforced && Self.refusal($0.verdict(results)) != nil }) else { return nil }
        metrics.refused(at: phase)
        return reply
    }

    private func enforced(_ policy: VerdictPolicy, _ results: [CheckResult], at phase: FilterPhase) -> SMTPReply? {
        guard policy.isEnforced, let reply = Self.refusal(policy.verdict(results)) else { return nil }
        metrics.refused(at: phase)
        return reply
    }

    static func refusal(_ verdict: PolicyVerdict) -> SMTPReply? {
        let reason = verdict.reasons.first.map { ": \($0.text.english)" } ?? ""
        switch verdict.decision {
        case .accept, .tagSubject, .quarantine: return nil
        case .reject: return SMTPReply(550, .notAuthorized, ("Refused" + reason).cut())
        case .tryAgainLater: return SMTPReply(451, .tryAgainLater, ("Please try again later" + reason).cut())
        }
    }

    /// Room for looking into a message.
    private enum Room {
        /// As many bytes as the message has.
        case taken
        /// Others take it all at present.
        case full
        /// Nobody wants to look into the message, or it is larger than what is looked into.
        case notWanted
    }

    private func room(for message: ReceivedMessage, _ subject: FilterSubject) -> Room {
        guard message.sizeBytes <= Self.largestExaminedMessage, pipeline.needsContent(subject) else { return .notWanted }
        return budget.reserve(message.sizeBytes) ? .taken : .full
    }

    /// The load is in the senders' hands: passing what was not looked at would let them choose when nobody looks.
    private static let noRoom = CheckResult(
        check: AttachmentCheck.name, outcome: .found, weight: .tryAgainLater,
        text: LocalizedText("There is no memory for looking into the message at present.", ja: "メッセージを検査するためのメモリが現在不足しています。"),
        isExcusable: false)

    private func structure(of message: ReceivedMessage) async -> MIMEStructure? {
        let limit = Duration.seconds(message.connection.settings.settings.filtering.timeLimitSeconds)
        // A folder that does not answer leaves the checks undecided; storing the message will say more about it.
        guard let content = try? await message.content.bytes(upTo: Self.largestExaminedMessage, deadline: limit) else { return nil }
        return await Self.read(content)
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func read(_ content: ByteBuffer) async -> MIMEStructure { MessageReader().read(Array(content.readableBytesView)) }
}

extension EnhancedStatusCode {
    /// Security or policy, may pass by itself (RFC 3463 section 3.8).
    fileprivate static let tryAgainLater = EnhancedStatusCode(.persistentTransientFailure, 7, 0)
}
