/// The parts of the administrators' menu, in their order.
enum NavigationGroup: Sendable, CaseIterable {
    case overview, mail, setUp, system

    /// The heading; the overview is one entry and needs none.
    var text: CommonText? {
        switch self {
        case .overview: nil
        case .mail: .menuMail
        case .setUp: .menuSetUp
        case .system: .menuSystem
        }
    }

    var items: [NavigationItem] { NavigationItem.allCases.filter { $0.group == self } }
}

/// The entries of the administrators' menu.
enum NavigationItem: String, Sendable, CaseIterable {
    case dashboard, messages, quarantine, queue, reports, aggregateReports, transcripts, domains, accessLists, contentRules, sieve, scoring,
        learning, greylist,
        bans, settings,
        directories, cluster, maintenance,
        apiKeys, administrators, audit

    /// Where the entry stands in the menu.
    var group: NavigationGroup {
        switch self {
        case .dashboard: .overview
        case .messages, .quarantine, .queue, .reports, .aggregateReports, .transcripts: .mail
        case .domains, .accessLists, .contentRules, .sieve, .scoring, .learning, .greylist, .bans, .settings, .directories: .setUp
        case .cluster, .maintenance, .apiKeys, .administrators, .audit: .system
        }
    }

    var path: String {
        switch self {
        case .dashboard: SitePath.dashboard
        case .messages: SitePath.messages
        case .quarantine: SitePath.quarantine
        case .reports: SitePath.reports
        case .aggregateReports: SitePath.aggregateReports
        case .queue: SitePath.queue
        case .transcripts: SitePath.transcripts
        case .domains: SitePath.domains
        case .accessLists: SitePath.accessLists
        case .contentRules: SitePath.contentRules
        case .sieve: SitePath.sieve
        case .greylist: SitePath.greylist
        case .bans: SitePath.bans
        case .settings: SitePath.settings
        case .scoring: SitePath.scoring
        case .audit: SitePath.audit
        case .administrators: SitePath.administrators
        case .apiKeys: SitePath.apiKeys
        case .maintenance: SitePath.maintenance
        case .learning: SitePath.learning
        case .directories: SitePath.directories
        case .cluster: SitePath.cluster
        }
    }

    var text: CommonText {
        switch self {
        case .dashboard: .dashboard
        case .messages: .messages
        case .quarantine: .quarantine
        case .reports: .reports
        case .aggregateReports: .aggregateReports
        case .queue: .queue
        case .transcripts: .transcripts
        case .domains: .domains
        case .accessLists: .accessLists
        case .contentRules: .contentRules
        case .sieve: .sieve
        case .greylist: .greylist
        case .bans: .bans
        case .settings: .settings
        case .scoring: .scoring
        case .audit: .audit
        case .administrators: .administrators
        case .apiKeys: .apiKeys
        case .maintenance: .maintenance
        case .learning: .learning
        case .directories: .directories
        case .cluster: .cluster
        }
    }
}
