import Foundation
package import Mail
package import NIOCore
import SenderAuthentication
package import Settings

/// The mail that carries a report (RFC 7489 §7.2.1.1): a sentence for people and the compressed report.
package struct ReportMail: Sendable {
    package let composed: ReportComposer.Composed
    package let sender: EmailAddress
    package let organization: String
    package let recipients: [EmailAddress]
    package let identifier: RecordIdentifier
    package let at: UTCTime

    package init(
        _ composed: ReportComposer.Composed, sender: EmailAddress, organization: String, recipients: [EmailAddress],
        identifier: RecordIdentifier, at: UTCTime
    ) {
        self.composed = composed
        self.sender = sender
        self.organization = organization
        self.recipients = recipients
        self.identifier = identifier
        self.at = at
    }

    private var submitter: DomainName { sender.domainName ?? composed.report.policyDomain }
    package var subject: String { composed.report.subject(reporter: submitter) }
    package var messageID: String { "<\(identifier)@\(submitter.ascii)>" }

    /// Lines of base64, which hardly compress: a little over a third longer than the report.
    package var content: ByteBuffer {
        let boundary = "report-\(identifier)"
        let name = composed.report.fileName(reporter: submitter)
        var buffer = ByteBuffer()
        buffer.writeBytes(HeaderEncoding.dateField("Date", MailDate(millisecondsSince1970: at.milliseconds)))
        buffer.writeBytes(HeaderEncoding.addressField("From", [HeaderMailbox(name: organization, address: sender.description)]))
        buffer.writeBytes(HeaderEncoding.addressField("To", recipients.map { HeaderMailbox(name: nil, address: $0.description) }))
        buffer.writeBytes(HeaderEncoding.unstructuredField("Subject", subject))
        buffer.writeString("Message-ID: \(messageID)\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n")
        buffer.writeString("Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n\r\n")
        buffer.writeString("--\(boundary)\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n")
        buffer.writeString(
            "This is a DMARC aggregate report about \(composed.report.policyDomain.ascii)\r\n"
                + "for \(ReportDay(number: composed.report.begin / ReportDay.seconds)) (UTC).\r\n")
        buffer.writeString("--\(boundary)\r\nContent-Type: application/gzip; name=\"\(name)\"\r\n")
        buffer.writeString("Content-Disposition: attachment; filename=\"\(name)\"\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        buffer.writeString(
            Data(composed.compressed).base64EncodedString(
                options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed]))
        buffer.writeString("\r\n--\(boundary)--\r\n")
        return buffer
    }
}
