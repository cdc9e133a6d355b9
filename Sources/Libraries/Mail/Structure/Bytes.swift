import Glibc

extension ArraySlice<UInt8> {
    /// Whether there is neither a byte beyond ASCII nor an escape character, which would start another set.
    var isPlainASCII: Bool {
        allSatisfyFast { bytes, count in
            memchr(bytes, 0x1B, count) == nil
        } && !containsEightBit
    }

    /// Whether any byte has bit 8 set; eight bytes at a time, because whole bodies are asked.
    var containsEightBit: Bool {
        withUnsafeBytes { buffer in
            var index = 0
            while index + 8 <= buffer.count {
                if buffer.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { return true }
                index += 8
            }
            while index < buffer.count {
                if buffer[index] & 0x80 != 0 { return true }
                index += 1
            }
            return false
        }
    }

    /// Whether a byte occurs; by the C library, which looks at many bytes at a time.
    func containsFast(_ byte: UInt8) -> Bool {
        !allSatisfyFast { bytes, count in memchr(bytes, Int32(byte), count) == nil }
    }

    private func allSatisfyFast(_ test: (UnsafeRawPointer, Int) -> Bool) -> Bool {
        withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, !buffer.isEmpty else { return true }
            return test(base, buffer.count)
        }
    }

    /// Without blanks and line ends at both ends.
    var trimmed: ArraySlice<UInt8> {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isBlankOrLineEnd { start += 1 }
        while end > start, self[end - 1].isBlankOrLineEnd { end -= 1 }
        return self[start..<end]
    }

    /// Text with its ASCII letters in lower case: UTF-8, or else bytes as Latin-1 characters so that nothing is lost.
    var lowercasedLatin: String {
        let lowered = map(\.asciiLowercased)
        return String(validating: lowered, as: UTF8.self) ?? String(decoding: lowered.map(UInt16.init), as: UTF16.self)
    }

    /// Equality without regard to the case of ASCII letters.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { other in
            zip(self, other).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }
}

extension [UInt8] {
    /// The first place of a byte at or after `start` and before `end`; by the C library. Wrong bounds find nothing.
    func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        guard start >= 0, start < end, end <= count else { return nil }
        return withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, let found = memchr(base + start, Int32(byte), end - start) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }
}

extension UInt8 {
    var isBlank: Bool { self == 0x20 || self == 0x09 }
    var isBlankOrLineEnd: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
    var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self + 0x20 : self }
    var isASCIIDigit: Bool { self >= 0x30 && self <= 0x39 }

    /// The value of a hexadecimal digit of either case.
    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
