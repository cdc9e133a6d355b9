import DomainsAndUsers
import Mail
import NIOCore
import SMTP
import Settings

/// Bounces of mail that was not ours: which recipients bear a mark of ours, and which should. Pure.
struct FlowBackscatter: Sendable {
    let settings: GatewaySettings
    let directory: DomainDirectory

    /// The bounce of something that we did not send (RFC 3463: security or policy).
    static let refusal = SMTPReply(550, .notAuthorized, "This report is not of a message that was sent from here")

    /// The recipient without its mark, good or bad; `nil` when it has none, or its domain does not use them.
    func original(of recipient: EmailAddress, at now: UTCTime) -> EmailAddress? {
        guard recipient.localPart.count > 16, policy(of: recipient) != .off else { return nil }
        switch ReturnPathMark(keys: directory.returnPathKeys).read(recipient, at: now) {
        case .unmarked: return nil
        case .valid(let original), .invalid(let original): return original
        }
    }

    /// Whether a report to this recipient is of somebody else's mail. Asked when the message is there, not at RCPT: others look by an
    /// empty transaction with the null sender whether an address exists.
    func isForeignReport(_ recipient: EmailAddress, at now: UTCTime) -> Bool {
        // Without a key nothing was marked; and to postmaster anybody may write (RFC 5321 section 4.5.1).
        guard policy(of: recipient) == .check, !directory.returnPathKeys.isEmpty, !recipient.lookupKey.hasPrefix("postmaster@") else {
            return false
        }
        if case .valid = ReturnPathMark(keys: directory.returnPathKeys).read(recipient, at: now) { return false }
        return true
    }

    /// A notice that a message was displayed (RFC 8098): it comes with the null sender too, but goes to an address in a header field, which
    /// bears no mark.
    static func isReadReceipt(_ header: ByteBuffer) -> Bool {
        let type = MessageHeader.read(from: Array(header.readableBytesView)).first("Content-Type")?.text.lowercased() ?? ""
        return type.hasPrefix("multipart/report") && type.contains("disposition-notification")
    }

    private func policy(of recipient: EmailAddress) -> DomainSettings.Backscatter {
        guard let name = recipient.domainName, directory.domain(name) != nil else { return .off }
        return settings.domain(name.ascii).backscatter
    }
}
