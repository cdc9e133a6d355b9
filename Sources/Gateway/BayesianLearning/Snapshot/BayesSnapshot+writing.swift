extension BayesSnapshot {
    /// The bytes of the file. The same snapshot gives the same bytes everywhere.
    package var bytes: [UInt8] {
        var output = FileOutput(capacity: Self.headBytes + model.featureCount * Self.featureBytes)
        output.append(Self.magic)
        output.append(Self.formatVersion)
        output.append(Self.tokenVersion)
        output.append(number.epoch)
        output.append(number.sequence)
        output.append(UInt64(model.featureCount))
        output.append(UInt64(model.hamSamples))
        output.append(UInt64(model.spamSamples))
        output.append(model.constant.bitPattern)
        output.append(model.calibration.slope.bitPattern)
        output.append(model.calibration.offset.bitPattern)
        output.append(UInt64(0))  // Reserved.
        for name in model.names { output.append(name) }
        for weight in model.weights { output.append(UInt32(bitPattern: weight)) }
        for square in model.squares { output.append(UInt32(bitPattern: square)) }
        for count in model.ham { output.append(count) }
        for count in model.spam { output.append(count) }
        return SealedFile.sealed(output.bytes)
    }
}
