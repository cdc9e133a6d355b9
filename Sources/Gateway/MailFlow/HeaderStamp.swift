import Mail
import Reception
import SMTP
import Settings

/// The trace field that is put in front of an accepted message (RFC 5321 section 4.4).
struct HeaderStamp: Sendable {
    let nodeName: String

    /// `Received:` with its lines folded, ended by CRLF. Only the only recipient is named: others' addresses stay secret.
    func received(_ transaction: MailTransaction, connection: ClientConnection, at time: UTCTime) -> [UInt8] {
        let address = connection.address.isIPv4 ? "[\(connection.address)]" : "[IPv6:\(connection.address)]"
        let helo = Self.printable(connection.heloName)
        var text = "Received: from \(helo.isEmpty ? "unknown" : helo) (\(address))"
        if let tls = connection.tls { text += "\r\n\t(using \(Self.printable(tls)))" }
        text += "\r\n\tby \(nodeName) with \(Self.protocolName(transaction, connection)) id \(transaction.identifier)"
        if transaction.recipients.count == 1, let only = transaction.recipients.first, only.address.description.utf8.count < 200 {
            let address = only.address.description
            if transaction.parameters.isInternational || address.utf8.allSatisfy({ $0 < 0x80 }) { text += "\r\n\tfor <\(address)>" }
        }
        text += ";\r\n\t\(MailDate(millisecondsSince1970: time.milliseconds).formatted)\r\n"
        return Array(text.utf8)
    }

    /// The registered name of how the message came (RFC 3848, RFC 6531 section 4.3). Nobody signs in without TLS.
    static func protocolName(_ transaction: MailTransaction, _ connection: ClientConnection) -> String {
        let security = connection.tls == nil ? "" : connection.user == nil ? "S" : "SA"
        if transaction.parameters.isInternational { return "UTF8SMTP" + security }
        return connection.isExtended ? "ESMTP" + security : "SMTP"
    }

    /// Without control characters and parentheses, which would end a comment.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(255).filter {
                    (0x21...0x7E).contains($0.value) && $0 != "(" && $0 != ")" && $0 != ";" || $0 == " "
                }))
    }
}
