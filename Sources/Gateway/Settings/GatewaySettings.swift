/// All settings in force on one node: the shared sections and the node's own.
package struct GatewaySettings: Sendable, Equatable {
    @SharedSection package var reception = ReceptionSettings()
    @SharedSection package var relay = RelaySettings()
    @SharedSection package var authentication = AuthenticationSettings()
    @SharedSection package var delivery = DeliverySettings()
    @SharedSection package var bounces = BounceSettings()
    @SharedSection package var dns = DNSSettings()
    @SharedSection package var web = WebSettings()
    @SharedSection package var retention = RetentionSettings()
    @SharedSection package var node = NodeSettings()
    @SharedSection package var filtering = FilteringSettings()
    @SharedSection package var senderChecks = SenderCheckSettings()
    @SharedSection package var senderAuthentication = SenderAuthenticationSettings()
    @SharedSection package var dmarcReports = DMARCReportSettings()
    @SharedSection package var dnsBlockLists = DNSBlockListSettings()
    @SharedSection package var urlBlockLists = URLBlockListSettings()
    @SharedSection package var sieve = SieveSettings()
    @SharedSection package var greylisting = GreylistingSettings()
    @SharedSection package var callback = CallbackSettings()
    @SharedSection package var countries = CountrySettings()
    @SharedSection package var screening = ScreeningSettings()
    @SharedSection package var rateLimits = RateLimitSettings()
    @SharedSection package var tarpit = TarpitSettings()
    @SharedSection package var attachments = AttachmentSettings()
    @SharedSection package var clamAV = ClamAVSettings()
    @SharedSection package var spamAssassin = SpamAssassinSettings()
    @SharedSection package var rspamd = RspamdSettings()
    @SharedSection package var bayes = BayesSettings()
    @SharedSection package var quarantine = QuarantineSettings()
    @SharedSection package var digest = DigestSettings()
    @SharedSection package var stripping = StrippingSettings()
    @SharedSection package var userVerification = UserVerificationSettings()
    @SharedSection package var transcripts = TranscriptSettings()
    @SharedSection package var directories = DirectorySettings()
    @SharedSection package var cluster = ClusterSettings()
    /// By the domain's lower-case ASCII name; a domain without an entry has the defaults.
    package var domains: [String: DomainSettings] = [:] {
        didSet {
            scoringExceptions = Set(domains.values.compactMap(\.scoringException))
            areMessagesSealed = domains.values.contains(where: \.sealsInboundMail)
        }
    }
    /// Those of all domains, each once: mostly none, and then no message asks for its recipients' domains.
    package private(set) var scoringExceptions: Set<ScoringException> = []
    /// Whether any domain wants mail for it sealed.
    package private(set) var areMessagesSealed = false

    package init() {}

    package func domain(_ name: String) -> DomainSettings { domains[name] ?? DomainSettings() }

    /// Every section, in the order of pages and commands.
    package static let sections: [SettingsSectionDescription] = [
        SettingsSectionDescription(ReceptionSettings.self), SettingsSectionDescription(RelaySettings.self),
        SettingsSectionDescription(AuthenticationSettings.self),
        SettingsSectionDescription(DeliverySettings.self), SettingsSectionDescription(BounceSettings.self),
        SettingsSectionDescription(DNSSettings.self), SettingsSectionDescription(WebSettings.self),
        SettingsSectionDescription(RetentionSettings.self),
        SettingsSectionDescription(NodeSettings.self), SettingsSectionDescription(DomainSettings.self),
        SettingsSectionDescription(FilteringSettings.self), SettingsSectionDescription(SenderCheckSettings.self),
        SettingsSectionDescription(SenderAuthenticationSettings.self), SettingsSectionDescription(DMARCReportSettings.self),
        SettingsSectionDescription(DNSBlockListSettings.self), SettingsSectionDescription(URLBlockListSettings.self),
        SettingsSectionDescription(SieveSettings.self),
        SettingsSectionDescription(GreylistingSettings.self), SettingsSectionDescription(CallbackSettings.self),
        SettingsSectionDescription(CountrySettings.self),
        SettingsSectionDescription(ScreeningSettings.self),
        SettingsSectionDescription(RateLimitSettings.self), SettingsSectionDescription(TarpitSettings.self),
        SettingsSectionDescription(AttachmentSettings.self), SettingsSectionDescription(StrippingSettings.self),
        SettingsSectionDescription(ClamAVSettings.self),
        SettingsSectionDescription(SpamAssassinSettings.self), SettingsSectionDescription(RspamdSettings.self),
        SettingsSectionDescription(BayesSettings.self),
        SettingsSectionDescription(QuarantineSettings.self), SettingsSectionDescription(DigestSettings.self),
        SettingsSectionDescription(UserVerificationSettings.self),
        SettingsSectionDescription(TranscriptSettings.self), SettingsSectionDescription(DirectorySettings.self),
        SettingsSectionDescription(ClusterSettings.self),
    ]

    package static func section(_ name: String) -> SettingsSectionDescription? { sections.first { $0.name == name } }

    /// The settings that stored rows make. Rows of other nodes are passed over.
    /// - Returns: the settings, and each row that could not be read; such a setting has its default.
    package static func make(from rows: [StoredSetting], for node: NodeID) -> (settings: GatewaySettings, problems: [SettingsProblem]) {
        var settings = GatewaySettings()
        var problems: [SettingsProblem] = []
        let groups = Dictionary(grouping: rows.filter { $0.value != nil }) { SectionKey(scope: $0.scope, section: $0.section) }
        // Taken over together: each assignment looks at all of them.
        var domains: [String: DomainSettings] = [:]
        for (key, rows) in groups {
            let texts = Dictionary(rows.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
            if case .domain(let name) = key.scope, key.section == DomainSettings.name {
                problems += domains[name, default: DomainSettings()].apply(texts)
            } else {
                problems += settings.apply(texts, to: key, node: node)
            }
        }
        settings.domains = domains
        return (settings, problems)
    }

    private struct SectionKey: Hashable {
        let scope: SettingsScope
        let section: String
    }

    private mutating func apply(_ texts: [String: String], to key: SectionKey, node nodeID: NodeID) -> [SettingsProblem] {
        switch (key.scope, key.section) {
        case (.cluster, ReceptionSettings.name): return reception.apply(texts)
        case (.cluster, RelaySettings.name): return relay.apply(texts)
        case (.cluster, AuthenticationSettings.name): return authentication.apply(texts)
        case (.cluster, DeliverySettings.name): return delivery.apply(texts)
        case (.cluster, BounceSettings.name): return bounces.apply(texts)
        case (.cluster, DNSSettings.name): return dns.apply(texts)
        case (.cluster, WebSettings.name): return web.apply(texts)
        case (.cluster, FilteringSettings.name): return filtering.apply(texts)
        case (.cluster, SenderCheckSettings.name): return senderChecks.apply(texts)
        case (.cluster, SenderAuthenticationSettings.name): return senderAuthentication.apply(texts)
        case (.cluster, DMARCReportSettings.name): return dmarcReports.apply(texts)
        case (.cluster, DNSBlockListSettings.name): return dnsBlockLists.apply(texts)
        case (.cluster, URLBlockListSettings.name): return urlBlockLists.apply(texts)
        case (.cluster, SieveSettings.name): return sieve.apply(texts)
        case (.cluster, GreylistingSettings.name): return greylisting.apply(texts)
        case (.cluster, CallbackSettings.name): return callback.apply(texts)
        case (.cluster, CountrySettings.name): return countries.apply(texts)
        case (.cluster, RateLimitSettings.name): return rateLimits.apply(texts)
        case (.cluster, TarpitSettings.name): return tarpit.apply(texts)
        case (.cluster, ScreeningSettings.name): return screening.apply(texts)
        case (.cluster, AttachmentSettings.name): return attachments.apply(texts)
        case (.cluster, ClamAVSettings.name): return clamAV.apply(texts)
        case (.cluster, SpamAssassinSettings.name): return spamAssassin.apply(texts)
        case (.cluster, RspamdSettings.name): return rspamd.apply(texts)
        case (.cluster, BayesSettings.name): return bayes.apply(texts)
        case (.cluster, QuarantineSettings.name): return quarantine.apply(texts)
        case (.cluster, StrippingSettings.name): return stripping.apply(texts)
        case (.cluster, DigestSettings.name): return digest.apply(texts)
        case (.cluster, UserVerificationSettings.name): return userVerification.apply(texts)
        case (.cluster, TranscriptSettings.name): return transcripts.apply(texts)
        case (.cluster, DirectorySettings.name): return directories.apply(texts)
        case (.cluster, ClusterSettings.name): return cluster.apply(texts)
        case (.cluster, RetentionSettings.name): return retention.apply(texts)
        case (.node(nodeID), NodeSettings.name): return node.apply(texts)
        case (.node, NodeSettings.name): return []
        case (.cluster, _), (.node, _), (.domain, _):
            return [
                SettingsProblem(
                    section: key.section, field: nil,
                    message: LocalizedText(
                        "unknown section “\(key.section)” of \(key.scope)", ja: "\(key.scope) の不明なセクション「\(key.section)」"))
            ]
        }
    }
}

/// Number of the shared settings' state; raised by one with every saved change.
package struct SettingsRevision: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) { self.number = number }
    package static let none = SettingsRevision(0)
    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    package var description: String { String(number) }

    package init(from decoder: any Decoder) throws { number = try decoder.singleValueContainer().decode(Int64.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(number)
    }
}

/// The immutable settings of one revision, as a session or an attempt keeps them from its start to its end. Copying it is cheap: the
/// settings themselves are shared.
package struct SettingsSnapshot: Sendable {
    private final class Contents: Sendable {
        let settings: GatewaySettings
        init(_ settings: GatewaySettings) { self.settings = settings }
    }

    package let revision: SettingsRevision
    private let contents: Contents

    package var settings: GatewaySettings { contents.settings }

    package init(revision: SettingsRevision, settings: GatewaySettings) {
        self.revision = revision
        contents = Contents(settings)
    }
}
