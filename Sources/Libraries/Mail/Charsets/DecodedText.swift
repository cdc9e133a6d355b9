/// Text read from bytes of a mail, and what had to be done to read it.
package struct DecodedText: Hashable, Sendable {
    package var text: String
    /// The charset the bytes were read in, lower case; not always the one of the label.
    package var charset: String
    /// Places where bytes had no meaning and U+FFFD stands.
    package var replacements: Int
    /// Whether the label was ignored because the bytes contradict it.
    package var isMislabelled: Bool

    /// Reads bytes as the label says, or as what they are when the label is missing or cannot be right. Never fails.
    ///
    /// The label wins while the bytes are valid in it, with one exception: bytes that are valid UTF-8 beyond ASCII are UTF-8 when the
    /// label is a single-byte one, in which anything would be valid.
    package init(_ bytes: ArraySlice<UInt8>, charset label: String?) {
        let declared = CharsetLabel(label)
        guard let plain = Self.plainASCII(bytes, declared: declared) else {
            self = Self.decoded(bytes, declared: declared)
            return
        }
        self = plain
    }

    init(text: String, charset: String, replacements: Int = 0, isMislabelled: Bool = false) {
        self.text = text
        self.charset = charset
        self.replacements = replacements
        self.isMislabelled = isMislabelled
    }
}

extension DecodedText {
    /// Most texts: nothing but ASCII in a set of which ASCII is a part.
    private static func plainASCII(_ bytes: ArraySlice<UInt8>, declared: CharsetLabel) -> DecodedText? {
        switch declared {
        case .named(let name) where !isASCIIBased(name): return nil
        case .iso2022JP where bytes.containsFast(0x0E): return nil  // shifted out to half-width katakana
        case .named, .ascii, .utf8, .windows1252, .iso2022JP, .eucJP, .shiftJIS, .unknown: break
        }
        guard bytes.isPlainASCII else { return nil }
        return DecodedText(text: String(decoding: bytes, as: UTF8.self), charset: declared == .unknown ? "us-ascii" : declared.name)
    }

    private static func isASCIIBased(_ name: String) -> Bool {
        !(name.hasPrefix("UTF-") || name.hasPrefix("ISO-2022") || name.hasPrefix("IBM"))
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>, declared: CharsetLabel) -> DecodedText {
        switch declared {
        case .ascii, .unknown: detected(bytes, declared: declared)
        case .utf8: utf8(bytes)
        case .windows1252: westernOrBetter(bytes, declared: declared)
        case .iso2022JP: labelledISO2022JP(bytes)
        case .eucJP, .shiftJIS: labelledOrBetter(bytes, declared: declared)
        case .named(let name): labelledOrBetter(bytes, declared: declared, isSingleByte: isSingleByte(name))
        }
    }

    private static func isSingleByte(_ name: String) -> Bool {
        name.hasPrefix("ISO-8859") || name.hasPrefix("CP125") || name.hasPrefix("KOI8") || name.hasPrefix("MAC") || name == "CP874"
    }

    private static func detected(_ bytes: ArraySlice<UInt8>, declared: CharsetLabel) -> DecodedText {
        let found = better(bytes, than: declared) ?? reading(bytes, as: .windows1252)
        return DecodedText(
            text: found.text, charset: found.charset, replacements: found.replacements, isMislabelled: declared != .unknown)
    }

    private static func utf8(_ bytes: ArraySlice<UInt8>) -> DecodedText {
        let strict = reading(bytes, as: .utf8)
        if CharsetDetection.hasJapaneseEscapes(bytes), let better = better(bytes, than: .utf8) { return better }
        // A cut or damaged UTF-8 text still has far more valid characters than broken ones; then the label is right.
        let characters = strict.replacements == 0 ? 0 : strict.text.unicodeScalars.lazy.filter { $0.value > 0x7F && $0 != "\u{FFFD}" }.count
        guard strict.replacements > 0, strict.replacements > characters / 4 else { return strict }
        return better(bytes, than: .utf8) ?? strict
    }

    private static func westernOrBetter(_ bytes: ArraySlice<UInt8>, declared: CharsetLabel) -> DecodedText {
        // First the escapes: what is written with them is ASCII byte by byte, and so valid UTF-8 as well.
        if CharsetDetection.hasJapaneseEscapes(bytes), let better = better(bytes, than: declared) { return better }
        if let text = validUTF8(bytes) { return DecodedText(text: text, charset: "utf-8", isMislabelled: true) }
        return reading(bytes, as: declared)
    }

    private static func labelledISO2022JP(_ bytes: ArraySlice<UInt8>) -> DecodedText {
        if bytes.containsEightBit, !CharsetDetection.hasJapaneseEscapes(bytes), let better = better(bytes, than: .iso2022JP) {
            return better
        }
        return reading(bytes, as: .iso2022JP)
    }

    private static func labelledOrBetter(_ bytes: ArraySlice<UInt8>, declared: CharsetLabel, isSingleByte: Bool = false) -> DecodedText {
        if isSingleByte { return westernOrBetter(bytes, declared: declared) }
        let labelled = reading(bytes, as: declared)
        guard labelled.replacements > 0 || CharsetDetection.hasJapaneseEscapes(bytes) else { return labelled }
        return better(bytes, than: declared) ?? labelled
    }

    /// Another reading in which the bytes make sense without a single replacement.
    private static func better(_ bytes: ArraySlice<UInt8>, than declared: CharsetLabel) -> DecodedText? {
        var candidates: [CharsetLabel] = []
        if CharsetDetection.hasJapaneseEscapes(bytes) { candidates.append(.iso2022JP) }
        candidates.append(.utf8)
        if let japanese = CharsetDetection.japanese(bytes) { candidates.append(japanese) }
        if declared.isJapanese { candidates += [.shiftJIS, .eucJP] }
        for candidate in candidates where candidate != declared {
            var attempt = reading(bytes, as: candidate)
            attempt.isMislabelled = true
            if attempt.replacements == 0 { return attempt }
        }
        return nil
    }

    private static func reading(_ bytes: ArraySlice<UInt8>, as label: CharsetLabel) -> DecodedText {
        switch label {
        case .ascii, .utf8, .unknown: replacingUTF8(bytes)
        case .windows1252: Windows1252.decode(bytes)
        case .iso2022JP: decoded(JapaneseText.iso2022JP(bytes), label)
        case .eucJP: decoded(JapaneseText.eucJP(bytes), label)
        case .shiftJIS: converted(bytes, from: "CP932", label)
        case .named("UTF-16"): converted(bytes, from: CharsetDetection.utf16ByteOrder(bytes), label)
        case .named(let name): converted(bytes, from: name, label)
        }
    }

    private static func converted(_ bytes: ArraySlice<UInt8>, from name: String, _ label: CharsetLabel) -> DecodedText {
        guard let output = CharsetConverterPool.convert(bytes, from: name) else { return detected(bytes, declared: .unknown) }
        return decoded(output, label)
    }

    private static func decoded(_ output: CharsetConverter.Output, _ label: CharsetLabel) -> DecodedText {
        DecodedText(text: withoutByteOrderMark(output.utf8[...]), charset: label.name, replacements: output.replacements)
    }

    private static func validUTF8(_ bytes: ArraySlice<UInt8>) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    private static func replacingUTF8(_ bytes: ArraySlice<UInt8>) -> DecodedText {
        let text = withoutByteOrderMark(bytes)
        guard validUTF8(bytes) == nil else { return DecodedText(text: text, charset: "utf-8") }
        let replacements = text.unicodeScalars.lazy.filter { $0 == "\u{FFFD}" }.count
        return DecodedText(text: text, charset: "utf-8", replacements: max(1, replacements))
    }

    private static func withoutByteOrderMark(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes, as: UTF8.self)
    }
}
