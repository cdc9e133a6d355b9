extension MIMEPart {
    /// Every name under which some mail program might save this part, the likeliest first, each once.
    ///
    /// Gathered from all `Content-Disposition` and `Content-Type` fields, all their `filename` and `name` parameters, RFC 2231 or not,
    /// with and without encoded words decoded. Whoever blocks by name must look at all of them, because senders hide names.
    package var fileNames: [String] {
        var names: [String] = []
        for (field, parameter) in [("Content-Disposition", "filename"), ("Content-Type", "name")] {
            for value in header.all(field).prefix(Self.maximumFields).map(\.parameterized) {
                for candidate in value.parameters
                where candidate.name == parameter || candidate.name == "name" || candidate.name == "filename" {
                    for name in Self.readings(of: candidate) where names.count < Self.maximumNames && !names.contains(name) {
                        names.append(name)
                    }
                }
            }
        }
        return names
    }

    /// More fields of one kind are an attack and get no further reading; the structure has an anomaly for them.
    private static let maximumFields = 10
    private static let maximumNames = 50

    private static func readings(of parameter: ParameterizedValue.Parameter) -> [String] {
        // The raw form of RFC 2231, charset and percent signs included, is no name under which anything is saved.
        let alternatives = parameter.alternatives.filter { !parameter.isExtended || !$0.contains(0x27) }
        var readings: [String] = []
        for bytes in [Array(parameter.value.utf8)] + alternatives {
            let decoded = EncodedWord.decode(bytes)
            readings.append(decoded)
            readings.append(DecodedText(bytes[...], charset: nil).text)
            // Single quotes are part of the name by the letter of RFC 2045, but some programs take them off.
            if decoded.utf8.count > 2, decoded.hasPrefix("'"), decoded.hasSuffix("'") {
                readings.append(String(decoded.dropFirst().dropLast()))
            }
        }
        return readings.filter { !$0.isEmpty }
    }
}
