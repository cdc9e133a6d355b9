import Administration
import Settings

/// The list of changes.
struct SettingsHistoryView: Sendable {
    let rows: [Row]
    let hasRows: Bool
    let isSearch: Bool
    let actor: String
    let since: String
    let until: String
    let scopes: [FieldView.Choice]
    let sections: [FieldView.Choice]
    let pager: PagerView

    struct Row: Sendable {
        let revision: String
        let compare: String
        let time: String
        let actor: String
        let node: String
        let subject: SettingsSubjectView
        let before: String
        let after: String

        init(_ entry: SettingsHistoryEntry, _ words: SettingsChangeWords) {
            revision = entry.revision.description
            compare = PageLink(SitePath.settingsHistory + "/compare").with("from", revision).text
            time = ShownValue.time(entry.time)
            actor = ActorWords.text(entry.actor, words.language)
            node = words.node(entry.node)
            subject = words.subject(entry.subject)
            before = words.value(entry.before, of: entry.subject)
            after = words.value(entry.after, of: entry.subject)
        }
    }

    init(_ entries: [SettingsHistoryEntry], form: SettingsHistoryFilterForm, pager: PagerView, _ words: SettingsChangeWords) {
        let language = words.language
        rows = entries.map { Row($0, words) }
        hasRows = !entries.isEmpty
        isSearch = form.isSearch
        actor = form.actor
        since = form.since
        until = form.until
        self.pager = pager
        scopes =
            [FieldView.Choice(value: "", text: SettingsHistoryText.allScopes[language], isChosen: form.scope.isEmpty)]
            + SettingsHistoryFilter.Kind.allCases.map {
                FieldView.Choice(value: $0.rawValue, text: Self.title($0)[language], isChosen: $0.rawValue == form.scope)
            }
        sections =
            [FieldView.Choice(value: "", text: SettingsHistoryText.allSections[language], isChosen: form.section.isEmpty)]
            + GatewaySettings.sections.map {
                FieldView.Choice(value: $0.name, text: $0.title[language], isChosen: $0.name == form.section)
            }
    }

    private static func title(_ kind: SettingsHistoryFilter.Kind) -> SettingsHistoryText {
        switch kind {
        case .cluster: .cluster
        case .domain: .domain
        case .node: .nodeScope
        case .directory: .directory
        }
    }
}

/// The difference of two revisions, and the question whether to go back.
struct SettingsDifferenceView: Sendable {
    let title: String
    let lead: String
    let problem: String?
    let rows: [Row]
    let hasRows: Bool
    let emptyText: String
    let obstacles: [Row]
    let hasObstacles: Bool
    let directoryTitle: String
    let directory: [SettingsHistoryView.Row]
    let hasDirectory: Bool
    let directoryMore: String?
    /// The page that asks; `nil` where it is asked, and where no setting differs.
    let returnLink: Link?
    /// The form; `nil` on a comparison and when nothing can be put back.
    let confirmation: Confirmation?

    /// Directory changes that a page shows.
    private static let maximumDirectoryRows = 100

    struct Row: Sendable {
        let subject: SettingsSubjectView
        let before: String
        let after: String
        let reason: String?

        init(_ setting: SettingsDifference.Setting, reason: LocalizedText? = nil, _ words: SettingsChangeWords) {
            subject = words.setting(setting.scope, setting.section, setting.name)
            before = words.value(setting.before, isSetting: true)
            after = words.value(setting.after, isSetting: true)
            self.reason = reason?[words.language]
        }
    }

    struct Link: Sendable {
        let path: String
        let text: String
    }

    struct Confirmation: Sendable {
        let to: String
        let revision: String
    }

    /// A comparison.
    init(_ difference: SettingsDifference, _ words: SettingsChangeWords) {
        let language = words.language
        title = SettingsHistoryText.differenceTitle.filled(language, difference.from, difference.to)
        lead = SettingsHistoryText.differenceLead[language]
        problem = nil
        rows = difference.settings.map { Row($0, words) }
        hasRows = !rows.isEmpty
        emptyText = SettingsHistoryText.noDifference[language]
        obstacles = []
        hasObstacles = false
        directoryTitle = SettingsHistoryText.directoryChanges[language]
        (directory, directoryMore) = Self.directory(difference, words)
        hasDirectory = !directory.isEmpty
        returnLink =
            difference.settings.isEmpty
            ? nil
            : Link(
                path: PageLink(SitePath.settingsHistory + "/return").with("to", difference.from.description).text,
                text: SettingsHistoryText.returnTo.filled(language, difference.from))
        confirmation = nil
    }

    /// A return that is to be confirmed.
    init(_ plan: SettingsReturn, problem: LocalizedText?, _ words: SettingsChangeWords) {
        let language = words.language
        let difference = plan.difference
        title = SettingsHistoryText.returnTitle.filled(language, difference.to)
        lead = SettingsHistoryText.returnLead[language]
        self.problem = problem?[language]
        rows = plan.returned.map { Row($0, words) }
        hasRows = !rows.isEmpty
        emptyText = SettingsHistoryText.nothingToReturn[language]
        obstacles = plan.obstacles.map { Row($0.setting, reason: $0.reason, words) }
        hasObstacles = !obstacles.isEmpty
        directoryTitle = SettingsHistoryText.directoryStays[language]
        (directory, directoryMore) = Self.directory(difference, words)
        hasDirectory = !directory.isEmpty
        returnLink = nil
        confirmation = rows.isEmpty ? nil : Confirmation(to: difference.to.description, revision: difference.from.description)
    }

    private static func directory(
        _ difference: SettingsDifference, _ words: SettingsChangeWords
    ) -> (rows: [SettingsHistoryView.Row], more: String?) {
        let rest = difference.directory.count - maximumDirectoryRows
        return (
            difference.directory.suffix(maximumDirectoryRows).map { SettingsHistoryView.Row($0, words) },
            rest > 0 ? SettingsHistoryText.directoryMore.filled(words.language, rest) : nil
        )
    }
}
