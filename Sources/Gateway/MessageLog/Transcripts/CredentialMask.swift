import NIOCore

/// What of a client's line may be shown in a transcript. Whatever could be a user's name or password is not: the exchange of AUTH, what a
/// client sends that has not waited for its refusal, and the arguments of words that are no commands.
struct CredentialMask: Sendable, Hashable {
    /// AUTH was tried, or a line that could not be read: from then on only commands are shown.
    private var mayHoldCredentials = false

    private static let commands: Set<String> = [
        "HELO", "EHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "EXPN", "HELP", "STARTTLS",
    ]
    /// Names that may be shown behind AUTH; anything else there could be the password itself.
    private static let mechanisms: Set<String> = [
        "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "XOAUTH2", "OAUTHBEARER",
        "GSSAPI", "NTLM", "EXTERNAL", "ANONYMOUS",
    ]
    /// Of a command or mechanism we know.
    private static let longestName = 20
    /// Longest word shown that is no command.
    private static let longestWord = 10

    /// How many of the line's bytes are shown, and whether something behind them is not.
    /// - Parameter isCredential: the line is part of an exchange of AUTH.
    mutating func shown(_ line: ByteBufferView, isCredential: Bool) -> (bytes: Int, isMasked: Bool) {
        guard !isCredential else { return (0, true) }
        let word = line.prefix { !Self.isSpace($0) }
        let verb = Self.uppercased(word.prefix(8))
        if verb.hasPrefix("AUTH") {
            mayHoldCredentials = true
            return Self.authentication(line, word)
        }
        if Self.commands.contains(verb), word.count == verb.utf8.count { return (line.count, false) }
        let isWord = word.count <= Self.longestWord && word.allSatisfy(Self.isLetter)
        guard !mayHoldCredentials, isWord else { return (0, !line.isEmpty) }
        return (word.count, word.count < line.count)
    }

    /// A line came that could not be read: what follows may belong to it.
    mutating func lineWasUnreadable() { mayHoldCredentials = true }

    /// The word AUTH and a known mechanism.
    private static func authentication(_ line: ByteBufferView, _ word: ByteBufferView) -> (bytes: Int, isMasked: Bool) {
        guard word.count == 4 else { return (4, true) }
        let spaces = line.dropFirst(4).prefix(while: isSpace).count
        let mechanism = line.dropFirst(4 + spaces).prefix { !isSpace($0) }
        guard mechanism.count <= 20, mechanisms.contains(uppercased(mechanism)) else { return (4, line.count > 4) }
        let shown = 4 + spaces + mechanism.count
        return (shown, shown < line.count)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }

    /// Of ASCII; other bytes are left out, and a name that holds them is none of ours.
    private static func uppercased(_ bytes: some Sequence<UInt8>) -> String {
        // Short enough to need no memory of its own, as nearly every command is.
        String(unsafeUninitializedCapacity: longestName) { name in
            var count = 0
            for byte in bytes where count < longestName && byte < 0x80 {
                name[count] = (0x61...0x7A).contains(byte) ? byte & 0xDF : byte
                count += 1
            }
            return count
        }
    }
}
