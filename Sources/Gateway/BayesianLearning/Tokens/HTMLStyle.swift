/// Reads a style attribute: its declarations as tokens, and whether it hides its element.
struct HTMLStyle {
    private static let maximumBytes = 1_024
    private static let maximumDeclarationBytes = 40
    private static let display = HTMLName("display").hash
    private static let visibility = HTMLName("visibility").hash
    private static let fontSize = HTMLName("font-size").hash
    private static let opacity = HTMLName("opacity").hash
    private static let maximumHeight = HTMLName("max-height").hash
    private static let hide = HTMLName("mso-hide").hash

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var isHiding = false

    init(_ value: UnsafeBufferPointer<UInt8>) { bytes = UnsafeBufferPointer(rebasing: value.prefix(Self.maximumBytes)) }

    mutating func read(into collector: inout TokenCollector) {
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x3B { end += 1 }
            declaration(UnsafeBufferPointer(rebasing: bytes[start..<end]), &collector)
            start = end + 1
        }
    }

    private mutating func declaration(_ text: UnsafeBufferPointer<UInt8>, _ collector: inout TokenCollector) {
        var name = HTMLName()
        var index = 0
        while index < text.count, text[index] != 0x3A {
            let byte = text[index]
            if byte > 0x20 { name.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) }
            index += 1
        }
        guard index < text.count, !name.isEmpty else { return }
        let value = UnsafeBufferPointer(rebasing: text[(index + 1)...])
        if hides(name, value) { isHiding = true }
        if text.count <= Self.maximumDeclarationBytes { collector.add(named: name, value: value, .tag) }
    }

    private func hides(_ name: HTMLName, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
        switch name.hash {
        case Self.display: Self.starts(value, "none")
        case Self.visibility: Self.starts(value, "hidden")
        case Self.hide: Self.starts(value, "all")
        case Self.fontSize: Self.isTiny(value)
        case Self.opacity, Self.maximumHeight: Self.isZero(value)
        default: false
        }
    }

    private static func starts(_ value: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        var matched = 0
        let length = word.utf8CodeUnitCount
        for byte in value {
            if matched == 0, byte <= 0x20 { continue }
            guard matched < length, byte | 0x20 == word.utf8Start[matched] else { break }
            matched += 1
        }
        return matched == length
    }

    /// 0 or 1 pixel or point.
    private static func isTiny(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let trimmed = value.drop { $0 <= 0x20 }
        let digits = trimmed.prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        guard digits.count == 1, let digit = digits.first else { return false }
        guard digit == 0x31 else { return digit == 0x30 }
        return trimmed.dropFirst().prefix(1).contains { $0 | 0x20 == 0x70 }
    }

    private static func isZero(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        let digits = value.drop { $0 <= 0x20 }.prefix { $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2E }
        return !digits.isEmpty && digits.allSatisfy { $0 == 0x30 || $0 == 0x2E }
    }
}
