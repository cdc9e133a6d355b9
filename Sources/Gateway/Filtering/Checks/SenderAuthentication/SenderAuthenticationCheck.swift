import DNS
import Mail
import SenderAuthentication
package import Settings

/// Whether mail comes from whom it says: SPF, DKIM, ARC and, from what these find, DMARC. One check with a result for each method,
/// because the last follows from the others.
package struct SenderAuthenticationCheck: MessageCheck {
    package static let name = "sender-authentication"
    package static let title = LocalizedText("Sender authentication", ja: "送信ドメイン認証")
    package static let parts = Dictionary(uniqueKeysWithValues: AuthenticationMethod.allCases.map { ($0.rawValue, $0.title) })

    private let resolver: any DNSResolver
    private let suffixes: PublicSuffixList?

    package init(_ environment: CheckEnvironment) {
        resolver = environment.resolver
        suffixes = environment.publicSuffixes
    }

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.senderAuthentication
        return subject.isPublicEnough && (settings.checksSPF || settings.checksDKIM || settings.checksARC)
    }

    /// One result for each method that is on. One that is slow does not hold up the others: SPF, DKIM and ARC have seven tenths of the
    /// whole check's time, all at once, and DMARC two of what is left.
    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        var evidence = await gather(subject)
        await judge(&evidence, subject)
        let findings = AuthenticationFindings(
            evidence, subject.settings.senderAuthentication, isSealed: subject.settings.areMessagesSealed)
        var results = findings.results
        if subject.settings.dmarcReports.isEnabled,
            let index = results.firstIndex(where: { $0.check == AuthenticationMethod.dmarc.rawValue })
        {
            results[index].observations =
                AuthenticationObservations(
                    evidence, subject.settings, client: subject.address, isExcused: findings.trustedSealer != nil
                ).all
        }
        return results
    }

    private enum Part: Sendable {
        case spf(SPFOutcome)
        case dkim([DKIMOutcome])
        case arc(ARCOutcome)
    }

    private func gather(_ subject: FilterSubject) async -> AuthenticationEvidence {
        let settings = subject.settings.senderAuthentication
        var evidence = AuthenticationEvidence(sender: subject.reversePath, heloName: subject.heloName)
        let limit = Duration.seconds(subject.settings.filtering.timeLimitSeconds) * 7 / 10
        let message = subject.message?.structure.map { AuthenticatedMessage($0.bytes) }
        evidence.identity = message.map(DMARCIdentity.init)
        let time = UTCTime.now().milliseconds / 1_000
        let resolver = resolver
        var works: [@Sendable () async -> Part] = []
        if settings.checksSPF, let request = Self.request(subject, time: Int(time)) {
            works.append { .spf(await SPFVerifier(resolver, duration: limit).verify(request)) }
        }
        if let message {
            if settings.checksDKIM { works.append { .dkim(await DKIMVerifier(resolver).verify(message, time: Int(time))) } }
            if settings.checksARC { works.append { .arc(await ARCVerifier(resolver).verify(message)) } }
        }
        for part in await Self.race(works, limit: limit) {
            switch part {
            case .spf(let outcome): evidence.spf = outcome
            case .dkim(let outcomes): evidence.dkim = outcomes
            case .arc(let outcome): evidence.arc = outcome
            }
        }
        return evidence
    }

    private func judge(_ evidence: inout AuthenticationEvidence, _ subject: FilterSubject) async {
        let settings = subject.settings.senderAuthentication
        guard settings.checksDMARC, settings.checksSPF, settings.checksDKIM, let suffixes, case .domains(let domains) = evidence.identity
        else { return }
        let verifier = DMARCVerifier(resolver, suffixes: suffixes)
        var found = DMARCEvidence(spf: evidence.spf, dkim: evidence.dkim ?? [])
        // What was not done in time might have passed.
        if evidence.spf == nil, let domain = subject.reversePath.address?.domainName { found.undecidedDomains.append(domain) }
        if evidence.dkim == nil { found.undecidedDomains += domains }
        let complete = found
        let sample = Int.random(in: 0..<100)
        let limit = Duration.seconds(subject.settings.filtering.timeLimitSeconds) * 2 / 10
        let judging: @Sendable () async -> [DMARCOutcome] = { await verifier.verify(domains, evidence: complete, sample: sample) }
        evidence.dmarc = await Self.race([judging], limit: limit).first
    }

    /// What was done within the limit.
    private static func race<Value: Sendable>(_ works: [@Sendable () async -> Value], limit: Duration) async -> [Value] {
        guard !works.isEmpty else { return [] }
        let race = CheckRace<Value>(count: works.count)
        // Awaited by `race.wait`, which cancels those that are not done.
        let tasks = works.enumerated().map { index, work in Task { race.finish(index, await work()) } }
        return await race.wait(tasks: tasks, limit: limit).compactMap { $0 }
    }

    private static func request(_ subject: FilterSubject, time: Int) -> SPFRequest? {
        HostAddress(octets: subject.address.bytes).map { client in
            SPFRequest(
                client: client, heloName: subject.heloName, sender: subject.reversePath.description, receiver: subject.ownName, time: time)
        }
    }
}

/// The methods, by the names under which results are stored.
enum AuthenticationMethod: String, CaseIterable {
    case spf, dkim, arc, dmarc

    var title: LocalizedText {
        switch self {
        case .spf: LocalizedText("SPF", ja: "SPF")
        case .dkim: LocalizedText("DKIM", ja: "DKIM")
        case .arc: LocalizedText("ARC", ja: "ARC")
        case .dmarc: LocalizedText("DMARC", ja: "DMARC")
        }
    }
}

/// What the methods said about a message; nil for one that is off, could not be used, or was not done in time.
struct AuthenticationEvidence: Sendable {
    let sender: ReversePath
    let heloName: String
    var identity: DMARCIdentity?
    var spf: SPFOutcome?
    var dkim: [DKIMOutcome]?
    var arc: ARCOutcome?
    var dmarc: [DMARCOutcome]?
}
