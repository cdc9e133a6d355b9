/// How a header or body is brought into one form before it is hashed (RFC 6376 §3.4).
package enum DKIMCanonicalization: String, Sendable, Hashable, CaseIterable {
    case simple, relaxed
}

extension DKIMCanonicalization {
    /// One header field without its final line end, ready to be hashed; a bare LF counts as a line end like CRLF.
    func headerField(_ field: ArraySlice<UInt8>) -> [UInt8] {
        switch self {
        case .simple: Self.withLineEnds(field)
        case .relaxed: Self.relaxedField(field)
        }
    }

    private static func withLineEnds(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(field.count + 8)
        var previous: UInt8 = 0
        for byte in field {
            if byte == 0x0A, previous != 0x0D { result.append(0x0D) }
            result.append(byte)
            previous = byte
        }
        return result
    }

    /// RFC 6376 §3.4.2: name in lower case, no folding, runs of blanks as one, none at the ends and around the colon.
    private static func relaxedField(_ field: ArraySlice<UInt8>) -> [UInt8] {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(field.count)
        for byte in field[..<colon].withoutBlanksAtEnds { result.append(byte.spfLowercased) }
        result.append(UInt8(ascii: ":"))
        var isBlankPending = false
        let start = result.count
        let body = field[(colon + 1)...]
        for index in body.indices {
            let byte = body[index]
            if byte == 0x20 || byte == 0x09 {
                isBlankPending = true
            } else if byte == 0x0A || byte == 0x0D && index + 1 < body.endIndex && body[index + 1] == 0x0A {
                continue
            } else {
                if isBlankPending, result.count > start { result.append(0x20) }
                isBlankPending = false
                result.append(byte)
            }
        }
        return result
    }
}
