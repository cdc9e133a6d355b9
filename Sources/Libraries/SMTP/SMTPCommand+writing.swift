import Mail
package import NIOCore

extension SMTPCommand {
    /// Appends the command with its CRLF, as a client sends it. What it writes, `SMTPCommandParser` reads as the same
    /// command, given that the extensions are offered.
    ///
    /// The texts of `verify`, `expand`, `help` and `other` names have their control characters replaced by spaces.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeString(line)
        buffer.writeStaticString("\r\n")
    }

    private var line: String {
        switch self {
        case .hello(let name): "HELO \(name.description.withoutControlCharacters)"
        case .extendedHello(let name): "EHLO \(name.description.withoutControlCharacters)"
        case .mail(let path, let parameters): "MAIL FROM:<\(path)>" + parameters.written
        case .recipient(let path, let parameters): "RCPT TO:<\(path)>" + parameters.written
        case .data: "DATA"
        case .binaryData(let octets, let isLast): "BDAT \(octets)" + (isLast ? " LAST" : "")
        case .reset: "RSET"
        case .noOperation: "NOOP"
        case .quit: "QUIT"
        case .verify(let text): "VRFY \(text.withoutControlCharacters)"
        case .expand(let text): "EXPN \(text.withoutControlCharacters)"
        case .help(let text): text.map { "HELP \($0.withoutControlCharacters)" } ?? "HELP"
        case .startTLS: "STARTTLS"
        case .authenticate(let mechanism, let response): "AUTH \(mechanism)" + Self.written(response)
        }
    }

    private static func written(_ response: SMTPCredential?) -> String {
        guard let response else { return "" }
        return response.octets.isEmpty ? " =" : " \(response.base64)"
    }
}

extension MailParameters {
    /// Each parameter with a space before it.
    fileprivate var written: String {
        var text = ""
        if let size { text += " SIZE=\(size)" }
        if let body { text += " BODY=\(body.rawValue)" }
        if isInternational { text += " SMTPUTF8" }
        if let returnContent { text += " RET=\(returnContent.rawValue)" }
        if let envelopeIdentifier { text += " ENVID=\(XText.encode(envelopeIdentifier.utf8))" }
        switch authenticatedSender {
        case .address(let address): text += " AUTH=\(XText.encode(address.description.utf8))"
        case .null: text += " AUTH=<>"
        case nil: break
        }
        return text
    }
}

extension RecipientParameters {
    /// Each parameter with a space before it.
    fileprivate var written: String {
        (notify.map { " NOTIFY=\($0)" } ?? "") + (originalRecipient.map { " ORCPT=\($0.encoded)" } ?? "")
    }
}
