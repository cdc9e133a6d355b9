import MessageLog
import Settings

/// An attachment that was taken out of a message.
package struct AttachmentDocument: Codable, Sendable {
    package let attachment: String
    package let message: String
    package let name: String
    package let mediaType: String
    package let sizeBytes: Int
    package let sha256: String
    package let sender: String
    package let recipients: String
    package let subject: String
    package let createdAt: String
    package let expiresAt: String
    package let isExpired: Bool
    package let downloads: Int

    init(_ attachment: StrippedAttachment) {
        self.attachment = attachment.identifier.description
        message = attachment.message.description
        name = attachment.name
        mediaType = attachment.mediaType
        sizeBytes = attachment.sizeBytes
        sha256 = attachment.digest
        sender = attachment.sender
        recipients = attachment.recipients
        subject = attachment.subject
        createdAt = TimeText.text(attachment.createdAt)
        expiresAt = TimeText.text(attachment.expiresAt)
        isExpired = attachment.expiresAt <= .now()
        downloads = attachment.downloads
    }
}

/// Which attachments are to be kept longer.
package struct AttachmentExtensionDocument: Codable, Sendable {
    package let entries: [String]
    package let days: Int

    package init(entries: [String], days: Int) {
        self.entries = entries
        self.days = days
    }
}
