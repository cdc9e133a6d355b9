package import Archives
package import BayesianLearning
package import Countries
package import DNS
package import DomainsAndUsers
package import OutsideEngines
package import SenderAuthentication
package import Settings
package import UserVerification

/// One kind of evidence. A check finds and never decides: what its findings lead to is a matter of settings and of `VerdictPolicy`.
///
/// The contract: it never throws (not being able to decide is a result), it shares nothing between messages, and it ends soon after
/// its task is cancelled; whoever is not done at the deadline counts as undecided, and the mail goes on. Instances are made once at the
/// node's start and asked by many messages at once.
///
/// A new check is one file with a type of this protocol, and one line in `FilterChecks.all`.
package protocol MessageCheck: Sendable {
    /// Lower case with hyphens; stored with findings.
    static var name: String { get }
    static var title: LocalizedText { get }
    /// Titles of further names under which its results are stored; empty for a check with results of one kind.
    static var parts: [String: LocalizedText] { get }

    init(_ environment: CheckEnvironment)

    /// The steps of a transaction at which it has something to say.
    var phases: Set<FilterPhase> { get }
    /// Whether it looks into the message's structure, which then is read for it.
    var needsContent: Bool { get }
    /// Whether it looks at mail of users and trusted networks too, when the settings leave that unchecked.
    var concernsOwnMail: Bool { get }
    /// Whether it wants to know what the others found (`FilterSubject.found`): it runs when they are done.
    var followsOthers: Bool { get }
    /// Whether `find` may wait (for DNS, a scanner). One that does not is called on the spot.
    var mayWait: Bool { get }

    /// Whether the settings want it for this message at all.
    func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool
    /// What it finds: one result, or one for each of its sources. Empty: it does not concern this message.
    func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult]
    /// How long it may take; by default as long as the settings give to all checks of a step.
    func timeLimit(_ subject: FilterSubject) -> Duration
    /// What counts when it was not done within `timeLimit`; by default that it could not be decided.
    func overrun(_ subject: FilterSubject) -> CheckResult
}

extension MessageCheck {
    package static var parts: [String: LocalizedText] { [:] }
    package var needsContent: Bool { false }
    package var mayWait: Bool { false }
    package var followsOthers: Bool { false }
    package func timeLimit(_ subject: FilterSubject) -> Duration { .seconds(subject.settings.filtering.timeLimitSeconds) }
    package func overrun(_ subject: FilterSubject) -> CheckResult {
        .undecided(self, LocalizedText("It was not done in time.", ja: "制限時間内に終わりませんでした。"))
    }
    package var concernsOwnMail: Bool { false }
    var name: String { Self.name }
}

/// The steps at which checks run, in the order of a transaction.
package enum FilterPhase: String, Sendable, Hashable, CaseIterable {
    /// A client has connected: only its address is known.
    case connection
    /// Before the first MAIL after a greeting: once for each session and HELO name.
    case greeting
    /// MAIL: the sender is known.
    case sender
    /// RCPT: `FilterSubject.recipients` holds the one that is asked about.
    case recipient
    /// The whole message is there.
    case message
}

/// What checks are made with.
package struct CheckEnvironment: Sendable {
    package let resolver: any DNSResolver
    package let accessLists: CurrentAccessLists
    package let domains: CurrentDomains
    /// `nil` where there is none: then DMARC cannot be decided.
    package let publicSuffixes: PublicSuffixList?
    package let bayes: CurrentBayesSnapshot
    package let archives: ArchiveThreads
    package let contentRules: CurrentContentRules
    /// `nil` where there is no database (tests): then nobody is greylisted.
    package let greylist: (any GreylistStore)?
    /// What this node remembers of it.
    package let passedTriplets: PassedTriplets
    /// Asked only by checks whose section of the settings enables an engine.
    package let engines: any EngineScanner
    /// Asked only with call-back verification on.
    package let senders: any SenderVerifier
    /// Asked only with country screening on.
    package let countries: CurrentCountries

    package init(
        resolver: any DNSResolver, accessLists: CurrentAccessLists, domains: CurrentDomains, publicSuffixes: PublicSuffixList? = nil,
        archives: ArchiveThreads = ArchiveThreads(), contentRules: CurrentContentRules = CurrentContentRules(),
        greylist: (any GreylistStore)? = nil, passedTriplets: PassedTriplets = PassedTriplets(),
        engines: any EngineScanner = NoEngines(),
        bayes: CurrentBayesSnapshot = CurrentBayesSnapshot(),
        senders: any SenderVerifier = NoSenderVerifier(), countries: CurrentCountries = CurrentCountries()
    ) {
        self.resolver = resolver
        self.accessLists = accessLists
        self.domains = domains
        self.publicSuffixes = publicSuffixes
        self.engines = engines
        self.archives = archives
        self.contentRules = contentRules
        self.greylist = greylist
        self.passedTriplets = passedTriplets
        self.bayes = bayes
        self.senders = senders
        self.countries = countries
    }
}

/// Every check of the product, in the order in which findings are shown.
package enum FilterChecks {
    package static let all: [any MessageCheck.Type] = [
        AccessListCheck.self,
        CountryCheck.self,
        ReverseLookupCheck.self,
        HelloCheck.self,
        DNSBlockListCheck.self,
        GreylistCheck.self,
        SenderAuthenticationCheck.self,
        BayesCheck.self,
        AttachmentCheck.self,
        FileContentCheck.self,
        ContentRuleCheck.self,
        URLBlockListCheck.self,
        MessageSizeCheck.self,
        VirusCheck.self,
        SpamAssassinCheck.self,
        RspamdCheck.self,
        CallbackCheck.self,
    ]

    /// The title of a check, or of a part of one, by its stored name; `nil` for one that this version does not know.
    package static func title(of name: String) -> LocalizedText? {
        if name == RecipientVerdicts.checkName { return RecipientVerdicts.title }
        if name == SieveRunner.checkName { return SieveRunner.title }
        if name == AttachmentStrip.checkName { return StrippingSettings.title }
        return all.first { $0.name == name }?.title ?? all.lazy.compactMap { $0.parts[name] }.first
    }
}
