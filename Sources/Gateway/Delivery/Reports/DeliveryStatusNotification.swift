import Foundation
import Mail
import MessageLog
import NIOCore
import SMTP
import Settings

/// A report to the sender about recipients of one message: multipart/report with text for people, fields for programs, and what comes
/// back of the message (RFC 3464, RFC 6522; RFC 6533 when the message was an international one). Pure.
struct DeliveryStatusNotification: Sendable {
    /// What comes back of the message.
    enum Returned: Sendable, Hashable {
        /// All of it.
        case message([UInt8])
        /// Its header fields, without the empty line.
        case header([UInt8])
        /// It could not be read any more.
        case nothing
    }

    /// Who reports, and when.
    struct Origin: Sendable, Hashable {
        let identifier: RecordIdentifier
        /// This node's HELO name.
        let reportingHost: String
        /// Domain of the sender and of the Message-ID.
        let domain: String
        let at: UTCTime
        let language: BounceSettings.ReportLanguage
    }

    /// Whom the report goes to.
    let sender: EmailAddress
    let origin: Origin
    let message: QueuedMessage
    let recipients: [ReportedRecipient]
    let returned: Returned

    /// Lines of fields, which RFC 5322 bounds at 998 octets.
    private static let maximumFieldBytes = 900

    /// What the report is about as a whole: the gravest of its recipients' fates.
    var action: ReportedRecipient.Action {
        if recipients.contains(where: { $0.action == .failed }) { return .failed }
        return recipients.contains { $0.action == .delayed } ? .delayed : .relayed
    }

    var text: ReportText { ReportText(action: action, language: origin.language, recipients: recipients, host: origin.reportingHost) }
    var messageID: String { "\(origin.identifier)@\(origin.domain)" }
    var from: String { "MAILER-DAEMON@\(origin.domain)" }
    private var boundary: String { "report-\(origin.identifier)" }

    /// The header of the report itself may need SMTPUTF8: only when it goes to an international address.
    var isInternational: Bool { sender.isInternational }

    /// The whole report.
    func content() -> ByteBuffer {
        var buffer = ByteBuffer()
        writeHeader(&buffer)
        writePart(&buffer, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        let lines = Data(text.body.utf8).base64EncodedString(options: [
            .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
        ])
        buffer.writeString(lines + "\r\n")
        writeStatus(&buffer)
        writeReturned(&buffer)
        buffer.writeString("\r\n--\(boundary)--\r\n")
        return buffer
    }

    private func writeHeader(_ buffer: inout ByteBuffer) {
        buffer.writeBytes(HeaderEncoding.dateField("Date", MailDate(millisecondsSince1970: origin.at.milliseconds)))
        buffer.writeBytes(HeaderEncoding.addressField("From", [HeaderMailbox(name: "Mail Delivery System", address: from)]))
        buffer.writeBytes(HeaderEncoding.addressField("To", [HeaderMailbox(name: nil, address: sender.description)]))
        buffer.writeBytes(HeaderEncoding.unstructuredField("Subject", text.subject))
        buffer.writeString("Message-ID: <\(messageID)>\r\n")
        if let original = originalMessageID { buffer.writeString("References: <\(original)>\r\n") }
        // RFC 3834: so that vacation programs keep silent.
        buffer.writeString("Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n")
        buffer.writeString("Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"\(boundary)\"\r\n\r\n")
        buffer.writeString("This is a delivery report in MIME format.\r\n")
    }

    private var originalMessageID: String? {
        let header: [UInt8]
        switch returned {
        case .message(let bytes), .header(let bytes): header = bytes
        case .nothing: return nil
        }
        let found = MessageHeader.read(from: header).messageID
        return found.flatMap { id in id.utf8.count < 250 && id.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? id : nil }
    }

    private func writePart(_ buffer: inout ByteBuffer, _ header: String) { buffer.writeString("\r\n--\(boundary)\r\n\(header)") }

    private func writeReturned(_ buffer: inout ByteBuffer) {
        let international = message.isInternational
        switch returned {
        case .message(let bytes):
            writePart(&buffer, "Content-Type: message/\(international ? "global" : "rfc822")\r\n\(Self.encoding(of: bytes))\r\n")
            buffer.writeBytes(bytes)
        case .header(let bytes):
            let type = international ? "message/global-headers" : "text/rfc822-headers"
            writePart(&buffer, "Content-Type: \(type)\r\n\(Self.encoding(of: bytes))\r\n")
            buffer.writeBytes(bytes)
        case .nothing: break
        }
    }

    private static func encoding(of bytes: [UInt8]) -> String {
        bytes.contains { $0 >= 0x80 } ? "Content-Transfer-Encoding: 8bit\r\n" : ""
    }
}

extension DeliveryStatusNotification {
    /// The fields for programs (RFC 3464 sections 2.2 and 2.3).
    private func writeStatus(_ buffer: inout ByteBuffer) {
        let encoding = message.isInternational ? "Content-Transfer-Encoding: 8bit\r\n" : ""
        writePart(&buffer, "Content-Type: message/\(message.isInternational ? "global-" : "")delivery-status\r\n\(encoding)\r\n")
        write("Reporting-MTA", "dns; \(origin.reportingHost)", &buffer)
        if let identifier = message.envelopeIdentifier { write("Original-Envelope-Id", identifier, &buffer) }
        write("Arrival-Date", Self.date(message.receivedAt), &buffer)
        for recipient in recipients { write(recipient, &buffer) }
    }

    private func write(_ reported: ReportedRecipient, _ buffer: inout ByteBuffer) {
        buffer.writeString("\r\n")
        if let original = reported.recipient.originalRecipient {
            write(
                "Original-Recipient", "\(original.addressType); \(address(original.address, isUTF8: original.addressType == "utf-8"))",
                &buffer)
        }
        let final = reported.recipient.address
        write(
            "Final-Recipient", "\(final.isInternational ? "utf-8" : "rfc822"); \(address("\(final)", isUTF8: final.isInternational))",
            &buffer)
        write("Action", reported.action.rawValue, &buffer)
        write("Status", "\(status(reported))", &buffer)
        if !reported.remoteHost.isEmpty { write("Remote-MTA", "dns; \(reported.remoteHost)", &buffer) }
        if reported.reply.serverCode != nil { write("Diagnostic-Code", "smtp; \(reported.reply.text)", &buffer) }
        write("Last-Attempt-Date", Self.date(reported.at), &buffer)
        if let end = reported.retryUntil { write("Will-Retry-Until", Self.date(end), &buffer) }
    }

    /// A status must agree with the action: what failed for good has class 5, whatever the last reply said.
    private func status(_ reported: ReportedRecipient) -> EnhancedStatusCode {
        let status = reported.reply.status
        let category: EnhancedStatusCode.Category =
            switch reported.action {
            case .failed: .permanentFailure
            case .delayed: .persistentTransientFailure
            case .relayed: .success
            }
        return EnhancedStatusCode(category, status.subject, status.detail)
    }

    private func address(_ text: String, isUTF8: Bool) -> String {
        isUTF8 && !message.isInternational ? UTF8AddressText.encode(text) : text
    }

    private func write(_ name: String, _ value: String, _ buffer: inout ByteBuffer) {
        let line = value.cut(to: Self.maximumFieldBytes)
        let isWritable = message.isInternational || line.utf8.allSatisfy { $0 < 0x80 }
        buffer.writeString("\(name): \(isWritable ? line : String(line.map { $0.isASCII ? $0 : "?" }))\r\n")
    }

    private static func date(_ time: UTCTime) -> String { MailDate(millisecondsSince1970: time.milliseconds).formatted }
}
