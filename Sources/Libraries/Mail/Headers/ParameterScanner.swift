/// Cuts `value; name=value; …` into pieces; every byte is looked at a bounded number of times.
///
/// Between the steps `position` may lie one behind the end, after a separator that was not there: no slice begins or ends at it unchecked.
struct ParameterScanner {
    private let bytes: [UInt8]
    private var position = 0
    private(set) var faults: Set<MessageAnomaly.Kind> = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value before the first semicolon. Further words there are read as parameters: a semicolon was forgotten.
    mutating func scanValue() -> String {
        var result: [UInt8] = []
        var hasGap = false
        while position < bytes.count, bytes[position] != 0x3B {
            let byte = bytes[position]
            if byte == 0x28 {
                skipComment()
                continue
            }
            if byte.isBlankOrLineEnd {
                hasGap = !result.isEmpty && result.last != 0x2F
            } else if hasGap, byte != 0x2F {
                faults.insert(.malformedParameters)
                return result[...].lowercasedLatin
            } else {
                hasGap = false
                result.append(byte)
            }
            position += 1
        }
        position += 1
        return result[...].lowercasedLatin
    }

    /// The next parameter; pieces without an equals sign are left out.
    mutating func next() -> RawParameter? {
        while position < bytes.count {
            guard let name = scanName() else { continue }
            return bytes.indices.contains(position) && bytes[position] == 0x22 ? scanQuoted(name) : scanToken(name)
        }
        return nil
    }

    /// Reads up to and over the equals sign and the blanks behind it; nil when there was none before the semicolon.
    private mutating func scanName() -> [UInt8]? {
        var name: [UInt8] = []
        var hasGap = false
        while position < bytes.count, bytes[position] != 0x3D, bytes[position] != 0x3B {
            let byte = bytes[position]
            if byte == 0x28 {
                skipComment()
                continue
            }
            if byte.isBlankOrLineEnd {
                hasGap = !name.isEmpty
            } else {
                // Only the last word can be the name; what stands before it was a value without its own name.
                if hasGap {
                    faults.insert(.malformedParameters)
                    name = []
                    hasGap = false
                }
                if byte == 0x22 || byte == 0x5C { faults.insert(.malformedParameters) }
                if byte != 0x22 && byte != 0x5C { name.append(byte) }
            }
            position += 1
        }
        let hasEquals = position < bytes.count && bytes[position] == 0x3D
        position += 1
        guard hasEquals, !name.isEmpty else {
            if hasEquals || !name.isEmpty { faults.insert(.malformedParameters) }
            return nil
        }
        if hasGap { faults.insert(.malformedParameters) }
        skipBlanksAndComments()
        return name
    }

    private mutating func scanQuoted(_ name: [UInt8]) -> RawParameter {
        var value: [UInt8] = []
        var raw: [UInt8] = []
        var isClosed = false
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x22 {
                isClosed = true
                break
            }
            raw.append(byte)
            if byte == 0x5C, position < bytes.count {
                raw.append(bytes[position])
                value.append(bytes[position])
                position += 1
            } else {
                value.append(byte)
            }
        }
        var parameter = RawParameter(name: name, value: value)
        if raw != value { parameter.alternatives.append(raw) }
        if !isClosed {
            faults.insert(.malformedParameters)
            parameter.alternatives.append(Array(raw.prefix { $0 != 0x3B }))
        }
        scanRest(after: value, into: &parameter)
        return parameter
    }

    /// Anything but a semicolon behind the closing quote is wrong; some programs join it to the value.
    private mutating func scanRest(after value: [UInt8], into parameter: inout RawParameter) {
        skipBlanksAndComments()
        guard position < bytes.count, bytes[position] != 0x3B else {
            position += 1
            return
        }
        let start = position
        // `"value" name=next` forgot the semicolon: leave the rest to the next turn.
        while position < bytes.count, bytes[position] != 0x3B, bytes[position] != 0x3D { position += 1 }
        faults.insert(.malformedParameters)
        let rest = bytes[start..<position]
        if position < bytes.count, bytes[position] == 0x3D {
            position = start
        } else {
            position += 1
        }
        parameter.alternatives.append(value + rest.filter { $0 != 0x22 && !$0.isBlankOrLineEnd })
    }

    private mutating func scanToken(_ name: [UInt8]) -> RawParameter {
        let start = min(position, bytes.count)
        position = start
        var firstEnd: Int?
        while position < bytes.count, bytes[position] != 0x3B {
            let byte = bytes[position]
            if firstEnd == nil, byte.isBlankOrLineEnd || byte == 0x28 || byte == 0x22 || byte == 0x5C || byte == 0x2C {
                firstEnd = position
            }
            position += 1
        }
        let whole = Array(bytes[start..<position].trimmed)
        position += 1
        var parameter = RawParameter(name: name, value: whole)
        guard let firstEnd, firstEnd - start < whole.count else { return parameter }
        let first = Array(bytes[start..<firstEnd])
        let withoutComments = Self.withoutComments(whole)
        // Names of files are written without quotes around blanks and brackets all the time; only brackets at the end are a comment.
        let opening = whole.prefix { $0 != 0x28 }
        if withoutComments != whole, opening.last?.isBlankOrLineEnd == true, whole.starts(with: withoutComments) {
            parameter.value = withoutComments
        }
        if parameter.value.contains(where: { $0.isBlankOrLineEnd || $0 == 0x28 || $0 == 0x22 || $0 == 0x5C || $0 == 0x2C }) {
            faults.insert(.malformedParameters)
        }
        parameter.alternatives = [withoutComments, first, whole, whole.filter { $0 != 0x22 && $0 != 0x5C }].filter { $0 != parameter.value }
        return parameter
    }

    private static func withoutComments(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var depth = 0
        for byte in bytes {
            if byte == 0x28 { depth += 1 }
            if depth == 0 { result.append(byte) }
            if byte == 0x29, depth > 0 { depth -= 1 }
        }
        return Array(result[...].trimmed)
    }

    private mutating func skipBlanksAndComments() {
        while position < bytes.count {
            if bytes[position] == 0x28 {
                skipComment()
            } else if bytes[position].isBlankOrLineEnd {
                position += 1
            } else {
                return
            }
        }
    }

    /// Steps over a comment; one without end takes the rest.
    private mutating func skipComment() {
        var depth = 0
        while position < bytes.count {
            let byte = bytes[position]
            // A backslash at the very end has nothing to escape.
            position = min(position + (byte == 0x5C ? 2 : 1), bytes.count)
            if byte == 0x28 { depth += 1 }
            if byte == 0x29 {
                depth -= 1
                if depth == 0 { return }
            }
        }
        faults.insert(.malformedParameters)
    }
}
