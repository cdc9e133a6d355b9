import Filtering
import Mail
import NIOCore
import OutsideEngines
import ScannerProtocols
import Settings
import Testing

/// What outside engines say, and what follows when they say nothing.
@Suite struct EngineChecksTests {
    /// Answers always the same.
    private struct Scripted: EngineScanner {
        let report: EngineReport
        func scan(
            _ content: any EngineContent, _ envelope: EngineEnvelope, with engine: OutsideEngine, _ settings: GatewaySettings
        ) async -> EngineReport { report }
    }

    /// Never answers, and heeds no cancellation.
    private struct Hanging: EngineScanner {
        func scan(
            _ content: any EngineContent, _ envelope: EngineEnvelope, with engine: OutsideEngine, _ settings: GatewaySettings
        ) async -> EngineReport {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in Self.forgotten(continuation) }
            return .clean
        }

        /// Kept for ever, so that nobody is told of a leak.
        private static func forgotten(_ continuation: CheckedContinuation<Void, Never>) {
            _ = Unmanaged.passRetained(Box(continuation))
        }

        private final class Box: Sendable {
            let continuation: CheckedContinuation<Void, Never>
            init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
        }
    }

    private struct Content: EngineContent {
        var byteCount: Int { 10 }
        func piece(at offset: Int, count: Int, deadline: Duration) async throws(EngineFailure) -> ByteBuffer {
            ByteBuffer(repeating: 0, count: count)
        }
    }

    private func environment(_ scanner: any EngineScanner) throws -> CheckEnvironment {
        let plain = try SubjectFixture().environment()
        return CheckEnvironment(resolver: plain.resolver, accessLists: plain.accessLists, domains: plain.domains, engines: scanner)
    }

    private func subject(isOwn: Bool = false, _ change: (inout GatewaySettings) -> Void = { _ in }) throws -> FilterSubject {
        var fixture = SubjectFixture()
        fixture.settings.clamAV.connection.isEnabled = true
        fixture.settings.spamAssassin.connection.isEnabled = true
        fixture.settings.rspamd.connection.isEnabled = true
        change(&fixture.settings)
        var subject = try fixture.subject()
        subject.message = FilteredMessage(sizeBytes: 10, structure: nil, content: Content())
        subject.isOwnMail = isOwn
        return subject
    }

    private func find(
        _ type: any MessageCheck.Type, _ report: EngineReport, _ change: (inout GatewaySettings) -> Void = { _ in }
    ) async throws -> CheckResult {
        let results = await type.init(try environment(Scripted(report: report))).find(try subject(change), at: .message)
        return try #require(results.first)
    }

    @Test func `an engine that is off is not asked`() async throws {
        let off = try SubjectFixture().subject()
        for type in [VirusCheck.self, SpamAssassinCheck.self, RspamdCheck.self] as [any MessageCheck.Type] {
            #expect(!type.init(try environment(Scripted(report: .clean))).isWanted(off, at: .message))
        }
    }

    @Test func `a virus goes to the administrators or is refused, and no allow list excuses it`() async throws {
        let kept = try await find(VirusCheck.self, .virus("Bad"))
        #expect(kept.outcome == .found && kept.weight == .quarantine && kept.isForAdministrators && !kept.isExcusable)
        #expect(kept.text.english == "Virus: Bad.")
        let refused = try await find(VirusCheck.self, .virus("Bad")) { $0.clamAV.action = .reject }
        #expect(refused.weight == .reject && !refused.isExcusable)
        #expect(try await find(VirusCheck.self, .clean).outcome == .notFound)
    }

    @Test(arguments: [
        (EngineAbsence.pass, CheckResult.Outcome.undecided, CheckResult.Weight.score(.zero)), (.hold, .found, .quarantine),
        (.refuse, .found, .tryAgainLater),
    ])
    func `an engine that is away counts as its settings have it`(
        absence: EngineAbsence, outcome: CheckResult.Outcome, weight: CheckResult.Weight
    ) async throws {
        for type in [VirusCheck.self, SpamAssassinCheck.self, RspamdCheck.self] as [any MessageCheck.Type] {
            let result = try await find(type, .failed(.timedOut)) {
                $0.clamAV.connection.whenAway = absence
                $0.spamAssassin.connection.whenAway = absence
                $0.rspamd.connection.whenAway = absence
            }
            #expect(result.outcome == outcome && result.weight == weight)
            #expect(result.isForAdministrators == (absence == .hold))
            #expect(absence == .pass || !result.isExcusable)
            #expect(result.text.english.contains("no answer in time"))
        }
    }

    @Test func `an engine that outlasts its limit counts as away, and holds up no other check's result`() async throws {
        var subject = try subject {
            $0.spamAssassin.connection.isEnabled = false
            $0.rspamd.connection.isEnabled = false
            $0.clamAV.connection.timeLimitSeconds = 1
            $0.clamAV.connection.whenAway = .refuse
            $0.attachments.largeMessageBytes = 5
        }
        subject.reversePath = .null
        let pipeline = FilterPipeline(try environment(Hanging()), types: [VirusCheck.self, MessageSizeCheck.self])
        let results = await pipeline.run(.message, subject)
        #expect(results.map(\.check) == ["clamav", "size"])
        #expect(results.map(\.weight).first == .tryAgainLater && results.map(\.outcome) == [.found, .found])
    }

    @Test func `a message that is too large passes unless it is to be held`() async throws {
        #expect(try await find(VirusCheck.self, .tooLarge).outcome == .undecided)
        let held = try await find(VirusCheck.self, .tooLarge) { $0.clamAV.whenTooLarge = .hold }
        #expect(held.weight == .quarantine && held.isForAdministrators)
        let away = try await find(SpamAssassinCheck.self, .tooLarge) { $0.spamAssassin.connection.whenAway = .refuse }
        #expect(away.outcome == .undecided, "too large is not away")
    }

    @Test(arguments: [
        (7.34, 100, 1000, false, 73), (7.36, 50, 1000, false, 37), (20, 100, 80, false, 80), (-3, 100, 1000, false, 0),
        (-3, 100, 1000, true, -30), (1e300, 1000, 1000, true, 1000), (-1e300, 1000, 1000, true, -1000), (5, 0, 1000, false, 0),
    ])
    func `a score is weighed and bounded`(score: Double, percent: Int, highest: Int, countsNegative: Bool, tenths: Int) async throws {
        let opinion = ScannerOpinion(score: score, required: 5, action: nil, symbols: [])
        let result = try await find(SpamAssassinCheck.self, .opinion(opinion)) {
            $0.spamAssassin.percent = percent
            $0.spamAssassin.highestScore = FilterScore(tenths: highest)
            $0.spamAssassin.countsNegative = countsNegative
        }
        #expect(result.weight == .score(FilterScore(tenths: tenths)))
    }

    @Test func `the finding names the rules, in the engine's own figures`() async throws {
        let opinion = ScannerOpinion(
            score: 6.62, required: 15, action: "add header",
            symbols: [ScannerOpinion.Symbol(name: "A", score: 6.4), ScannerOpinion.Symbol(name: "B", score: nil)])
        #expect(try await find(RspamdCheck.self, .opinion(opinion)).text.english == "Score 6.6 / 15.0 (add header): A 6.4, B")
    }

    @Test(arguments: [
        ("reject", CheckResult.Weight.reject), ("soft reject", .tryAgainLater), ("greylist", .tryAgainLater),
        ("add header", .score(FilterScore(tenths: 30))), ("something new", .score(FilterScore(tenths: 30))),
    ])
    func `Rspamd's actions count only if they are heeded`(action: String, weight: CheckResult.Weight) async throws {
        let opinion = ScannerOpinion(score: 3, required: 15, action: action, symbols: [])
        #expect(try await find(RspamdCheck.self, .opinion(opinion)).weight == .score(FilterScore(tenths: 30)))
        #expect(try await find(RspamdCheck.self, .opinion(opinion)) { $0.rspamd.heedsActions = true }.weight == weight)
    }

    @Test func `our own mail is looked at for viruses, and by nothing else`() async throws {
        let pipeline = FilterPipeline(try environment(Scripted(report: .virus("Bad"))))
        let own = try subject(isOwn: true) { $0.attachments.largeMessageBytes = 1 }
        #expect(await pipeline.run(.message, own).map(\.check) == ["clamav"])
        let left = try subject(isOwn: true) { $0.clamAV.scansOwnMail = false }
        #expect(await pipeline.run(.message, left).isEmpty && !pipeline.concernsOwnMail(left))
    }
}
