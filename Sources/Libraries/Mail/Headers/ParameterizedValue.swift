/// A header value with parameters, `value; name=value`, as in `Content-Type` and `Content-Disposition` (RFC 2045 §5.1, RFC 2231).
///
/// Reading forgives what mail programs and attackers get wrong, and says so in `faults`; contradicting parameters are all kept.
package struct ParameterizedValue: Hashable, Sendable {
    package struct Parameter: Hashable, Sendable {
        /// Lower case, without the asterisks of RFC 2231.
        package var name: String
        /// Decoded: percent signs, charset and continuations resolved; encoded words are left as they are.
        package var value: String
        /// Whether RFC 2231 with a charset was used.
        package var isExtended: Bool
        /// Other ways in which programs might read the same malformed text.
        var alternatives: [[UInt8]] = []
    }

    /// Before the first semicolon, lower case, without comments.
    package var value: String
    /// Extended ones first, then by place.
    package var parameters: [Parameter]
    /// Which rules were broken.
    package var faults: Set<MessageAnomaly.Kind>
    /// Whether there were more parameters than are read.
    package let isCut: Bool

    /// Reads an unfolded field body; linear in its length.
    package init(parsing bytes: [UInt8]) {
        var scanner = ParameterScanner(bytes)
        value = scanner.scanValue()
        var assembly = ParameterAssembly()
        while let raw = scanner.next() { assembly.add(raw) }
        parameters = assembly.finish()
        faults = scanner.faults.union(assembly.faults)
        isCut = assembly.isCut
    }

    /// The first parameter of that name (lower case); an extended one wins over a plain one.
    package func first(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// All parameters of that name (lower case).
    package func all(_ name: String) -> [String] { parameters.lazy.filter { $0.name == name }.map(\.value) }
}

/// One parameter before RFC 2231 is applied.
struct RawParameter {
    var name: [UInt8]
    var value: [UInt8]
    var alternatives: [[UInt8]] = []
}

/// Puts RFC 2231 continuations together.
private struct ParameterAssembly {
    /// Pieces of one value; more are never needed for a line a person would write.
    private static let maximumSegments = 1_000
    private static let maximumParameters = 1_000

    private struct Segment {
        var index: Int
        var bytes: [UInt8]
        var isExtended: Bool
    }

    private(set) var faults: Set<MessageAnomaly.Kind> = []
    private var plain: [ParameterizedValue.Parameter] = []
    private var extended: [ParameterizedValue.Parameter] = []
    private var segments: [String: [Segment]] = [:]
    private var segmentOrder: [String] = []
    private var seen: Set<String> = []
    private var count = 0

    var isCut: Bool { count > Self.maximumParameters }

    mutating func add(_ raw: RawParameter) {
        count += 1
        guard count <= Self.maximumParameters else {
            faults.insert(.malformedParameters)
            return
        }
        let fullName = raw.name[...].lowercasedLatin
        if !seen.insert(fullName).inserted { faults.insert(.duplicatedParameter) }
        let parts = fullName.split(separator: "*", omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let last = parts.last ?? ""
        switch parts.count {
        case 1: plain.append(.init(name: name, value: Self.text(raw.value), isExtended: false, alternatives: raw.alternatives))
        case 2 where last.isEmpty: addExtended(name, raw)
        case 2: addSegment(name, index: last, raw, isExtended: false)
        case 3 where last.isEmpty: addSegment(name, index: parts[1], raw, isExtended: true)
        default: faults.insert(.malformedParameters)
        }
    }

    mutating func finish() -> [ParameterizedValue.Parameter] {
        for name in segmentOrder { joinSegments(name) }
        if !extended.isEmpty {
            let both = Set(extended.map(\.name)).intersection(plain.map(\.name))
            if both.contains("boundary") { faults.insert(.duplicatedParameter) }
        }
        return extended + plain
    }

    private mutating func addExtended(_ name: String, _ raw: RawParameter) {
        let value = decodedExtended(raw.value)
        extended.append(.init(name: name, value: value, isExtended: true, alternatives: [raw.value]))
    }

    private mutating func addSegment(_ name: String, index: Substring, _ raw: RawParameter, isExtended: Bool) {
        guard let number = Int(index), (0..<Self.maximumSegments).contains(number), String(number) == index else {
            faults.insert(.malformedParameters)
            return
        }
        if segments[name] == nil { segmentOrder.append(name) }
        segments[name, default: []].append(Segment(index: number, bytes: raw.value, isExtended: isExtended))
    }

    private mutating func joinSegments(_ name: String) {
        let ordered = (segments[name] ?? []).sorted { $0.index < $1.index }
        var charset: String?
        var bytes: [UInt8] = []
        var expected = 0
        for segment in ordered {
            if segment.index != expected { faults.insert(.malformedParameters) }
            expected = segment.index + 1
            if segment.isExtended, segment.index == 0, let split = Self.splitCharset(segment.bytes) {
                charset = split.charset
                bytes += Self.percentDecoded(split.rest)
            } else {
                bytes += segment.isExtended ? Self.percentDecoded(segment.bytes[...]) : segment.bytes
            }
        }
        let isExtended = ordered.contains(where: \.isExtended)
        let asWritten = (segments[name] ?? []).flatMap(\.bytes)
        // Programs that do not sort the pieces join them as they stand.
        let isSorted = ordered.map(\.index) == (segments[name] ?? []).map(\.index)
        extended.append(
            .init(
                name: name, value: DecodedText(bytes[...], charset: charset).text, isExtended: isExtended,
                alternatives: isSorted ? [] : [asWritten, Self.withoutCharset(asWritten)]))
    }

    private mutating func decodedExtended(_ bytes: [UInt8]) -> String {
        guard let split = Self.splitCharset(bytes) else {
            faults.insert(.malformedParameters)
            return Self.text(Self.percentDecoded(bytes[...]))
        }
        return DecodedText(Self.percentDecoded(split.rest)[...], charset: split.charset).text
    }

    /// `charset'language'text`
    private static func splitCharset(_ bytes: [UInt8]) -> (charset: String?, rest: ArraySlice<UInt8>)? {
        guard let first = bytes.firstIndex(of: 0x27), let second = bytes[(first + 1)...].firstIndex(of: 0x27) else { return nil }
        let charset = String(decoding: bytes[..<first], as: UTF8.self)
        return (charset.isEmpty ? nil : charset, bytes[(second + 1)...])
    }

    private static func withoutCharset(_ bytes: [UInt8]) -> [UInt8] {
        // The charset may stand in the middle when the pieces are out of order.
        percentDecoded(bytes.filter { $0 != 0x27 }[...])
    }

    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == 0x25, index + 2 < bytes.endIndex, let high = bytes[index + 1].hexadecimalValue,
                let low = bytes[index + 2].hexadecimalValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func text(_ bytes: [UInt8]) -> String { DecodedText(bytes[...], charset: nil).text }
}
