import Filtering
import Mail
import MessageLog
import NIOCore
import Quarantine
import Reception
import SMTP
import Settings
import SharedFolders
import Sieve

/// The Sieve half of the flow: runs the scripts of each protected recipient over a message that the checks let pass, and says which
/// copies of it go where. A dialog has one answer for all recipients: a message is refused only when all of them reject it; what some
/// reject is kept back for them, since nothing that was answered 250 is returned to a sender who may be forged.
struct FlowSieve: Sendable {
    let scripts: CurrentSieveScripts
    let runner = SieveRunner()
    /// Room for the contents that are being looked into.
    let budget: MemoryBudget

    /// Scripts that ask for the body of a larger message fail, and it is kept.
    static let largestExaminedMessage = 32 << 20
    /// Of all messages at once.
    static let examinedBytes = 128 << 20
    /// Findings of one message; of the rest only their number is told.
    private static let namedFindings = 8

    /// What is to be done with a message.
    struct Plan: Sendable {
        /// Scripts change nothing: the message goes on as one, as the checks decided.
        var isAsJudged = false
        /// All recipients reject it.
        var refusal: SMTPReply?
        /// One for each way in which copies differ; none when nobody gets one.
        var copies: [Copy] = []
        /// Recipients that no copy is for, with the reason.
        var gone: [Gone] = []
        var findings: [MessageJudgement.Finding] = []
        /// Scripts that failed, one sentence each.
        var faults: [String] = []
    }

    struct Gone: Sendable {
        /// Ordinal in the transaction.
        let recipient: Int
        let reason: String
    }

    /// Recipients whose copies are alike.
    struct Copy: Sendable {
        let kind: Kind
        let edits: SieveOutcome.HeaderEdits
        /// Ordinals in the transaction of those who get it.
        var recipients: [Int] = []
        /// Those who do not get it themselves and redirected it.
        var redirecting: [Gone] = []
        var redirects: [EmailAddress] = []
        /// Of the recipients who redirected it.
        var marks: [String] = []

        /// All whose mail this copy is.
        var members: [Int] { (recipients + redirecting.map(\.recipient)).sorted() }
    }

    enum Kind: Sendable, Hashable {
        /// As the checks decided: into the queue.
        case queue
        /// As the checks decided: kept back.
        case judged
        case quarantine(QuarantineKind, LocalizedText)
    }

    /// - Returns: `nil` when no script is asked.
    func plan(_ message: ReceivedMessage, _ routed: [RoutedRecipient], _ judged: FlowFilter.Outcome?) async -> Plan? {
        let scripts = scripts.scripts
        // What the checks keep back for everybody is nobody's yet.
        if scripts.isEmpty || (judged?.quarantine != nil && judged?.kept == nil) { return nil }
        let kept = judged?.quarantine == nil ? [] : judged?.kept ?? []
        let settings = message.connection.settings.settings
        guard settings.sieve.isEnabled else { return nil }
        let chains = routed.enumerated().map { ordinal, recipient in
            recipient.isProtected && !kept.contains(ordinal)
                ? scripts.chain(for: recipient.address, withUsers: settings.sieve.runsUserScripts) : []
        }
        guard chains.contains(where: { !$0.isEmpty }) else { return nil }
        let needsBody = chains.contains { $0.contains(where: \.needsBody) }
        let structure = needsBody ? await structure(of: message) : nil
        let fates = await Self.fates(
            runner, chains, routed.map(\.address),
            SieveSubject(
                header: MessageHeader.read(from: Array(message.header.readableBytesView)), structure: structure,
                sizeBytes: message.sizeBytes, reversePath: message.transaction.reversePath, judgement: judged?.judgement,
                rejectScore: settings.filtering.rejectScore), userRedirects: settings.sieve.userRedirects)
        if structure != nil { budget.release(message.sizeBytes) }
        var plan = Self.plan(fates, kept: kept, addresses: message.transaction.recipients.map(\.address))
        if message.sizeBytes > SieveCopies.largestMessage, plan.copies.count > 1 || plan.copies.contains(where: SieveCopies.isRewritten) {
            plan = Self.tooLarge(plan)
        }
        return plan
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func fates(
        _ runner: SieveRunner, _ chains: [[CompiledSieveScript]], _ addresses: [EmailAddress], _ subject: SieveSubject, userRedirects: Bool
    ) async -> [SieveFate?] {
        let seen = marks(subject.header)
        var left = stepsForAll
        return zip(chains, addresses).map { chain, address in
            guard !chain.isEmpty else { return nil }
            // Many recipients with costly scripts share what one message may cost.
            var limits = SieveLimits()
            limits.steps = min(limits.steps, max(1_000, left))
            let started = ContinuousClock.now
            let fate = SieveRunner(limits: limits).run(
                chain, subject, for: address, mayRedirect: { $0 != .user || userRedirects }, hasLooped: seen.contains(mark(of: address)))
            left -= Int((ContinuousClock.now - started) / .nanoseconds(20))
            return fate
        }
    }

    /// Some seconds of work.
    private static let stepsForAll = 100_000_000

    private func structure(of message: ReceivedMessage) async -> MIMEStructure? {
        guard message.sizeBytes <= Self.largestExaminedMessage, budget.reserve(message.sizeBytes) else { return nil }
        let limit = Duration.seconds(message.connection.settings.settings.filtering.timeLimitSeconds)
        guard let content = try? await message.content.bytes(upTo: Self.largestExaminedMessage, deadline: limit) else {
            // A folder that does not answer leaves the tests undecided; storing the message will say more about it.
            budget.release(message.sizeBytes)
            return nil
        }
        return await Self.read(content)
    }

    @concurrent
    private static func read(_ content: ByteBuffer) async -> MIMEStructure { MessageReader().read(Array(content.readableBytesView)) }

    /// Pure: what all fates together mean for the message.
    /// - Parameter fates: of each recipient; nil for one without scripts.
    static func plan(_ fates: [SieveFate?], kept: Set<Int>, addresses: [EmailAddress]) -> Plan {
        var plan = Plan()
        plan.findings = findings(fates, addresses)
        plan.faults = fates.compactMap { $0 }.flatMap(\.reasons).filter(\.isFault).map(\.text.english)
        let rejections = fates.compactMap { fate -> String? in if case .reject(let reason)? = fate?.way { reason } else { nil } }
        if rejections.count == fates.count, let reason = rejections.first {
            plan.refusal = SMTPReply(550, .notAuthorized, (reason.isEmpty ? "Rejected by the recipient" : reason).cut())
            return plan
        }
        if fates.allSatisfy({ $0?.isPlain ?? true }) {
            plan.isAsJudged = true
            return plan
        }
        var places: [Key: Int] = [:]
        for (ordinal, fate) in fates.enumerated() {
            let fate = fate ?? SieveFate()
            let reason = fate.reasons.filter { !$0.isFault }.map(\.text)
            let english = reason.map(\.english).joined(separator: " ").cut()
            let words = LocalizedText(english, ja: reason.map(\.japanese).joined(separator: " ").cut())
            let kind: Kind
            switch fate.way {
            case .keep: kind = kept.contains(ordinal) ? .judged : .queue
            case .quarantine(let isForAdministrators): kind = .quarantine(isForAdministrators ? .administrator : .user, words)
            case .reject: kind = .quarantine(.administrator, words)
            case .gone where fate.redirects.isEmpty:
                plan.gone.append(Gone(recipient: ordinal, reason: english))
                continue
            case .gone: kind = .queue
            }
            let key = Key(kind: kind, edits: fate.edits)
            let place = places[key] ?? plan.copies.count
            if place == plan.copies.count {
                plan.copies.append(Copy(kind: kind, edits: fate.edits))
                places[key] = place
            }
            if fate.way == .gone {
                plan.copies[place].redirecting.append(Gone(recipient: ordinal, reason: english))
            } else {
                plan.copies[place].recipients.append(ordinal)
            }
            if !fate.redirects.isEmpty { plan.copies[place].marks.append(mark(of: addresses[ordinal])) }
            for redirect in fate.redirects where !plan.copies[place].redirects.contains(redirect) {
                plan.copies[place].redirects.append(redirect)
            }
        }
        return plan
    }

    /// An error of a run keeps the message; so does what cannot be carried out.
    private static func tooLarge(_ plan: Plan) -> Plan {
        let text = LocalizedText(
            "The message is too large for what the scripts want changed; it was kept as it came.",
            ja: "メッセージが大きすぎるため、スクリプトによる変更を行わずに通過させました。")
        var kept = Plan()
        kept.isAsJudged = true
        kept.findings = [finding(.undecided, text)]
        kept.faults = plan.faults + [text.english]
        return kept
    }

    private struct Key: Hashable {
        let kind: Kind
        let edits: SieveOutcome.HeaderEdits
    }

    /// For the log: which script decided what, for whom.
    private static func findings(_ fates: [SieveFate?], _ addresses: [EmailAddress]) -> [MessageJudgement.Finding] {
        var recipients: [SieveFate.Reason: [String]] = [:]
        var order: [SieveFate.Reason] = []
        var plain = 0
        for (fate, address) in zip(fates, addresses) {
            guard let fate else { continue }
            if fate.reasons.isEmpty { plain += 1 }
            for reason in fate.reasons {
                if recipients[reason] == nil { order.append(reason) }
                recipients[reason, default: []].append(address.description)
            }
        }
        var findings = order.prefix(namedFindings).map { reason in
            let all = recipients[reason] ?? []
            let names = all.prefix(2).joined(separator: ", ") + (all.count > 2 ? ", …" : "")
            return finding(
                reason.isFault ? .undecided : .found,
                LocalizedText("\(names): \(reason.text.english)", ja: "\(names): \(reason.text.japanese)"))
        }
        if order.count > namedFindings {
            let more = order.count - namedFindings
            findings.append(finding(.found, LocalizedText("\(more) more actions of scripts.", ja: "ほかに \(more) 件のスクリプトの動作があります。")))
        }
        if plain > 0, findings.isEmpty {
            findings.append(finding(.notFound, LocalizedText("Kept by all scripts.", ja: "すべてのスクリプトが通過させました。")))
        }
        return findings
    }

    private static func finding(_ outcome: MessageJudgement.Outcome, _ text: LocalizedText) -> MessageJudgement.Finding {
        MessageJudgement.Finding(
            check: SieveRunner.checkName, outcome: outcome, weight: .score, score: .zero, microseconds: 0, text: text)
    }
}

/// Redirections that come back.
extension FlowSieve {
    /// Names, by marks, the recipients whose scripts redirected the message.
    static let markField = "X-SecurityGateway-Redirected"
    /// As the same field is called once it came in from outside and went on.
    private static let renamedMarkField = "X-Untrusted-Field-Redirected"
    private static let readMarkFields = 100

    /// Stands for an address without telling it to whoever gets the message (FNV-1a). Whoever forges one only has his mail kept.
    static func mark(of address: EmailAddress) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in address.lookupKey.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func marks(_ header: MessageHeader) -> Set<String> {
        let fields = header.all(markField) + header.all(renamedMarkField)
        return Set(fields.prefix(readMarkFields).flatMap { $0.text.split(separator: " ").map(String.init) })
    }
}
