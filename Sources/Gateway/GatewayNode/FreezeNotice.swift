import Delivery
import Foundation
import Logging
import Mail
import MessageLog
import NIOCore
import Screening
import Settings
import SharedFolders

/// Tells an administrator by mail that a user was stopped from sending. One try: the page and the log say it too.
struct FreezeNotice: Sendable {
    let queue: DeliveryQueue
    let folder: MessageDataFolder
    let settings: CurrentSettings
    let node: NodeID
    let heloName: @Sendable () -> String
    let logger: Logger

    private static let deadline = Duration.seconds(10)

    /// Nothing without an address in the settings, and nothing for bans that an administrator made.
    func send(_ ban: Ban) async {
        guard case .address(let recipient) = settings.snapshot.settings.rateLimits.noticeRecipient, case .user(let user) = ban.subject,
            ban.reason != .manual
        else { return }
        let now = UTCTime.now()
        let identifier = RecordIdentifier(milliseconds: now.milliseconds)
        let from = "postmaster@\(heloName())"
        let subject = "Sending stopped: \(user)"
        let content = Self.content(ban, user, from: from, to: recipient, subject: subject, identifier, at: now)
        do {
            let stored = try await folder.store(content, as: identifier, deadline: Self.deadline)
            let message = QueuedMessage(
                identifier: identifier, reversePath: .null, receivedAt: now, direction: .internal, prependedHeader: [],
                sizeBytes: content.readableBytes, body: .sevenBit, isInternational: false, returnContent: nil, envelopeIdentifier: nil)
            let log = MessageLogEntry(
                message: identifier, receivedAt: now, node: node, direction: .internal, result: .accepted,
                reason: "notice that \(user) may not send any more", client: .gateway, reversePath: "",
                header: MessageLogHeader(subject: subject, from: from, messageID: "<\(identifier)@\(heloName())>"),
                sizeBytes: content.readableBytes)
            let queued = QueuedRecipient(ordinal: 0, address: recipient, notify: nil, originalRecipient: nil)
            try await queue.submit(message, recipients: [queued], log: log, refused: [], content: stored, deadline: Self.deadline)
        } catch {
            logger.warning("the notice of a stopped user could not be sent", metadata: ["user": "\(user)", "cause": "\(error)"])
        }
    }

    /// In both languages, since it is not known who reads it.
    static func content(
        _ ban: Ban, _ user: String, from: String, to recipient: EmailAddress, subject: String, _ identifier: RecordIdentifier,
        at now: UTCTime
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBytes(HeaderEncoding.dateField("Date", MailDate(millisecondsSince1970: now.milliseconds)))
        buffer.writeBytes(HeaderEncoding.addressField("From", [HeaderMailbox(name: "SecurityGateway", address: from)]))
        buffer.writeBytes(HeaderEncoding.addressField("To", [HeaderMailbox(name: nil, address: recipient.description)]))
        buffer.writeBytes(HeaderEncoding.unstructuredField("Subject", subject))
        buffer.writeString("Message-ID: <\(identifier)@\(from.drop { $0 != "@" }.dropFirst())>\r\nAuto-Submitted: auto-generated\r\n")
        buffer.writeString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        let text = """
            The account \(user) may not send any more: \(ban.note).
            Its password may have been stolen. Set another one, then lift the ban on the page “Bans”
            or by “securitygateway bans lift \(ban.identifier)”.

            アカウント \(user) の送信を停止しました（\(ban.note)）。
            パスワードが盗まれた可能性があります。新しいパスワードを設定してから、「接続制限」ページまたは
            securitygateway bans lift \(ban.identifier) で解除してください。

            """
        buffer.writeString(
            Data(text.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
                + "\r\n")
        return buffer
    }
}
