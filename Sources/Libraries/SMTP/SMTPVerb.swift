/// The first word of a command line.
enum SMTPVerb: String, Sendable {
    case helo = "HELO"
    case ehlo = "EHLO"
    case mail = "MAIL"
    case rcpt = "RCPT"
    case data = "DATA"
    case bdat = "BDAT"
    case rset = "RSET"
    case noop = "NOOP"
    case quit = "QUIT"
    case vrfy = "VRFY"
    case expn = "EXPN"
    case help = "HELP"
    case starttls = "STARTTLS"
    case auth = "AUTH"

    private static let longestName = 8

    /// Letters of any case (RFC 5321 §2.4).
    init?(_ word: ArraySlice<UInt8>) {
        guard word.count <= Self.longestName, word.allSatisfy({ (0x41...0x5a).contains($0 & 0xdf) }) else { return nil }
        self.init(rawValue: String(decoding: word.map { $0 & 0xdf }, as: UTF8.self))
    }

    /// How long a line with this command may be, CRLF included.
    var maximumLineOctets: Int {
        switch self {
        case .mail: SMTPLimits.mailLine
        case .rcpt: SMTPLimits.recipientLine
        case .vrfy, .expn: SMTPLimits.verifyLine
        case .auth: SMTPLimits.authenticationLine
        case .helo, .ehlo, .data, .bdat, .rset, .noop, .quit, .help, .starttls: SMTPLimits.commandLine
        }
    }

    func isOffered(_ capabilities: SMTPServerCapabilities) -> Bool {
        switch self {
        case .bdat: capabilities.extensions.contains(.chunking)
        case .starttls: capabilities.extensions.contains(.startTLS)
        case .auth: !capabilities.authenticationMechanisms.isEmpty
        case .helo, .ehlo, .mail, .rcpt, .data, .rset, .noop, .quit, .vrfy, .expn, .help: true
        }
    }
}
