import NIOCore

/// A form sent as `multipart/form-data` (RFC 7578), which browsers use for files. Bounded by whoever collects the body; a part that is
/// not as browsers write it makes the whole form malformed.
struct MultipartForm: Sendable {
    /// Parts beyond are refused: no form of ours has as many.
    static let maximumParts = 20
    /// RFC 2046 section 5.1.1.
    private static let maximumBoundaryBytes = 70
    /// Of one part's header.
    private static let maximumHeaderBytes = 2_000

    private let parts: [String: [UInt8]]

    /// The bytes of a part, such as a file; `nil` when the form has none of this name.
    subscript(_ name: String) -> [UInt8]? { parts[name] }

    /// The parts as texts; bytes that are not UTF-8 become U+FFFD.
    var values: FormValues { FormValues(parts.mapValues { [String(decoding: $0, as: UTF8.self)] }) }

    /// - Returns: `nil` when it is none.
    init?(contentType: String, body: [UInt8]) {
        guard let boundary = Self.boundary(of: contentType) else { return nil }
        let delimiter = Array("\r\n--\(boundary)".utf8)
        // The first delimiter has no line before it.
        let bytes = Array("\r\n".utf8) + body
        guard var position = Self.first(delimiter, in: bytes, from: 0) else { return nil }
        var parts: [String: [UInt8]] = [:]
        while true {
            let start = position + delimiter.count
            if Self.has(Array("--".utf8), in: bytes, at: start) { break }
            guard parts.count < Self.maximumParts, Self.has(Array("\r\n".utf8), in: bytes, at: start),
                let end = Self.first(delimiter, in: bytes, from: start),
                let (name, content) = Self.part(bytes[(start + 2)..<max(start + 2, end)]), parts.updateValue(content, forKey: name) == nil
            else { return nil }
            position = end
        }
        self.parts = parts
    }

    private static func boundary(of contentType: String) -> String? {
        let parameters = contentType.split(separator: ";").dropFirst().map(\.trimmingWhiteSpace)
        guard contentType.lowercased().hasPrefix("multipart/form-data"),
            let written = parameters.first(where: { $0.lowercased().hasPrefix("boundary=") })?.dropFirst("boundary=".count)
        else { return nil }
        let boundary = written.hasPrefix("\"") && written.hasSuffix("\"") && written.count > 1 ? written.dropFirst().dropLast() : written
        guard (1...maximumBoundaryBytes).contains(boundary.utf8.count), boundary.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        return String(boundary)
    }

    /// The name and the content of one part.
    private static func part(_ bytes: ArraySlice<UInt8>) -> (String, [UInt8])? {
        let part = Array(bytes)
        let blank = Array("\r\n\r\n".utf8)
        guard let end = first(blank, in: part, from: 0), end <= maximumHeaderBytes else { return nil }
        let header = String(decoding: part[..<end], as: UTF8.self)
        for line in header.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            for parameter in line.split(separator: ";").dropFirst().map(\.trimmingWhiteSpace) where parameter.hasPrefix("name=\"") {
                return (String(parameter.dropFirst("name=\"".count).prefix { $0 != "\"" }), Array(part[(end + blank.count)...]))
            }
        }
        return nil
    }

    /// Where `pattern` begins; it begins with a carriage return, which seldom occurs.
    private static func first(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + pattern.count <= bytes.count {
            if bytes[index] == pattern[0], has(pattern, in: bytes, at: index) { return index }
            index += 1
        }
        return nil
    }

    private static func has(_ pattern: [UInt8], in bytes: [UInt8], at index: Int) -> Bool {
        guard index >= 0, index + pattern.count <= bytes.count else { return false }
        for (offset, byte) in pattern.enumerated() where bytes[index + offset] != byte { return false }
        return true
    }
}
