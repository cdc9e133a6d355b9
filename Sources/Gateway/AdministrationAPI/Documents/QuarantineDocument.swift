import Foundation
import Quarantine
import Settings

/// A message in quarantine.
package struct QuarantineDocument: Codable, Sendable {
    package let message: String
    package let kind: String
    package let quarantinedAt: String
    package let quarantinedAtMilliseconds: Int64
    package let reason: LocalizedDocument
    package let score: String
    package let reversePath: String
    package let subject: String
    package let sizeBytes: Int
    /// A list shows the first ones only.
    package let recipients: [String]
    package let recipientCount: Int
    /// Only in `GET /quarantine/{message}`; absent when it cannot be read at the moment.
    package let content: ContentDocument?

    package struct ContentDocument: Codable, Sendable {
        package let headerFields: [FieldDocument]
        package let texts: [TextDocument]
        package let attachments: [AttachmentDocument]
        package let images: [ImageDocument]
        package let isCut: Bool
    }

    package struct FieldDocument: Codable, Sendable {
        package let name: String
        package let text: String
    }

    package struct TextDocument: Codable, Sendable {
        package let mediaType: String
        package let text: String
    }

    package struct AttachmentDocument: Codable, Sendable {
        package let name: String
        package let mediaType: String
        package let sizeBytes: Int
    }

    /// A picture within the text, for who wants to show it.
    package struct ImageDocument: Codable, Sendable {
        package let mediaType: String
        package let base64: String
    }

    init(_ message: QuarantinedMessage, content: SafeMessageView? = nil) {
        self.message = message.message.description
        kind = message.kind.rawValue
        quarantinedAt = TimeText.text(message.quarantinedAt)
        quarantinedAtMilliseconds = message.quarantinedAt.milliseconds
        reason = LocalizedDocument(message.reason)
        score = message.score.description
        reversePath = message.reversePath
        subject = message.subject
        sizeBytes = message.sizeBytes
        recipients = message.recipients
        recipientCount = message.recipientCount
        self.content = content.map { view in
            ContentDocument(
                headerFields: view.headerFields.map { FieldDocument(name: $0.name, text: $0.text) },
                texts: view.texts.map { TextDocument(mediaType: $0.mediaType, text: $0.text) },
                attachments: view.attachments.map {
                    AttachmentDocument(name: $0.name, mediaType: $0.mediaType, sizeBytes: $0.sizeBytes)
                },
                images: view.images.map { ImageDocument(mediaType: $0.mediaType, base64: Data($0.bytes).base64EncodedString()) },
                isCut: view.isCut)
        }
    }
}

/// Which messages an action concerns, and whose copies of them.
package struct QuarantineSelectionDocument: Codable, Sendable {
    package let entries: [String]
    /// Address of a user; absent: everybody's.
    package let user: String?

    package init(entries: [String], user: String?) {
        self.entries = entries
        self.user = user
    }
}

/// The messages an action was done to.
package struct QuarantineResultDocument: Codable, Sendable {
    package let done: [String]
}
