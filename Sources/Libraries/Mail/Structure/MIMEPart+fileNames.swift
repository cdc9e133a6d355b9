extension MIMEPart {
    /// Every name under which some mail program might save this part, the likeliest first, each once.
    package var fileNames: [String] { fileNameList.names }

    /// The same, and whether they are all.
    ///
    /// Gathered from all `Content-Disposition` and `Content-Type` fields, all their `filename` and `name` parameters, RFC 2231 or not,
    /// with and without encoded words decoded. Whoever blocks by name must look at all of them, because senders hide names.
    package var fileNameList: FileNameList {
        var list = FileNameList(limit: Self.maximumNames)
        let dispositions = values("Content-Disposition", &list)
        let types = values("Content-Type", &list)
        // The parameters made for names first, so that none of the others takes their room.
        add("filename", of: dispositions, to: &list)
        add("name", of: types, to: &list)
        add("name", of: dispositions, to: &list)
        add("filename", of: types, to: &list)
        return list
    }

    /// More fields of one kind are an attack.
    private static let maximumFields = 10
    private static let maximumNames = 50

    private func values(_ field: String, _ list: inout FileNameList) -> [ParameterizedValue] {
        let fields = header.all(field)
        let values = fields.prefix(Self.maximumFields).map(\.parameterized)
        if fields.count > values.count || values.contains(where: \.isCut) { list.leaveOut() }
        return values
    }

    private func add(_ parameter: String, of values: [ParameterizedValue], to list: inout FileNameList) {
        for value in values {
            for candidate in value.parameters where candidate.name == parameter {
                for name in Self.readings(of: candidate) { list.add(name) }
            }
        }
    }

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
