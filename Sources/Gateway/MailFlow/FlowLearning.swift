import BayesianLearning
import Logging
import Mail
import MessageLog
import NIOCore
import Reception
import SMTP
import SampleLearning
import Settings
import SharedFolders
import Synchronization

/// Learning on a message's way: mail to the training addresses is taught instead of delivered, and, where the settings want it, mail that
/// the other checks are sure of is taught beside its way. With both off it costs a comparison for each recipient.
struct FlowLearning: Sendable {
    let teaching: SampleTeaching
    let snapshot: CurrentBayesSnapshot
    let logger: Logger
    private let automatic = AutomaticLearning()
    /// Room for the contents that are being taken apart.
    private let budget = MemoryBudget(limit: examinedBytes)

    private static let examinedBytes = 128 << 20
    /// Messages attached to one, of which samples are made.
    private static let maximumAttached = 100
    /// Larger mail is not taught by itself: nothing beyond its first part would be looked at.
    private static let largestAutomatic = 1 << 20

    static let notHere = SMTPReply(550, .notAuthorized, "This address is for people of this site")
    static let alone = SMTPReply(452, .tooManyRecipients, "Send to this address alone")
    static let nothingAttached = SMTPReply(554, .contentError, "Attach the messages that are to be learned: forward as an attachment")
    static let tooMuch = SMTPReply(552, .messageTooBig, "Too large to be learned")
    static let notStored = SMTPReply(451, .systemTemporary, "The messages could not be stored for learning; please try again later")

    // MARK: training addresses

    /// What mail to an address teaches.
    static func kind(of address: EmailAddress, _ settings: BayesSettings) -> SampleKind? {
        guard !settings.spamAddress.isEmpty || !settings.hamAddress.isEmpty else { return nil }
        let key = address.lookupKey
        if key == settings.spamAddress { return .spam }
        return key == settings.hamAddress ? .ham : nil
    }

    /// The answer to RCPT when a training address is concerned; `nil` else. One is written to alone, so that no message is half taught and
    /// half delivered.
    static func answer(
        to address: EmailAddress, after accepted: [EmailAddress], _ settings: BayesSettings, isTrusted: Bool
    ) -> ReceptionDecision? {
        let kind = kind(of: address, settings)
        let isTraining = accepted.first.flatMap { self.kind(of: $0, settings) } != nil
        guard kind != nil || isTraining else { return nil }
        guard isTrusted else { return .refuse(notHere) }
        return accepted.isEmpty ? .accept() : .refuse(alone)
    }

    /// Teaches what is attached to a message. Durable when it returns `.taught`.
    func train(_ message: ReceivedMessage, as kind: SampleKind, limit: Duration) async -> Training {
        guard message.sizeBytes <= SampleTeaching.maximumBytes else { return .refused(Self.tooMuch) }
        guard budget.reserve(message.sizeBytes) else { return .refused(Self.notStored) }
        defer { budget.release(message.sizeBytes) }
        do {
            let content = try await message.content.bytes(upTo: SampleTeaching.maximumBytes, deadline: limit)
            let attached = await Self.attached(content)
            guard !attached.isEmpty else { return .refused(Self.nothingAttached) }
            let connection = message.connection
            let teacher = SampleTeaching.Teacher(
                origin: .training, actor: connection.user?.address.description ?? connection.address.description,
                message: message.transaction.identifier)
            var taught = 0
            for bytes in attached where try await teach(bytes, as: kind, by: teacher) { taught += 1 }
            return taught > 0 ? .taught(taught) : .refused(Self.nothingAttached)
        } catch {
            logger.error("mail to a training address could not be taken", metadata: ["cause": "\(error)"])
            return .refused(Self.notStored)
        }
    }

    enum Training: Sendable {
        case taught(Int)
        case refused(SMTPReply)
    }

    /// - Returns: false for what nothing can be learned from.
    private func teach(_ bytes: [UInt8], as kind: SampleKind, by teacher: SampleTeaching.Teacher) async throws -> Bool {
        do throws(SampleTeaching.Refusal) {
            _ = try await teaching.teach(bytes, as: kind, by: teacher)
            return true
        } catch {
            if case .unusable = error { return false }
            throw error
        }
    }

    /// The messages attached to a message, outermost ones only. Work in proportion to it.
    @concurrent
    private static func attached(_ content: ByteBuffer) async -> [[UInt8]] {
        let parts = MessageReader().read(Array(content.readableBytesView)).parts.filter { $0.index > 0 && isAttachedMessage($0) }
        return parts.prefix(maximumAttached).map { $0.decodedBody().bytes }
    }

    private static func isAttachedMessage(_ part: MIMEPart) -> Bool {
        guard part.contentType.mediaType == "message/rfc822" else { return false }
        var above = part.parent
        while let present = above {
            if present.contentType.mediaType == "message/rfc822" { return false }
            above = present.parent
        }
        return true
    }

    // MARK: automatic learning

    /// Teaches a judged message when the other checks are sure of it. Its content is taken before it is committed or given up; the rest
    /// happens beside its way.
    func offer(_ message: ReceivedMessage, _ judgement: MessageJudgement) async {
        let settings = message.connection.settings.settings.bayes
        guard settings.learnsAutomatically, message.sizeBytes <= Self.largestAutomatic,
            let kind = AutomaticLearning.kind(judgement, settings), automatic.begin(kind, settings, snapshot.snapshot?.model)
        else { return }
        let limit = Duration.seconds(message.connection.settings.settings.filtering.timeLimitSeconds)
        // A folder that does not answer is told when the message is stored.
        guard let content = try? await message.content.bytes(upTo: Self.largestAutomatic, deadline: limit) else {
            return automatic.end()
        }
        let teacher = SampleTeaching.Teacher(origin: .automatic, actor: "", message: message.transaction.identifier)
        let (teaching, automatic, logger) = (teaching, automatic, logger)
        // Awaited by nobody: `automatic` bounds how many there are, and each step of it has a deadline.
        Task {
            do throws(SampleTeaching.Refusal) {
                _ = try await teaching.teach(Array(content.readableBytesView), as: kind, by: teacher)
            } catch {
                logger.debug("a message was not taught by itself", metadata: ["cause": "\(error)"])
            }
            automatic.end()
        }
    }
}

/// Which messages are taught by themselves, and how many: a flood of one kind must not outweigh the other.
final class AutomaticLearning: Sendable {
    private struct State {
        var day: Int64 = 0
        var taken: [SampleKind: Int] = [:]
        var pending = 0
    }

    private let state = Mutex(State())

    /// At the same time.
    private static let maximumPending = 4
    /// One kind may have twice as many samples as the other, and some to begin with.
    private static let balance = 2
    private static let headStart = 200

    /// What the other checks are sure of; the classifier does not teach itself. Pure.
    ///
    /// Non-spam is only what was let through and what no check wants to hold or refuse: a virus counts nothing and is no good mail. What is
    /// put off comes again, and is judged then.
    static func kind(_ judgement: MessageJudgement, _ settings: BayesSettings) -> SampleKind? {
        guard judgement.verdict != .tryAgainLater else { return nil }
        let others = judgement.findings.filter { $0.outcome == .found && $0.check != "bayes" }
        let isLetThrough =
            judgement.verdict == .accept
            && !others.contains { finding in
                switch finding.weight {
                case .quarantine, .reject, .tryAgainLater: true
                case .score, .allow: false
                }
            }
        if others.contains(where: { $0.weight == .allow }) { return isLetThrough ? .ham : nil }
        let score = others.reduce(FilterScore.zero) { $0 + $1.score }
        if score >= settings.automaticSpamScore { return .spam }
        return isLetThrough && score <= settings.automaticHamScore ? .ham : nil
    }

    /// Whether one more of a kind keeps the balance. Pure.
    static func isBalanced(_ kind: SampleKind, ham: Int, spam: Int) -> Bool {
        let (own, other) = kind.isSpam ? (spam, ham) : (ham, spam)
        return own < balance * other + headStart
    }

    /// Whether one more may be taught now; then `end` follows.
    /// - Parameter model: what is learned so far.
    func begin(_ kind: SampleKind, _ settings: BayesSettings, _ model: BayesModel?, now: UTCTime = .now()) -> Bool {
        state.withLock { state in
            let day = now.milliseconds / 86_400_000
            if state.day != day {
                state.day = day
                state.taken = [:]
            }
            let ham = (model?.hamSamples ?? 0) + state.taken[.ham, default: 0]
            let spam = (model?.spamSamples ?? 0) + state.taken[.spam, default: 0]
            guard state.pending < Self.maximumPending, state.taken[kind, default: 0] < settings.automaticDaily,
                Self.isBalanced(kind, ham: ham, spam: spam)
            else { return false }
            state.taken[kind, default: 0] += 1
            state.pending += 1
            return true
        }
    }

    func end() { state.withLock { $0.pending -= 1 } }
}
