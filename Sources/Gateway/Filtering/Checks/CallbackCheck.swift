import DomainsAndUsers
import Mail
import SenderAuthentication
package import Settings
import UserVerification

/// Whether the mail servers of the envelope sender's domain take mail for the sender (call-back verification). Runs after the other
/// checks, so that nobody is asked about mail that is excused, refused anyway, or vouched for.
package struct CallbackCheck: MessageCheck {
    package static let name = "callback"
    package static let title = LocalizedText("Call-back to the sender", ja: "差出人の検証（コールバック）")

    private let environment: CheckEnvironment

    package init(_ environment: CheckEnvironment) { self.environment = environment }

    package var phases: Set<FilterPhase> { [.message] }
    package var mayWait: Bool { true }
    package var followsOthers: Bool { true }

    /// The question ends by itself, and says why.
    private static let grace = Duration.seconds(3)

    package func timeLimit(_ subject: FilterSubject) -> Duration {
        .seconds(subject.settings.callback.timeLimitSeconds) + Self.grace
    }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings
        guard settings.callback.isEnabled, !subject.isSignedIn, subject.isPublicEnough,
            !settings.relay.allowsRelaying(from: subject.address), let domain = subject.reversePath.address?.domainName
        else { return false }
        // Our own domains' addresses are known here, and their mail servers are ours.
        return environment.domains.directory.domain(domain) == nil && !settings.callback.excepts(domain)
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.callback
        guard let sender = subject.reversePath.address, !Self.isSettled(subject.found, subject.settings) else { return [] }
        let concerned = Self.concerned(subject)
        if let concerned, concerned.isEmpty { return [] }
        var result = judge(await environment.senders.verify(sender, settings), sender, settings)
        result.recipients = concerned
        return [result]
    }

    /// Whether the question would change nothing, or need not be asked.
    static func isSettled(_ found: [CheckResult], _ settings: GatewaySettings) -> Bool {
        // What counts for some recipients only says nothing of the others.
        let general = found.filter { $0.recipients == nil }
        if general.contains(where: { vouches($0, settings.callback) }) { return true }
        let policies = [nil] + settings.scoringExceptions.map(Optional.some)
        return policies.allSatisfy {
            VerdictPolicy(settings: settings.filtering, exception: $0).verdict(general).decision == .reject
        }
    }

    private static func vouches(_ result: CheckResult, _ settings: CallbackSettings) -> Bool {
        if result.outcome == .found, result.weight == .allow { return true }
        guard result.vouches else { return false }
        return (settings.skipsDMARCPass && result.check == AuthenticationMethod.dmarc.rawValue)
            || (settings.skipsSPFPass && result.check == AuthenticationMethod.spf.rawValue)
    }

    /// Ordinals of the recipients whose domains want it; `nil`: all.
    private static func concerned(_ subject: FilterSubject) -> Set<Int>? {
        let concerned = subject.recipients.indices.filter { ordinal in
            subject.recipients[ordinal].domainName.map { subject.settings.domain($0.ascii).asksAboutSenders } ?? true
        }
        return concerned.count == subject.recipients.count ? nil : Set(concerned)
    }

    private func judge(_ verification: SenderVerification, _ sender: EmailAddress, _ settings: CallbackSettings) -> CheckResult {
        let answer: ProbeAnswer
        let isRemembered: Bool
        switch verification.finding {
        case .asked(let given): (answer, isRemembered) = (given, false)
        case .remembered(let given): (answer, isRemembered) = (given, true)
        case .tooManyQuestions:
            return .undecided(
                self, LocalizedText("Not asked: too many questions at once.", ja: "同時に照会できる数を超えたため、照会していません。"))
        }
        let reply = PrintableText.cut(answer.text)
        let ending = isRemembered ? LocalizedText(" (remembered)", ja: "（保持している回答）") : LocalizedText("", ja: "")
        switch answer.statement {
        case .accepts:
            var result = CheckResult.nothing(self)
            result.detail = LocalizedText(
                "\(answer.server) takes mail for \(sender): \(reply)\(ending.english)",
                ja: "\(answer.server) は \(sender) 宛のメールを受け付けます: \(reply)\(ending.japanese)")
            return result
        case .refuses:
            // The words of the other server are for administrators.
            let text = LocalizedText(
                "The mail server of \(sender) says that the address does not exist", ja: "\(sender) のメールサーバーがこのアドレスを拒否しました")
            var result = CheckResult.found(self, Self.weight(settings), text)
            result.detail = LocalizedText(
                " (\(answer.server): \(reply))\(ending.english)", ja: "（\(answer.server): \(reply)）\(ending.japanese)")
            return result
        case .undecided:
            return .undecided(
                self,
                LocalizedText(
                    "\(answer.server) does not say whether \(sender) exists: \(reply)\(ending.english)",
                    ja: "\(answer.server) から \(sender) の有無を判定できる回答がありませんでした: \(reply)\(ending.japanese)"))
        case .serversAway:
            return .undecided(
                self,
                LocalizedText(
                    "The mail servers of \(sender) could not be asked: \(reply)\(ending.english)",
                    ja: "\(sender) のメールサーバーに照会できませんでした: \(reply)\(ending.japanese)"))
        }
    }

    private static func weight(_ settings: CallbackSettings) -> CheckResult.Weight {
        switch settings.action {
        case .score: .score(settings.refusedScore)
        case .quarantine: .quarantine
        case .reject: .reject
        }
    }
}
