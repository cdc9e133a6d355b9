import DomainsAndUsers
import Mail
import MessageLog
import Reception
import SMTP
import Settings

/// Is this recipient ours, and if not, may this client relay? Pure: what the database knows is asked for by the caller and handed in.
struct RecipientAcceptance: Sendable {
    let settings: GatewaySettings
    let directory: DomainDirectory
    let heloName: String

    /// What is to be done with one RCPT.
    enum Answer: Hashable {
        case accept(RoutedRecipient)
        /// Ask what is known of the address: aliases are delivered to their user, and an unknown one fares as is said.
        case lookUp(RoutedRecipient, unlisted: UnlistedRecipient)
        case refuse(SMTPReply)
    }

    /// What is done with an address that is not listed.
    enum UnlistedRecipient: Hashable {
        case accept, refuse
        /// The domain's mail servers are asked.
        case verify(ProtectedDomain)
    }

    func decide(_ recipient: TransactionRecipient, declaredSize: Int?, connection: ClientConnection) -> Answer {
        let isTrusted = isTrusted(connection)
        guard let name = recipient.address.domainName else {
            return .refuse(SMTPReply(550, .noSuchDomain, "Mail to address literals is not accepted"))
        }
        if let domain = directory.domain(name) {
            return accept(recipient.address, in: domain, declaredSize: declaredSize, isTrusted: isTrusted)
        }
        if let domain = postmasterDomain(recipient.address, name), let address = try? EmailAddress("postmaster@\(domain.name.ascii)") {
            // The address is made of a fixed local part and a domain that was valid before: it cannot fail.
            return accept(address, in: domain, declaredSize: declaredSize, isTrusted: isTrusted)
        }
        guard isTrusted else {
            if connection.listener == .submission, settings.authentication.isOfferedForSubmission { return .refuse(Self.signInFirst) }
            return .refuse(SMTPReply(550, .notAuthorized, "Relaying denied: <\(recipient.address)> is not handled here"))
        }
        return .accept(RoutedRecipient(address: recipient.address, isProtected: false, isTrusted: true))
    }

    /// Who has signed in may send anywhere, and so may trusted networks, but for the submission port: that one is for users.
    func isTrusted(_ connection: ClientConnection) -> Bool {
        connection.user != nil || connection.listener != .submission && settings.relay.allowsRelaying(from: connection.address)
    }

    /// RFC 4954 section 6.
    private static let signInFirst = SMTPReply(530, .securityFailure, "Authentication required")

    static func unknownRecipient(_ address: EmailAddress) -> SMTPReply {
        SMTPReply(550, .noSuchMailbox, "No such recipient here: <\(address)>")
    }

    private func accept(_ address: EmailAddress, in domain: ProtectedDomain, declaredSize: Int?, isTrusted: Bool) -> Answer {
        let policy = settings.domain(domain.name.ascii)
        if policy.maximumMessageBytes > 0, let size = declaredSize, size > policy.maximumMessageBytes {
            return .refuse(
                SMTPReply(552, .messageTooBig, "Message too big for \(domain.name.ascii): at most \(policy.maximumMessageBytes) bytes"))
        }
        let routed = RoutedRecipient(address: address, isProtected: true, isTrusted: isTrusted)
        // RFC 5321 section 4.5.1: postmaster is always there.
        let isPostmaster = address.lookupKey.hasPrefix("postmaster@")
        switch policy.recipients {
        case .any: return domain.hasAliases ? .lookUp(routed, unlisted: .accept) : .accept(routed)
        case .listed: return .lookUp(routed, unlisted: isPostmaster ? .accept : .refuse)
        case .callForward: return .lookUp(routed, unlisted: isPostmaster ? .accept : .verify(domain))
        }
    }

    /// `postmaster` at this node's own name belongs to the protected domain the name lies in (RFC 5321 section 4.5.1).
    private func postmasterDomain(_ address: EmailAddress, _ name: DomainName) -> ProtectedDomain? {
        guard address.localPart.lowercased() == "postmaster", name.ascii == heloName.lowercased() else { return nil }
        return directory.all.first { name.isEqualOrBelow($0.name) } ?? directory.all.first
    }
}

/// A recipient with what decides its direction.
struct RoutedRecipient: Sendable, Hashable {
    let address: EmailAddress
    let isProtected: Bool
    let isTrusted: Bool

    /// With the address of the user whose alias it is, if it is one.
    func delivered(to user: EmailAddress?) -> RoutedRecipient {
        user.map { RoutedRecipient(address: $0, isProtected: isProtected, isTrusted: isTrusted) } ?? self
    }
}

extension TransactionRecipient {
    /// What the sender calls this recipient: as he said, or else the alias he wrote to (RFC 3461 section 5.2).
    var originalRecipient: OriginalRecipient? {
        parameters.originalRecipient ?? (aliasedUser == nil ? nil : OriginalRecipient(address: address.description))
    }
}

extension MailDirection {
    /// The direction of a message by its recipients: a trusted sender's message is outbound as soon as one recipient is foreign.
    init(_ recipients: [RoutedRecipient]) {
        guard recipients.contains(where: \.isTrusted) else {
            self = .inbound
            return
        }
        self = recipients.allSatisfy(\.isProtected) ? .internal : .outbound
    }
}
