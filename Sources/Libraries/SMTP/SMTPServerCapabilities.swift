/// Extensions that are on or off without more to say.
package struct SMTPExtensions: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16

    /// As option sets demand.
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Commands may be sent in groups (RFC 2920).
    package static let pipelining = SMTPExtensions(rawValue: 1 << 0)
    /// BODY=8BITMIME (RFC 6152).
    package static let eightBitMIME = SMTPExtensions(rawValue: 1 << 1)
    /// BODY=BINARYMIME; useful only with chunking (RFC 3030).
    package static let binaryMIME = SMTPExtensions(rawValue: 1 << 2)
    /// BDAT (RFC 3030).
    package static let chunking = SMTPExtensions(rawValue: 1 << 3)
    /// International addresses and headers (RFC 6531).
    package static let smtpUTF8 = SMTPExtensions(rawValue: 1 << 4)
    /// STARTTLS (RFC 3207).
    package static let startTLS = SMTPExtensions(rawValue: 1 << 5)
    /// Enhanced codes in replies (RFC 2034).
    package static let enhancedStatusCodes = SMTPExtensions(rawValue: 1 << 6)
    /// RET, ENVID, NOTIFY, ORCPT (RFC 3461).
    package static let deliveryStatusNotifications = SMTPExtensions(rawValue: 1 << 7)

    /// Each with its EHLO keyword, in the order in which they are announced.
    static let keywords: [(SMTPExtensions, String)] = [
        (.pipelining, "PIPELINING"), (.eightBitMIME, "8BITMIME"), (.startTLS, "STARTTLS"), (.enhancedStatusCodes, "ENHANCEDSTATUSCODES"),
        (.deliveryStatusNotifications, "DSN"), (.smtpUTF8, "SMTPUTF8"), (.chunking, "CHUNKING"), (.binaryMIME, "BINARYMIME"),
    ]
}

/// What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1); the same type is written by a server and read by a client.
package struct SMTPServerCapabilities: Sendable, Hashable {
    /// What SIZE says (RFC 1870 §4).
    package enum SizeLimit: Sendable, Hashable {
        /// SIZE without a number, or with 0.
        case notStated
        /// The largest message in octets.
        case octets(Int)
    }

    /// The extensions without parameters.
    package var extensions: SMTPExtensions
    /// nil when SIZE is not offered.
    package var sizeLimit: SizeLimit?
    /// SASL mechanisms in upper case, in the order offered; empty when AUTH is not offered.
    package var authenticationMechanisms: [String]

    /// Mechanisms beyond this number are not kept.
    private static let maximumMechanisms = 32

    /// Capabilities from their parts; nothing offered by default, as after HELO.
    package init(extensions: SMTPExtensions = [], sizeLimit: SizeLimit? = nil, authenticationMechanisms: [String] = []) {
        self.extensions = extensions
        self.sizeLimit = sizeLimit
        self.authenticationMechanisms = authenticationMechanisms
    }

    /// Reads a reply to EHLO: its first line names the server, each other line is a keyword with parameters. Unknown
    /// keywords and malformed lines are passed over, as RFC 5321 §4.1.1.1 asks of a client.
    package init(ehloReply reply: SMTPReply) {
        self.init()
        for line in reply.lines.dropFirst() {
            // "AUTH=LOGIN PLAIN" is what servers wrote before RFC 2554, and some still do beside the right form.
            let line = line.uppercased().hasPrefix("AUTH=") ? "AUTH " + line.dropFirst(5) : line
            let words = line.split(separator: " ").map { $0.uppercased() }
            if let keyword = words.first { take(keyword, words.dropFirst()) }
        }
    }

    /// The lines of a reply to EHLO after the first, in a fixed order.
    package var ehloLines: [String] {
        var lines = SMTPExtensions.keywords.filter { extensions.contains($0.0) }.map(\.1)
        switch sizeLimit {
        case .octets(let octets): lines.insert("SIZE \(octets)", at: 0)
        case .notStated: lines.insert("SIZE", at: 0)
        case nil: break
        }
        if !authenticationMechanisms.isEmpty { lines.append("AUTH " + authenticationMechanisms.joined(separator: " ")) }
        return lines
    }

    private mutating func take(_ keyword: String, _ parameters: ArraySlice<String>) {
        if keyword == "SIZE" {
            let stated = parameters.first.flatMap { Int($0) } ?? 0
            sizeLimit = stated > 0 ? .octets(stated) : .notStated
        } else if keyword == "AUTH" {
            for mechanism in parameters where !authenticationMechanisms.contains(mechanism) {
                guard authenticationMechanisms.count < Self.maximumMechanisms, mechanism.utf8.count <= SMTPLimits.mechanismName else {
                    continue
                }
                authenticationMechanisms.append(mechanism)
            }
        } else if let known = SMTPExtensions.keywords.first(where: { $0.1 == keyword }) {
            extensions.insert(known.0)
        }
    }
}
