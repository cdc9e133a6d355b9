extension BayesSnapshot {
    /// Reads and checks a whole file; nothing of it is used before its checksum is right.
    /// - Parameters:
    ///   - bytes: the file's content, in memory or mapped.
    ///   - inUse: the snapshot that this one would replace; only a newer one is taken.
    /// - Throws: What is wrong with it; each kind of damage has its own case.
    package init(reading bytes: [UInt8], inUse: BayesSnapshotNumber? = nil) throws(BayesFileError) {
        let head = try Self.head(bytes)
        try Self.checkLength(bytes.count, features: head.features)
        try SealedFile.checkSeal(bytes)
        if let inUse, head.number <= inUse { throw .notNewer(head.number, inUse: inUse) }
        try self.init(head, bytes)
    }

    private struct Head {
        var number: BayesSnapshotNumber
        var features: UInt64
        var ham: UInt64
        var spam: UInt64
        var constant: Double
        var slope: Double
        var offset: Double
    }

    /// What says which kind of file it is comes first: another version may have another length.
    private static func head(_ bytes: [UInt8]) throws(BayesFileError) -> Head {
        try SealedFile.checkPrefix(
            bytes, kind: magic, formatVersion: formatVersion, minimumBytes: headBytes + SealedFile.checksumBytes)
        return Head(
            number: BayesSnapshotNumber(epoch: SealedFile.integer(bytes, at: 16), sequence: SealedFile.integer(bytes, at: 24)),
            features: SealedFile.integer(bytes, at: 32),
            ham: SealedFile.integer(bytes, at: 40), spam: SealedFile.integer(bytes, at: 48),
            constant: Double(bitPattern: SealedFile.integer(bytes, at: 56)),
            slope: Double(bitPattern: SealedFile.integer(bytes, at: 64)), offset: Double(bitPattern: SealedFile.integer(bytes, at: 72)))
    }

    private static func checkLength(_ count: Int, features: UInt64) throws(BayesFileError) {
        guard features <= UInt64(maximumFeatures) else { throw .malformed(.featureCount) }
        let expected = headBytes + Int(features) * featureBytes + SealedFile.checksumBytes
        if count < expected { throw .truncated(bytes: count, expected: expected) }
        if count > expected { throw .tooLong(bytes: count, expected: expected) }
    }

    private init(_ head: Head, _ bytes: [UInt8]) throws(BayesFileError) {
        guard head.ham < 1 << 32, head.spam < 1 << 32 else { throw .malformed(.sampleCount) }
        guard head.constant.isFinite, head.slope.isFinite, head.offset.isFinite, head.slope >= 0 else { throw .malformed(.calibration) }
        let count = Int(head.features)
        let start = Self.headBytes
        let names: [UInt64] = SealedFile.column(bytes, at: start, count)
        let weights: [UInt32] = SealedFile.column(bytes, at: start + 8 * count, count)
        let squares: [UInt32] = SealedFile.column(bytes, at: start + 12 * count, count)
        let ham: [UInt32] = SealedFile.column(bytes, at: start + 16 * count, count)
        let spam: [UInt32] = SealedFile.column(bytes, at: start + 20 * count, count)
        guard zip(names, names.dropFirst()).allSatisfy(<), names.first != 0 else { throw .malformed(.order) }
        guard squares.allSatisfy({ $0 <= UInt32(Int32.max) }) else { throw .malformed(.square) }
        guard ham.allSatisfy({ $0 <= head.ham }), spam.allSatisfy({ $0 <= head.spam }) else { throw .malformed(.tokenCount) }
        self.init(
            number: head.number,
            model: BayesModel(
                names: names, weights: weights.map { Int32(bitPattern: $0) }, squares: squares.map { Int32(bitPattern: $0) }, ham: ham,
                spam: spam, constant: head.constant, calibration: ScoreCalibration(slope: head.slope, offset: head.offset),
                hamSamples: Int(head.ham), spamSamples: Int(head.spam)))
    }
}
