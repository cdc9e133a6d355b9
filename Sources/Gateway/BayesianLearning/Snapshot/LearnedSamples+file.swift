/// The samples as a file of their own: what the primary keeps of learned messages, so that the next one can go on from it.
///
/// The file is a `SealedFile`: the number of samples, then of each its identifier (16 bytes), kind (1), number of tokens (4) and tokens.
extension LearnedSamples {
    private static let magic = Array("SGLEARN\n".utf8)
    private static let formatVersion: UInt32 = 1
    /// Of the ledger's row.
    package static let identifierBytes = 16
    private static let entryBytes = identifierBytes + 5
    private static let headBytes = SealedFile.prefixBytes + 8

    /// The bytes of the file. The same samples give the same bytes.
    ///
    /// Every identifier must have `identifierBytes`.
    package var bytes: [UInt8] {
        let entries = all
        var output = FileOutput(capacity: entries.reduce(100) { $0 + Self.entryBytes + $1.sample.tokens.count * 8 })
        output.append(Self.magic)
        output.append(Self.formatVersion)
        output.append(BayesSnapshot.tokenVersion)
        output.append(UInt64(entries.count))
        for entry in entries {
            precondition(entry.identifier.count == Self.identifierBytes, "an identifier of another length")
            output.append(entry.identifier)
            output.append(UInt8(entry.sample.isSpam ? 1 : 0))
            output.append(UInt32(entry.sample.tokens.count))
            for token in entry.sample.tokens { output.append(token) }
        }
        return SealedFile.sealed(output.bytes)
    }

    /// Reads and checks a whole file. Samples beyond `maximumPerKind` age as if they were learned again in their order.
    /// - Throws: What is wrong with it; nothing of a damaged file is taken.
    package init(reading bytes: [UInt8], maximumPerKind: Int = LearnedSamples.maximumPerKind) throws(BayesFileError) {
        let least = Self.headBytes + SealedFile.checksumBytes
        try SealedFile.checkPrefix(bytes, kind: Self.magic, formatVersion: Self.formatVersion, minimumBytes: least)
        try SealedFile.checkSeal(bytes)
        self.init(maximumPerKind: maximumPerKind)
        let end = bytes.count - SealedFile.checksumBytes
        let count: UInt64 = SealedFile.integer(bytes, at: SealedFile.prefixBytes)
        guard count <= UInt64(bytes.count / Self.entryBytes) else { throw .malformed(.sampleCount) }
        var place = Self.headBytes
        for _ in 0..<Int(count) {
            let entry = try Self.entry(bytes, at: &place, end: end)
            guard learn(entry) == .learned else { throw .malformed(.repeatedSample) }
        }
        guard place == end else { throw .tooLong(bytes: bytes.count, expected: place + SealedFile.checksumBytes) }
    }

    private static func entry(_ bytes: [UInt8], at place: inout Int, end: Int) throws(BayesFileError) -> Entry {
        guard place + entryBytes <= end else { throw .malformed(.sampleCount) }
        let kind = bytes[place + identifierBytes]
        guard kind <= 1 else { throw .malformed(.kind) }
        let length: UInt32 = SealedFile.integer(bytes, at: place + identifierBytes + 1)
        let tokens = place + entryBytes
        guard Int(length) * 8 <= end - tokens else { throw .malformed(.tokenCount) }
        defer { place = tokens + Int(length) * 8 }
        return Entry(
            identifier: Array(bytes[place..<place + identifierBytes]),
            sample: LearnedSample(tokens: SealedFile.column(bytes, at: tokens, Int(length)), isSpam: kind == 1))
    }
}
