import DomainsAndUsers
import Mail
import MessageLog
import Reception
import SMTP
import Settings
import UserVerification

/// The verifying half of the flow: asks about unlisted recipients, and says what the answer means for the dialog and for the log.
struct FlowVerification: Sendable {
    let verifier: RecipientVerifier

    /// The client tries again; why is in the log.
    static let tryAgainLater = SMTPReply(
        451, .systemTemporary, "Recipients cannot be verified at the moment; please try again later")

    /// - Returns: `nil` for a recipient who is accepted.
    func refusal(
        of recipient: EmailAddress, in domain: ProtectedDomain, _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> SMTPReply? {
        let settings = connection.settings.settings.userVerification
        let verification = await verifier.verify(recipient, in: domain, settings)
        VerificationNotes.add(verification.reason, for: recipient, transaction, connection)
        switch verification.decision(settings) {
        case .accept: return nil
        case .refuse: return RecipientAcceptance.unknownRecipient(recipient)
        case .tryAgainLater: return Self.tryAgainLater
        }
    }
}

/// By what the recipients of one transaction were verified or refused, for the log; the client hears less.
struct VerificationNotes: Sendable {
    private let transaction: RecordIdentifier
    private var reasons: [String: String] = [:]

    /// More recipients than a transaction has; only for those who go on and on with refused ones.
    private static let maximumReasons = 2_000
    /// Recipients named where there is room for one line.
    private static let namedRecipients = 3

    private init(_ transaction: RecordIdentifier) { self.transaction = transaction }

    /// What was noted of a transaction; the notes of an earlier one are gone.
    static func of(_ transaction: MailTransaction, _ connection: ClientConnection) -> VerificationNotes {
        guard let notes = connection.memory.value(as: Self.self), notes.transaction == transaction.identifier else {
            return VerificationNotes(transaction.identifier)
        }
        return notes
    }

    static func add(_ reason: String, for recipient: EmailAddress, _ transaction: MailTransaction, _ connection: ClientConnection) {
        var notes = of(transaction, connection)
        guard notes.reasons.count < maximumReasons else { return }
        notes.reasons[recipient.lookupKey] = reason
        connection.memory.keep(notes)
    }

    /// The reply that a recipient got, and what was behind it.
    func refusal(of recipient: TransactionRecipient, _ reply: SMTPReply) -> String {
        guard let reason = reasons[recipient.address.lookupKey] else { return reply.description }
        return "\(reply) (\(reason))".cut()
    }

    /// - Parameter text: what became of the message.
    func acceptance(of recipients: [TransactionRecipient], _ text: String) -> String {
        let verified = recipients.compactMap { recipient in
            reasons[recipient.address.lookupKey].map { "\(recipient.address) \($0)" }
        }
        guard !verified.isEmpty else { return text }
        let more = verified.count > Self.namedRecipients ? ["and \(verified.count - Self.namedRecipients) more"] : []
        return ([text] + verified.prefix(Self.namedRecipients) + more).joined(separator: "; ").cut()
    }
}
