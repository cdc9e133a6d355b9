package import DomainsAndUsers
package import Mail
package import Settings
package import UserVerification

/// What a recipient is found to be when an administrator asks: what RCPT would be answered, and by what.
package struct RecipientExamination: Sendable, Hashable {
    package let address: EmailAddress
    package let policy: DomainSettings.RecipientPolicy
    package let listing: RecipientListing
    /// What the domain's mail servers said just now, whatever the policy.
    package let answer: ProbeAnswer
    /// What a client is answered at RCPT as far as verification goes.
    package let decision: VerificationDecision
    package let standing: VerificationStanding
}

/// User verification: asking now, what is known of a domain's mail servers, forgetting answers.
extension Administration {
    /// Asks a domain's mail servers now, past what is remembered, and remembers the answer. Takes as long as two questions at most.
    /// - Parameter text: an address of the domain, in full or its local part.
    package func verifyRecipient(
        _ text: String, of name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> RecipientExamination {
        let domain = try await domain(name, caller)
        let address = try recipientAddress(text, of: domain.name)
        let settings = current.snapshot.settings
        let policy = settings.domain(domain.name.ascii).recipients
        do throws(DirectoryError) {
            let listing = try await ports.users.listing(of: address)
            try await ports.audit.record(entry(caller, "recipient.verify", address.description))
            let answer = await ports.verifier.askNow(address, in: domain, settings.userVerification)
            return RecipientExamination(
                address: address, policy: policy, listing: listing, answer: answer,
                decision: Self.decision(address, policy, listing, answer, settings.userVerification),
                standing: ports.verifier.standing(of: domain))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// What is known of a domain's mail servers on this node.
    package func verificationStanding(
        of name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> VerificationStanding {
        ports.verifier.standing(of: try await domain(name, caller))
    }

    /// Forgets, on this node, what mail servers said of one address or, without one, of a whole domain; the next message asks anew.
    /// - Returns: how many answers there were.
    package func forgetVerifications(
        of name: String, address text: String? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Int {
        let domain = try await domain(name, caller)
        var address: EmailAddress?
        if let text { address = try recipientAddress(text, of: domain.name) }
        do throws(DirectoryError) {
            try await ports.audit.record(entry(caller, "recipient.forget-verification", address?.description ?? domain.name.ascii))
        } catch {
            throw AdministrationError(error)
        }
        return address.map { ports.verifier.forget($0, in: domain) } ?? ports.verifier.forgetAll(of: domain.name)
    }

    private func recipientAddress(_ text: String, of domain: DomainName) throws(AdministrationError) -> EmailAddress {
        let full = text.contains("@") ? text : "\(text)@\(domain.ascii)"
        // Why it is no address is not more helpful than the address itself.
        guard let address = try? EmailAddress(full), address.domainName == domain else {
            let shown = String(text.prefix(EmailAddress.maximumOctets))
            throw .invalid([
                FieldProblem(
                    "address", "“\(shown)” is not an address of \(domain.unicode).", ja: "「\(shown)」は \(domain.unicode) のアドレスではありません。")
            ])
        }
        return address
    }

    /// As `MailFlow` decides: what is listed is not asked about, and postmaster is always there. Pure.
    static func decision(
        _ address: EmailAddress, _ policy: DomainSettings.RecipientPolicy, _ listing: RecipientListing, _ answer: ProbeAnswer,
        _ settings: UserVerificationSettings
    ) -> VerificationDecision {
        guard listing == .unlisted, !address.lookupKey.hasPrefix("postmaster@") else { return .accept }
        switch policy {
        case .any: return .accept
        case .listed: return .refuse
        case .callForward: return RecipientVerification(.asked(answer)).decision(settings)
        }
    }
}
