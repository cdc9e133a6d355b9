/// The Bootstring encoding of RFC 3492 with the parameters of Punycode; works on one label without its `xn--`.
///
/// Labels are at most 63 octets, so the quadratic insertion of the algorithm is bounded by a constant.
enum Punycode {
    private static let base = 36
    private static let minimumThreshold = 1
    private static let maximumThreshold = 26
    private static let skew = 38
    private static let damp = 700
    private static let initialBias = 72
    private static let initialCodePoint = 128
    private static let delimiter: Unicode.Scalar = "-"
    /// More scalars than a label of 63 octets can stand for; keeps `encode` of hostile text short.
    private static let maximumScalars = 63
    private static let highestScalar = 0x10FFFF

    /// The ASCII form of a label, or nil when it is too long to be a label.
    static func encode(_ label: String) -> String? {
        let scalars = label.unicodeScalars.map { Int($0.value) }
        guard scalars.count <= maximumScalars else { return nil }
        var output = String(String.UnicodeScalarView(label.unicodeScalars.filter(\.isASCII)))
        let basicCount = output.unicodeScalars.count
        if basicCount > 0 { output.unicodeScalars.append(delimiter) }
        var codePoint = initialCodePoint
        var bias = initialBias
        var delta = 0
        var handled = basicCount
        while handled < scalars.count {
            guard let next = scalars.filter({ $0 >= codePoint }).min() else { return nil }
            delta += (next - codePoint) * (handled + 1)
            codePoint = next
            for scalar in scalars {
                if scalar < codePoint { delta += 1 }
                guard scalar == codePoint else { continue }
                appendVariableLength(delta, bias: bias, to: &output)
                bias = adapt(delta: delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            codePoint += 1
        }
        return output
    }

    /// The label an ASCII form stands for, or nil when it is no Punycode.
    static func decode(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count <= maximumScalars, bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        let delimiterIndex = bytes.lastIndex(of: 0x2D)
        var scalars = bytes[..<(delimiterIndex ?? 0)].map { Int($0) }
        var position = delimiterIndex.map { $0 + 1 } ?? 0
        var codePoint = initialCodePoint
        var bias = initialBias
        var insertion = 0
        while position < bytes.count {
            guard let advance = readVariableLength(bytes, from: &position, bias: bias) else { return nil }
            let previous = insertion
            insertion += advance
            let count = scalars.count + 1
            bias = adapt(delta: insertion - previous, count: count, isFirst: previous == 0)
            codePoint += insertion / count
            insertion %= count
            guard codePoint <= highestScalar else { return nil }
            scalars.insert(codePoint, at: insertion)
            insertion += 1
        }
        return joined(scalars)
    }

    private static func joined(_ values: [Int]) -> String? {
        var result = String.UnicodeScalarView()
        for value in values {
            guard let scalar = Unicode.Scalar(UInt32(value)) else { return nil }
            result.append(scalar)
        }
        return String(result)
    }

    private static func appendVariableLength(_ value: Int, bias: Int, to output: inout String) {
        var rest = value
        var position = base
        while true {
            let threshold = threshold(at: position, bias: bias)
            if rest < threshold { break }
            output.unicodeScalars.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
        output.unicodeScalars.append(digit(rest))
    }

    private static func readVariableLength(_ bytes: [UInt8], from index: inout Int, bias: Int) -> Int? {
        var result = 0
        var weight = 1
        var position = base
        while index < bytes.count {
            guard let value = digitValue(bytes[index]) else { return nil }
            index += 1
            let (product, overflowed) = value.multipliedReportingOverflow(by: weight)
            guard !overflowed, product <= Int(UInt32.max), result + product <= Int(UInt32.max) else { return nil }
            result += product
            let threshold = threshold(at: position, bias: bias)
            if value < threshold { return result }
            let (heavier, tooHeavy) = weight.multipliedReportingOverflow(by: base - threshold)
            guard !tooHeavy else { return nil }
            weight = heavier
            position += base
        }
        return nil
    }

    private static func threshold(at position: Int, bias: Int) -> Int {
        min(max(position - bias, minimumThreshold), maximumThreshold)
    }

    private static func adapt(delta: Int, count: Int, isFirst: Bool) -> Int {
        var scaled = isFirst ? delta / damp : delta / 2
        scaled += scaled / count
        var position = 0
        while scaled > ((base - minimumThreshold) * maximumThreshold) / 2 {
            scaled /= base - minimumThreshold
            position += base
        }
        return position + (base - minimumThreshold + 1) * scaled / (scaled + skew)
    }

    private static func digit(_ value: Int) -> Unicode.Scalar {
        Unicode.Scalar(UInt8(truncatingIfNeeded: value < 26 ? value + 0x61 : value - 26 + 0x30))
    }

    private static func digitValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30 + 26
        case 0x41...0x5A: Int(byte) - 0x41
        case 0x61...0x7A: Int(byte) - 0x61
        default: nil
        }
    }
}
