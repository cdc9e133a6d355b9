import Testing

@testable import BayesianLearning

@Suite struct SnapshotTests {
    private static let number = BayesSnapshotNumber(epoch: 3, sequence: 7)
    private static let model: BayesModel = {
        do { return try BayesTrainer().train(ClassifierTests.samples) } catch { preconditionFailure("\(error)") }
    }()
    private static let bytes = BayesSnapshot(number: number, model: model).bytes

    private static func refusal(_ bytes: [UInt8], inUse: BayesSnapshotNumber? = nil) -> BayesFileError? {
        do {
            _ = try BayesSnapshot(reading: bytes, inUse: inUse)
            return nil
        } catch { return error }
    }

    /// The file with some bytes set and the checksum made right again.
    private static func with(_ settings: [(place: Int, byte: UInt8)]) -> [UInt8] {
        resealed { content in
            for (place, byte) in settings { content[place] = byte }
        }
    }

    /// The file with its content changed and the checksum made right again.
    private static func resealed(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var content = Array(bytes.dropLast(SealedFile.checksumBytes))
        change(&content)
        return SealedFile.sealed(content)
    }

    @Test func `a snapshot read back gives bit-identical scores`() throws {
        let read = try BayesSnapshot(reading: Self.bytes)
        #expect(read.number == Self.number)
        #expect(read.bytes == Self.bytes)
        for sample in SyntheticMail.samples(ofEach: 50, seed: 5) {
            let tokens = MessageTokens(hashes: sample.tokens)
            #expect(read.model.score(tokens).probability.bitPattern == Self.model.score(tokens).probability.bitPattern)
        }
    }

    @Test func `a snapshot cut anywhere is refused as truncated`() {
        for length in stride(from: 1, to: Self.bytes.count, by: 97) + [1, 7, 8, 119, 120, Self.bytes.count - 1] {
            guard case .truncated? = Self.refusal(Array(Self.bytes.prefix(length))) else {
                Issue.record("cut to \(length): \(String(describing: Self.refusal(Array(Self.bytes.prefix(length)))))")
                continue
            }
        }
        #expect(Self.refusal([]) == .notThisKind)
    }

    @Test func `a single bit changed anywhere is noticed`() {
        for place in stride(from: 0, to: Self.bytes.count, by: 61) {
            var damaged = Self.bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            #expect(Self.refusal(damaged) != nil, "byte \(place)")
        }
        var damaged = Self.bytes
        damaged[BayesSnapshot.headBytes + 5] ^= 0x10
        #expect(Self.refusal(damaged) == .checksumMismatch)
    }

    @Test func `bytes that follow the end are refused`() {
        #expect(Self.refusal(Self.bytes + [0]) == .tooLong(bytes: Self.bytes.count + 1, expected: Self.bytes.count))
    }

    @Test func `another kind of file is refused`() {
        #expect(Self.refusal(Array("Subject: no snapshot\n\ntext\n".utf8)) == .notThisKind)
    }

    @Test func `other versions of file and tokens are refused by number`() {
        #expect(Self.refusal(Self.with([(8, 2)])) == .otherFormat(version: 2))
        #expect(Self.refusal(Self.with([(12, 9)])) == .otherTokens(version: 9))
    }

    @Test(arguments: [(3, 7), (3, 8), (4, 0)])
    func `a snapshot that is not newer is refused`(epoch: UInt64, sequence: UInt64) {
        let inUse = BayesSnapshotNumber(epoch: epoch, sequence: sequence)
        #expect(Self.refusal(Self.bytes, inUse: inUse) == .notNewer(Self.number, inUse: inUse))
    }

    @Test(arguments: [(3, 6), (2, 900)])
    func `a newer snapshot is taken`(epoch: UInt64, sequence: UInt64) {
        #expect(Self.refusal(Self.bytes, inUse: BayesSnapshotNumber(epoch: epoch, sequence: sequence)) == nil)
    }

    @Test func `what makes no sense is refused although its checksum is right`() {
        let start = BayesSnapshot.headBytes
        #expect(Self.refusal(Self.with([(start + 7, 0xFF)])) == .malformed(.order))
        #expect(Self.refusal(Self.with([(63, 0x7F), (62, 0xF0)])) == .malformed(.calibration))
        #expect(Self.refusal(Self.with([(39, 0xFF)])) == .malformed(.featureCount))
        #expect(Self.refusal(Self.with([(47, 0xFF)])) == .malformed(.sampleCount))
        #expect(Self.refusal(Self.with([(40, 0), (41, 0)])) == .malformed(.tokenCount))
        let squares = start + 12 * Self.model.featureCount
        #expect(Self.refusal(Self.with([(squares + 3, 0xFF)])) == .malformed(.square))
    }

    @Test func `random damage with a right checksum is refused or read, never fatal`() {
        var generator = SyntheticMail(seed: 21)
        for _ in 0..<200 {
            let damaged = Self.resealed { content in
                for _ in 0..<(1 + generator.next() % 4) {
                    let limit = generator.next() % 2 == 0 ? UInt64(BayesSnapshot.headBytes) : UInt64(content.count)
                    content[Int(generator.next() % limit)] = UInt8(truncatingIfNeeded: generator.next())
                }
                if generator.next() % 8 == 0 { content.removeLast(Int(generator.next() % 200)) }
            }
            guard let read = try? BayesSnapshot(reading: damaged) else { continue }  // Refused is what is hoped for.
            let score = read.model.score(MessageTokens(hashes: ClassifierTests.samples[0].tokens))
            #expect(score.probability >= 0 && score.probability <= 1)
        }
    }
}
