package import Mail
package import MessageLog
package import OutsideEngines
package import Settings

/// What checks look at: as much of a transaction as is known at their phase.
package struct FilterSubject: Sendable {
    /// The settings of the session.
    package let settings: GatewaySettings
    package let address: NetworkAddress
    /// The name given in HELO or EHLO; empty before.
    package var heloName = ""
    /// Names of the address in DNS that lead back to it, lower case; only asked for when an access list names hosts.
    package var confirmedHostNames: [String] = []
    /// Whether those names were asked for in vain.
    package var areHostNamesUndecided = false
    /// This node's own name.
    package let ownName: String
    package var reversePath = ReversePath.null
    /// Whether a user has signed in.
    package var isSignedIn = false
    /// At `.recipient` the one asked about, at `.message` all accepted ones.
    package var recipients: [EmailAddress] = []
    package var message: FilteredMessage?
    /// What was found before, for a check that follows others: at earlier steps, and at this one by those that do not.
    package var found: [CheckResult] = []
    /// Known at `.message`, and only when `FilterPipeline.needsDirection`.
    package var direction = MailDirection.inbound
    /// Mail of users and trusted networks that is left unchecked but for what concerns such mail.
    package var isOwnMail = false

    package init(settings: GatewaySettings, address: NetworkAddress, ownName: String) {
        self.settings = settings
        self.address = address
        self.ownName = ownName
    }

    /// Whether asking DNS about the address makes sense: not for loopback and private ones, unless the settings say so.
    package var isPublicEnough: Bool { settings.filtering.checksPrivateAddresses || !address.isPrivate }
}

/// The message at the last phase.
package struct FilteredMessage: Sendable {
    package let sizeBytes: Int
    /// `nil` when no check needs it or it could not be read.
    package let structure: MIMEStructure?
    /// The bytes, for engines; nil where there are none.
    package let content: (any EngineContent)?

    package init(sizeBytes: Int, structure: MIMEStructure?, content: (any EngineContent)? = nil) {
        self.sizeBytes = sizeBytes
        self.structure = structure
        self.content = content
    }
}

extension NetworkAddress {
    /// Loopback, link-local, and addresses for use within a site (RFC 1918, RFC 4193, RFC 6598).
    package var isPrivate: Bool { Self.privateRanges.contains { $0.contains(self) } }

    private static let privateRanges = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7",
        "fe80::/10",
    ].compactMap { NetworkRange($0) }
}
