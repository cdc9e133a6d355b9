import Glibc
import Mail
import Testing

@testable import BayesianLearning

@Suite struct ClassifierTests {
    static let samples = SyntheticMail.samples(ofEach: 300)

    @Test(arguments: [(199, 300), (300, 199), (0, 0)])
    func `with fewer than two hundred of a kind nothing is learned`(ham: Int, spam: Int) {
        let kept = Self.samples.filter { !$0.isSpam }.prefix(ham) + Self.samples.filter(\.isSpam).prefix(spam)
        #expect(throws: BayesError.tooFewSamples(ham: ham, spam: spam, minimum: 200)) { try BayesTrainer().train(Array(kept)) }
    }

    @Test func `mails it has not seen are told apart`() throws {
        let model = try BayesTrainer().train(Self.samples)
        for sample in SyntheticMail.samples(ofEach: 200, seed: 99) {
            let score = model.score(MessageTokens(hashes: sample.tokens))
            #expect(sample.isSpam ? score.isSpam : score.isHam)
        }
    }

    @Test func `a message of unknown tokens alone is neither`() throws {
        let model = try BayesTrainer().train(Self.samples)
        let score = model.score(MessageTokens(hashes: [1, 2, 3]))
        #expect(score.knownTokens == 0)
        #expect(!score.isSpam)
        #expect(score == model.score(MessageTokens(hashes: [])))
    }

    @Test func `the same samples give the same model to the last bit`() throws {
        let number = BayesSnapshotNumber(epoch: 1, sequence: 1)
        let first = try BayesSnapshot(number: number, model: BayesTrainer().train(Self.samples)).bytes
        let second = try BayesSnapshot(number: number, model: BayesTrainer().train(Self.samples)).bytes
        #expect(first == second)
    }

    @Test func `the order of the tokens does not change a score`() throws {
        let model = try BayesTrainer().train(Self.samples)
        for sample in Self.samples.prefix(50) {
            let forward = model.score(MessageTokens(hashes: sample.tokens))
            #expect(forward.probability.bitPattern == model.score(MessageTokens(hashes: sample.tokens.reversed())).probability.bitPattern)
        }
    }

    @Test func `a score is explained by the words that made it`() throws {
        let model = try BayesTrainer().train(Self.samples)
        let message = Array("From: A <a@example.com>\nSubject: casino\n\ncasino winner prize the meeting\n".utf8)
        let explanation = model.explanation(of: MessageTokenizer().tokens(of: MessageReader().read(message), keepsText: true))
        let casino = try #require(explanation.evidence.first { $0.text == "casino" })
        let meeting = try #require(explanation.evidence.first { $0.text == "meeting" })
        #expect(casino.push > 0 && casino.spam > casino.ham)
        #expect(meeting.push < 0 && meeting.ham > meeting.spam)
        #expect(explanation.score == model.score(MessageTokenizer().tokens(of: message)))
    }

    @Test func `the model keeps within its bound`() throws {
        var trainer = BayesTrainer()
        trainer.maximumFeatures = 40
        #expect(try trainer.train(Self.samples).featureCount <= 40)
    }

    @Test func `logarithm and exponential agree with the C library`() {
        for step in 1...2_000 {
            let value = Double(step) * 0.37
            #expect(abs(DeterministicMath.log2(value) - Glibc.log2(value)) < 1e-11)
            let exponent = value / 2 - 200
            #expect(abs(DeterministicMath.exp(exponent) / Glibc.exp(exponent) - 1) < 1e-11)
        }
        #expect(DeterministicMath.logistic(0) == 0.5)
    }
}

@Suite struct LearnedSamplesTests {
    private static func entry(_ number: UInt8, isSpam: Bool = true) -> LearnedSamples.Entry {
        LearnedSamples.Entry(identifier: [number], sample: LearnedSample(tokens: [UInt64(number)], isSpam: isSpam))
    }

    @Test func `a message unlearned leaves nothing behind`() throws {
        var samples = LearnedSamples()
        for (place, sample) in ClassifierTests.samples.enumerated() {
            _ = samples.learn(LearnedSamples.Entry(identifier: [UInt8(place >> 8), UInt8(place & 255)], sample: sample))
        }
        let before = try BayesTrainer().train(samples.samples)
        let extra = LearnedSamples.Entry(identifier: [9, 9, 9], sample: LearnedSample(tokens: Array(1...500), isSpam: false))
        let outcome = samples.learn(extra)
        #expect(outcome == .learned)
        samples.unlearn([9, 9, 9])
        let number = BayesSnapshotNumber(epoch: 1, sequence: 1)
        let after = try BayesTrainer().train(samples.samples)
        #expect(BayesSnapshot(number: number, model: before).bytes == BayesSnapshot(number: number, model: after).bytes)
    }

    @Test func `a message learned twice counts once, and the last word counts`() {
        var samples = LearnedSamples()
        let outcomes = [Self.entry(1), Self.entry(1), Self.entry(1, isSpam: false)].map { samples.learn($0) }
        #expect(outcomes == [.learned, .known, .corrected])
        #expect(samples.spamCount == 0 && samples.hamCount == 1)
        let wasKnown = samples.unlearn([2])
        #expect(!wasKnown)
    }

    @Test func `the oldest of a kind goes when there are too many`() {
        var samples = LearnedSamples(maximumPerKind: 3)
        _ = samples.learn(Self.entry(100, isSpam: false))
        for number in 1...200 where number != 100 { _ = samples.learn(Self.entry(UInt8(number))) }
        #expect(samples.all.map { $0.identifier[0] } == [100, 198, 199, 200])
        #expect(samples.spamCount == 3 && samples.hamCount == 1)
    }
}
