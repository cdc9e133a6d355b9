import Testing

@testable import BayesianLearning

@Suite struct LearnedSamplesFileTests {
    private static let samples: LearnedSamples = {
        var samples = LearnedSamples()
        for (place, sample) in ClassifierTests.samples.prefix(40).enumerated() {
            _ = samples.learn(LearnedSamples.Entry(identifier: identifier(place), sample: sample))
        }
        return samples
    }()

    private static func identifier(_ place: Int) -> [UInt8] { Array(repeating: UInt8(place), count: LearnedSamples.identifierBytes) }

    private static func refusal(_ bytes: [UInt8]) -> BayesFileError? {
        do {
            _ = try LearnedSamples(reading: bytes)
            return nil
        } catch { return error }
    }

    private static func with(_ place: Int, _ byte: UInt8) -> [UInt8] {
        var content = Array(samples.bytes.dropLast(SealedFile.checksumBytes))
        content[place] = byte
        return SealedFile.sealed(content)
    }

    @Test func `samples read back are the same in the same order`() throws {
        let read = try LearnedSamples(reading: Self.samples.bytes)
        #expect(read.all == Self.samples.all)
        #expect(read.hamCount == 20 && read.spamCount == 20)
        #expect(try LearnedSamples(reading: LearnedSamples().bytes).all.isEmpty)
    }

    @Test func `a smaller bound keeps the newest of each kind`() throws {
        let read = try LearnedSamples(reading: Self.samples.bytes, maximumPerKind: 3)
        #expect(read.all == Array(Self.samples.all.suffix(6)))
    }

    @Test func `damage of every kind is refused`() {
        let bytes = Self.samples.bytes
        for length in stride(from: 0, to: bytes.count, by: 211) { #expect(Self.refusal(Array(bytes.prefix(length))) != nil) }
        for place in stride(from: 0, to: bytes.count, by: 173) {
            var damaged = bytes
            damaged[place] ^= 4
            #expect(Self.refusal(damaged) != nil)
        }
        #expect(Self.refusal(BayesSnapshotBytes.any) == .notThisKind)
        #expect(Self.refusal(Self.with(8, 2)) == .otherFormat(version: 2))
        #expect(Self.refusal(Self.with(12, 2)) == .otherTokens(version: 2))
        #expect(Self.refusal(Self.with(16, 41)) == .malformed(.sampleCount))
        #expect(Self.refusal(Self.with(22, 1)) == .malformed(.sampleCount))
        #expect(Self.refusal(Self.with(40, 2)) == .malformed(.kind))
        #expect(Self.refusal(Self.with(44, 0x7F)) == .malformed(.tokenCount))
        guard case .tooLong? = Self.refusal(Self.with(16, 39)) else {
            Issue.record("a sample too many was not noticed")
            return
        }
    }

    private enum BayesSnapshotBytes {
        static let any = BayesSnapshot.magic + Array(repeating: UInt8(0), count: 200)
    }
}
