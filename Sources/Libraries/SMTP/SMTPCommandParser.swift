import Mail
package import NIOCore

/// Reads command lines by the grammar of RFC 5321 §4.1 and of the offered extensions.
///
/// Pure: the same line gives the same result. Whether a command may come now is not decided here.
package struct SMTPCommandParser: Sendable {
    /// Widespread deviations from the grammar that are harmless to accept; none of them makes a line ambiguous.
    package struct Tolerances: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        /// As option sets demand.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Spaces after `FROM:` and `TO:`, several between parameters, and at the end of a line (the last as RFC 5321
        /// §4.1.1 advises).
        package static let extraSpaces = Tolerances(rawValue: 1)
        /// `MAIL FROM:user@example.org` without angle brackets.
        package static let missingBrackets = Tolerances(rawValue: 2)
        /// HELO and EHLO with a name that is neither domain nor literal (RFC 5321 §4.1.4: must not be refused for it).
        package static let unusualClientNames = Tolerances(rawValue: 4)

        /// What real clients need.
        package static let usual: Tolerances = [.extraSpaces, .unusualClientNames]
    }

    let capabilities: SMTPServerCapabilities
    let tolerances: Tolerances

    /// A parser for a server that offers `capabilities`; commands and parameters beyond them are answered as not
    /// implemented.
    package init(offering capabilities: SMTPServerCapabilities, tolerating tolerances: Tolerances = .usual) {
        self.capabilities = capabilities
        self.tolerances = tolerances
    }

    /// Reads one line without its CRLF.
    ///
    /// - Throws: `SMTPCommandError`, whose `reply` is what the client gets.
    package func parse(_ line: ByteBuffer) throws(SMTPCommandError) -> SMTPCommand {
        try parse(octets: Array(line.readableBytesView))
    }

    /// Reads one line without its CRLF.
    package func parse(octets line: [UInt8]) throws(SMTPCommandError) -> SMTPCommand {
        let (word, argument) = Self.split(line[...])
        guard let verb = SMTPVerb(word) else {
            throw line.count + 2 > SMTPLimits.commandLine ? .lineTooLong(isAuthentication: false) : .unknownCommand
        }
        guard line.count + 2 <= verb.maximumLineOctets else { throw .lineTooLong(isAuthentication: verb == .auth) }
        // 0x80 to 0x9F are parts of UTF-8 sequences here; addresses are checked for such controls as characters.
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { throw .forbiddenCharacter }
        guard verb.isOffered(capabilities) else { throw .notOffered }
        return try command(verb, withoutTrailingSpaces(argument))
    }

    private func command(_ verb: SMTPVerb, _ argument: ArraySlice<UInt8>?) throws(SMTPCommandError) -> SMTPCommand {
        switch verb {
        case .helo: return .hello(try clientName(argument, verb))
        case .ehlo: return .extendedHello(try clientName(argument, verb))
        case .mail: return try mail(argument)
        case .rcpt: return try recipient(argument)
        case .data: return try bare(.data, argument, verb)
        case .bdat: return try binaryData(argument)
        case .rset: return try bare(.reset, argument, verb)
        case .noop: return .noOperation
        case .quit: return try bare(.quit, argument, verb)
        case .vrfy: return .verify(try text(argument, verb))
        case .expn: return .expand(try text(argument, verb))
        case .help: return .help(argument.map { String(decoding: $0, as: UTF8.self) })
        case .starttls: return try bare(.startTLS, argument, verb)
        case .auth: return try authenticate(argument)
        }
    }

    // MARK: Parts of a line

    /// The first word and what follows its space; nil without a space.
    static func split(_ octets: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, ArraySlice<UInt8>?) {
        guard let space = octets.firstIndex(of: UInt8(ascii: " ")) else { return (octets, nil) }
        return (octets[..<space], octets[(space + 1)...])
    }

    /// The argument without the spaces that are tolerated at its end; nil when only they were there.
    private func withoutTrailingSpaces(_ argument: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        guard var argument, tolerances.contains(.extraSpaces) else { return argument }
        while argument.last == UInt8(ascii: " ") { argument.removeLast() }
        return argument.isEmpty ? nil : argument
    }

    private func bare(_ command: SMTPCommand, _ argument: ArraySlice<UInt8>?, _ verb: SMTPVerb) throws(SMTPCommandError) -> SMTPCommand {
        guard argument == nil else { throw .invalidArguments(ofCommand: verb.rawValue) }
        return command
    }

    private func text(_ argument: ArraySlice<UInt8>?, _ verb: SMTPVerb) throws(SMTPCommandError) -> String {
        guard let argument, !argument.isEmpty, let text = String(validating: argument, as: UTF8.self) else {
            throw .invalidArguments(ofCommand: verb.rawValue)
        }
        return text
    }

    private func clientName(_ argument: ArraySlice<UInt8>?, _ verb: SMTPVerb) throws(SMTPCommandError) -> SMTPClientName {
        let name = try text(argument, verb)
        do throws(MailSyntaxError) {
            switch try MailboxDomain(name) {
            case .name(let domain): return .domain(domain)
            case .literal(let literal): return .addressLiteral(literal)
            }
        } catch {
            let isHarmless = name.utf8.count <= SMTPClientName.maximumOctets && name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            guard tolerances.contains(.unusualClientNames), isHarmless else { throw .invalidClientName }
            return .other(name)
        }
    }

    private func binaryData(_ argument: ArraySlice<UInt8>?) throws(SMTPCommandError) -> SMTPCommand {
        let failure = SMTPCommandError.invalidArguments(ofCommand: SMTPVerb.bdat.rawValue)
        guard let argument else { throw failure }
        let (digits, rest) = Self.split(argument)
        // Unlike SIZE the number says where the next command begins, so one too large cannot be rounded.
        guard let octets = Self.number(digits), octets < Int.max else { throw failure }
        guard let rest else { return .binaryData(octets: octets, isLast: false) }
        guard String(decoding: rest, as: UTF8.self).uppercased() == "LAST" else { throw failure }
        return .binaryData(octets: octets, isLast: true)
    }

    private func authenticate(_ argument: ArraySlice<UInt8>?) throws(SMTPCommandError) -> SMTPCommand {
        guard let argument else { throw .invalidArguments(ofCommand: SMTPVerb.auth.rawValue) }
        let (name, response) = Self.split(argument)
        guard (1...SMTPLimits.mechanismName).contains(name.count), name.allSatisfy(Self.isMechanismCharacter) else {
            throw .invalidArguments(ofCommand: SMTPVerb.auth.rawValue)
        }
        let mechanism = String(decoding: name, as: UTF8.self).uppercased()
        guard let response else { return .authenticate(mechanism: mechanism, initialResponse: nil) }
        // A single "=" is an empty response (RFC 4954 §4).
        if response.elementsEqual("=".utf8) { return .authenticate(mechanism: mechanism, initialResponse: SMTPCredential(octets: [])) }
        guard !response.isEmpty, let credential = SMTPCredential(base64: response) else { throw .invalidCredential }
        return .authenticate(mechanism: mechanism, initialResponse: credential)
    }

    /// 1 to 20 digits; more than `Int` holds is `Int.max`.
    static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...SMTPLimits.sizeDigits).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowsToo) = tenfold.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            value = overflows || overflowsToo ? Int.max : sum
        }
        return value
    }

    private static func isMechanismCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
