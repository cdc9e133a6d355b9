/// Quoted-printable of RFC 2045 §6.7: a tolerant reader and a writer.
enum QuotedPrintable {
    private static let equals: UInt8 = 0x3D
    private static let digits = Array("0123456789ABCDEF".utf8)
    /// RFC 2045 §6.7 rule 5.
    private static let maximumLineBytes = 76

    /// Decodes all of `bytes` up to `limit` octets. An equals sign without two digits stays as it is and is a fault; blanks at the ends
    /// of lines are dropped (rule 3). Line ends stay as they are.
    static func decode(_ bytes: ArraySlice<UInt8>, limit: Int = Int.max) -> DecodedBytes {
        var result = DecodedBytes()
        result.bytes.reserveCapacity(min(limit, bytes.count))
        // Blanks are held back until it is known whether the line ends behind them.
        var heldBlanks = bytes.startIndex..<bytes.startIndex
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard result.bytes.count < limit else {
                result.isTruncated = true
                return result
            }
            let byte = bytes[index]
            if byte.isBlank {
                heldBlanks = heldBlanks.isEmpty ? index..<index + 1 : heldBlanks.lowerBound..<index + 1
                index += 1
                continue
            }
            if byte != 0x0D && byte != 0x0A { result.bytes += bytes[heldBlanks] }
            heldBlanks = index..<index
            if byte == equals {
                index = decodeEscape(bytes, at: index, into: &result)
            } else {
                result.bytes.append(byte)
                index += 1
            }
        }
        if result.bytes.count > limit {
            result.bytes.removeLast(result.bytes.count - limit)
            result.isTruncated = true
        }
        return result
    }

    /// Returns where to go on.
    private static func decodeEscape(_ bytes: ArraySlice<UInt8>, at index: Int, into result: inout DecodedBytes) -> Int {
        if index + 2 < bytes.endIndex, let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue {
            // RFC 2045 §6.7 rule 1 wants capitals, and some programs insist.
            if bytes[index + 1] >= 0x61 || bytes[index + 2] >= 0x61 { result.faults.insert(.lowercaseQuotedPrintable) }
            result.bytes.append(high << 4 | low)
            return index + 3
        }
        var end = index + 1
        while end < bytes.endIndex, bytes[end].isBlank { end += 1 }
        if end == bytes.endIndex { return end }
        if bytes[end] == 0x0A { return end + 1 }
        if bytes[end] == 0x0D { return end + 1 < bytes.endIndex && bytes[end + 1] == 0x0A ? end + 2 : end + 1 }
        result.faults.insert(.malformedQuotedPrintable)
        result.bytes.append(equals)
        return index + 1
    }

    /// Encodes text: line ends (LF or CRLF) stay line ends and become CRLF, everything else is kept or escaped.
    static func encodeText(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 4)
        var lineStart = bytes.startIndex
        while lineStart < bytes.endIndex {
            let lineFeed = bytes[lineStart...].firstIndex(of: 0x0A)
            var end = lineFeed ?? bytes.endIndex
            if lineFeed != nil, end > lineStart, bytes[end - 1] == 0x0D { end -= 1 }
            encodeLine(bytes[lineStart..<end], into: &result)
            if lineFeed != nil { result += [0x0D, 0x0A] }
            lineStart = lineFeed.map { $0 + 1 } ?? bytes.endIndex
        }
        return result
    }

    private static func encodeLine(_ line: ArraySlice<UInt8>, into result: inout [UInt8]) {
        var column = 0
        for index in line.indices {
            let byte = line[index]
            let isLast = index + 1 == line.endIndex
            let isLiteral = byte > 0x20 && byte < 0x7F && byte != equals || byte.isBlank && !isLast
            // Mail programs of old take "From " and a lone dot at the start of a line for their own marks.
            let isGuarded = column == 0 && (byte == 0x2E || byte == 0x46)
            let width = isLiteral && !isGuarded ? 1 : 3
            if column + width > maximumLineBytes - (isLast ? 0 : 1) {
                result += [equals, 0x0D, 0x0A]
                column = 0
            }
            if width == 1 {
                result.append(byte)
            } else {
                result += [equals, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
            column += width
        }
    }
}
