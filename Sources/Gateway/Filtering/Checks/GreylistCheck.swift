import DNS
import DomainsAndUsers
import Mail
import SenderAuthentication
package import Settings

/// Whether a sender that is new to the recipient has come again after its wait. Asks the database only about senders that have not
/// passed before; when it does not answer soon, nothing follows and mail flows.
package struct GreylistCheck: MessageCheck {
    package static let name = "greylisting"
    package static let title = LocalizedText("Greylisting", ja: "グレーリスト")

    private let environment: CheckEnvironment
    private let passed: PassedTriplets

    package init(_ environment: CheckEnvironment) {
        self.environment = environment
        passed = environment.passedTriplets
    }

    package var phases: Set<FilterPhase> { [.recipient] }
    package var mayWait: Bool { true }

    /// Names of mail servers looked up for one message.
    private static let askedServers = 10
    /// Of the whole check's time, for each of the questions to DNS.
    private static let shareOfDNS = 3

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings
        guard settings.greylisting.isOn, environment.greylist != nil, !subject.isSignedIn else { return false }
        return !settings.relay.allowsRelaying(from: subject.address)
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let recipient = subject.recipients.first, let store = environment.greylist else { return [] }
        let settings = subject.settings.greylisting
        let triplet = GreylistTriplet(address: subject.address, sender: subject.reversePath, recipient: recipient, settings)
        let key = triplet.key
        if passed.contains(key) { return [.nothing(self)] }
        // A list decides by itself, and neither kind of sender needs a row here.
        guard listed(subject, recipient) == nil else { return [] }
        if await isMailServer(subject, recipient) { return [] }
        if settings.excusesSPF, await passesSPF(subject) { return [.nothing(self)] }
        let revision = passed.revision
        do throws(DirectoryError) {
            let decision = try await store.decide(triplet, settings, now: .now())
            switch decision.answer {
            case .pass:
                passed.insert(key, asOf: revision)
                return [.nothing(self)]
            case .wait(let left): return [.found(self, .tryAgainLater, Self.text(left))]
            }
        } catch {
            return [
                .undecided(
                    self,
                    LocalizedText(
                        "The greylist could not be asked in time; the message is let through.", ja: "グレーリストを時間内に照会できなかったため、通過させました。"))
            ]
        }
    }

    /// What the sender's server shows to whoever looks into its queue.
    static func text(_ left: Duration) -> LocalizedText {
        let seconds = max(1, Int(left.components.seconds) + (left.components.attoseconds > 0 ? 1 : 0))
        let minutes = seconds / 60
        let english = minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
        let japanese = minutes > 0 ? "\(minutes) 分 \(seconds % 60) 秒" : "\(seconds) 秒"
        return LocalizedText(
            "Greylisted as a new sender; accepted when it comes again in \(english) or later.", ja: "初めての差出人です。\(japanese)後以降の再送で受け付けます。")
    }

    private func listed(_ subject: FilterSubject, _ recipient: EmailAddress) -> AccessListEntry.List? {
        let lists = environment.accessLists.lists
        guard lists.count > 0 else { return nil }
        var sender = AccessLists.Sender(address: subject.address)
        sender.heloName = subject.heloName
        sender.confirmedHostNames = subject.confirmedHostNames
        sender.reversePath = subject.reversePath
        return lists.match(sender, forRecipient: recipient)?.list
    }

    /// Whether the client is a mail server of the recipient's domain, or of the sender's where that is one of ours too.
    private func isMailServer(_ subject: FilterSubject, _ recipient: EmailAddress) async -> Bool {
        let names = Set([recipient.domainName, subject.reversePath.address?.domainName].compactMap { $0 })
        let directory = environment.domains.directory
        let hosts = Set(names.compactMap { directory.domain($0) }.flatMap(\.mailServers).map(\.endpoint.host))
        var unknown: [String] = []
        for host in hosts {
            if let address = NetworkAddress(host) {
                if address == subject.address { return true }
            } else {
                unknown.append(host)
            }
        }
        guard let client = HostAddress(octets: subject.address.bytes), !unknown.isEmpty else { return false }
        let resolver = environment.resolver
        let found = await within(subject, unknown.prefix(Self.askedServers)) { host in
            // Unknown or not: it is not known to be this one.
            (try? await resolver.addresses(of: host))?.contains(client) ?? false
        }
        return found.contains(true)
    }

    private func passesSPF(_ subject: FilterSubject) async -> Bool {
        guard let client = HostAddress(octets: subject.address.bytes) else { return false }
        let request = SPFRequest(
            client: client, heloName: subject.heloName, sender: subject.reversePath.description, receiver: subject.ownName,
            time: Int(UTCTime.now().milliseconds / 1_000))
        let resolver = environment.resolver
        let limit = limit(subject)
        return await within(subject, [request]) { await SPFVerifier(resolver, duration: limit).verify($0).result == .pass }.contains(true)
    }

    private func limit(_ subject: FilterSubject) -> Duration {
        Duration.seconds(subject.settings.filtering.timeLimitSeconds) / Self.shareOfDNS
    }

    /// What the questions say within their time; one that is not answered says no.
    private func within<Question: Sendable>(
        _ subject: FilterSubject, _ questions: some Collection<Question>, _ ask: @escaping @Sendable (Question) async -> Bool
    ) async -> [Bool] {
        let race = CheckRace<Bool>(count: questions.count)
        // Awaited by `race.wait`, which cancels those that are not done.
        let tasks = questions.enumerated().map { index, question in Task { race.finish(index, await ask(question)) } }
        return await race.wait(tasks: tasks, limit: limit(subject)).map { $0 ?? false }
    }
}
