import BayesianLearning
import DNS
import DomainsAndUsers
import Filtering
import Mail
import Settings
import Testing

/// Scores by what was learned.
struct BayesCheckTests {
    private static let spam = "From: a@example.net\r\nSubject: casino winner\r\n\r\ncasino winner lottery pills prize bonus\r\n"
    private static let ham = "From: b@example.org\r\nSubject: minutes of the meeting\r\n\r\nagenda minutes schedule kernel review patch\r\n"

    /// Thirty of each kind: few, but the test says how many are needed.
    private static let snapshot: BayesSnapshot = {
        var samples: [LearnedSample] = []
        for (text, isSpam) in [(spam, true), (ham, false)] {
            let tokens = MessageTokenizer().tokens(of: Array(text.utf8)).hashes
            samples += (0..<30).map { place in
                LearnedSample(tokens: tokens.enumerated().filter { ($0.offset + place) % 4 != 0 }.map(\.element), isSpam: isSpam)
            }
        }
        var trainer = BayesTrainer()
        trainer.minimumSamples = 30
        do {
            return BayesSnapshot(number: BayesSnapshotNumber(epoch: 2, sequence: 3), model: try trainer.train(samples))
        } catch { preconditionFailure("\(error)") }
    }()

    private func check(_ snapshot: BayesSnapshot?) throws -> BayesCheck {
        let base = try SubjectFixture().environment()
        return BayesCheck(
            CheckEnvironment(
                resolver: base.resolver, accessLists: base.accessLists, domains: base.domains, bayes: CurrentBayesSnapshot(snapshot)))
    }

    private func subject(_ content: String?, _ change: (inout BayesSettings) -> Void = { _ in }) throws -> FilterSubject {
        var fixture = SubjectFixture()
        fixture.settings.bayes.minimumSamples = 30
        change(&fixture.settings.bayes)
        fixture.content = content
        return try fixture.subject()
    }

    @Test func `a message like learned spam gets the score of its probability and the words that tell`() async throws {
        let results = try await check(Self.snapshot).find(
            try subject(Self.spam) { $0.scores = [ScoreStep(fromPerMille: 700, score: FilterScore(tenths: 42))] }, at: .message)
        let result = try #require(results.first)
        #expect(results.count == 1 && result.outcome == .found && result.weight == .score(FilterScore(tenths: 42)))
        #expect(result.text.english.hasPrefix("Spam probability "))
        #expect(result.detail.english.contains("casino"))
        #expect(!result.text.english.contains("casino"), "the refused sender does not learn which words gave him away")
    }

    @Test func `a message like learned mail gets the score of little probability`() async throws {
        let results = try await check(Self.snapshot).find(try subject(Self.ham), at: .message)
        #expect(results.map(\.weight) == [.score(FilterScore(tenths: -10))])
    }

    @Test func `without a snapshot, with too few samples or switched off nothing is looked into`() throws {
        #expect(try !check(nil).isWanted(try subject(Self.spam), at: .message))
        #expect(try !check(Self.snapshot).isWanted(try subject(Self.spam) { $0.minimumSamples = 200 }, at: .message))
        #expect(try !check(Self.snapshot).isWanted(try subject(Self.spam) { $0.isEnabled = false }, at: .message))
        #expect(try check(Self.snapshot).isWanted(try subject(Self.spam), at: .message))
    }

    @Test func `a message that could not be read is undecided`() async throws {
        #expect(try await check(Self.snapshot).find(try subject(nil), at: .message).map(\.outcome) == [.undecided])
    }

    @Test(arguments: [(0.0, -10), (0.1999, -10), (0.2, 0), (0.85, 20), (0.9, 35), (0.9899, 35), (0.99, 50), (1, 50)])
    func `the highest step that is reached counts`(probability: Double, tenths: Int) {
        #expect(BayesSettings().score(of: probability) == FilterScore(tenths: tenths))
    }

    @Test(arguments: ["90", "90=", "=3", "90=x", "101=3", "-1=3", "90=3=4"])
    func `what is no step of scores is refused`(text: String) {
        #expect(throws: SettingsValueError.self) { try ScoreStep.parse(text) }
    }
}
