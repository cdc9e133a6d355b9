import Glibc

/// The system's host name, read without asking DNS.
enum SystemName {
    /// RFC 1035 section 2.3.4, with the terminating zero.
    private static let maximumOctets = 256

    static func read() -> String {
        var name = [CChar](repeating: 0, count: maximumOctets)
        guard gethostname(&name, maximumOctets - 1) == 0 else { return "localhost" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? "localhost" : text
    }
}
