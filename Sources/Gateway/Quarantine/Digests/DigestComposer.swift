package import DomainsAndUsers
import Mail
import SenderAuthentication
package import Settings

/// Makes digests by the settings in force: who gets one, in which language, from whom, and signed with which keys.
package struct DigestComposer: Sendable {
    package let settings: CurrentSettings
    package let domains: CurrentDomains
    /// Where links lead unless the settings say otherwise.
    let ownURL: @Sendable () -> String

    package init(settings: CurrentSettings, domains: CurrentDomains, ownURL: @escaping @Sendable () -> String) {
        self.settings = settings
        self.domains = domains
        self.ownURL = ownURL
    }

    /// Whether any domain gets digests on a date.
    func isAnyDue(isWeekend: Bool) -> Bool {
        let settings = settings.snapshot.settings
        return settings.digest.frequency.isDue(isWeekend: isWeekend)
            || settings.domains.values.contains { $0.digestFrequency(settings.digest.frequency).isDue(isWeekend: isWeekend) }
    }

    /// Whether an owner is to be told at all.
    /// - Parameter isWeekend: of the date; `nil`: an administrator asked for it, and only who never gets any is passed over.
    func isMeant(_ owner: DigestOwner, isWeekend: Bool?) -> Bool {
        let settings = settings.snapshot.settings
        switch owner {
        case .administrators:
            let frequency = settings.digest.frequency
            return !settings.digest.administratorAddress.isEmpty && (isWeekend.map { frequency.isDue(isWeekend: $0) } ?? true)
        case .recipient(let recipient):
            guard recipient.isUser || settings.digest.audience == .everybody, let domain = Self.domain(of: recipient.key),
                domains.directory.domain(domain) != nil
            else { return false }
            let frequency = settings.domain(domain.ascii).digestFrequency(settings.digest.frequency)
            return isWeekend.map { frequency.isDue(isWeekend: $0) } ?? (frequency != .off)
        }
    }

    /// The digest; `nil` when there is no address it could go to.
    /// - Parameter key: what its links are signed with; `nil` makes links that do not work, to look at.
    package func mail(to owner: DigestOwner, _ content: DigestContent, key: LinkKey?, at now: UTCTime) -> DigestMail? {
        let settings = settings.snapshot.settings
        let language: Language
        let address: EmailAddress?
        switch owner {
        case .administrators:
            language = settings.digest.language
            address = try? EmailAddress(settings.digest.administratorAddress)  // checked when it was set
        case .recipient(let recipient):
            language = recipient.language ?? settings.digest.language
            address = try? EmailAddress(recipient.address)  // accepted once
        }
        guard let address, let sender = sender(for: address) else { return nil }
        let links = DigestLinks(
            base: settings.web.publicURL.isEmpty ? ownURL() : settings.web.publicURL, key: key, owner: owner.key,
            mayRelease: owner != .administrators && settings.quarantine.usersMayRelease, maySignIn: settings.quarantine.usersMaySignIn,
            language: language, expiresAt: now.advanced(by: .seconds(settings.digest.linkDays * 86_400)))
        return DigestMail(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), recipient: address, sender: sender, language: language,
            content: content, links: links, isForAdministrators: owner == .administrators, at: now)
    }

    private func sender(for recipient: EmailAddress) -> EmailAddress? {
        let chosen = settings.snapshot.settings.digest.sender
        guard chosen.isEmpty else { return try? EmailAddress(chosen) }  // checked when it was set
        return recipient.domainName.flatMap { try? EmailAddress("postmaster@\($0.ascii)") }  // an accepted domain
    }

    private static func domain(of key: String) -> DomainName? { (try? EmailAddress(key))?.domainName }

    /// Signature fields to put in front of a digest; empty when its sender's domain has no active key. Work in proportion to the message.
    @concurrent
    func signature(of mail: DigestMail, _ bytes: [UInt8]) async throws(DKIMKeyError) -> [UInt8] {
        guard let name = mail.sender.domainName, let domain = domains.directory.domain(name) else { return [] }
        let message = AuthenticatedMessage(bytes)
        let body = message.relaxedBodyDigest
        var fields: [UInt8] = []
        for key in domain.signingKeys where key.isActive {
            let signer = DKIMSigner(domain: domain.name, selector: key.selector, key: key.key)
            fields += try signer.field(for: message, body: body, time: Int(mail.at.milliseconds / 1000))
        }
        return fields
    }
}
