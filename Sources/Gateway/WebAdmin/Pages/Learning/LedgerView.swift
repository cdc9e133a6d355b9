import SampleLearning
import Settings

/// The filter as the page's address holds it.
struct LedgerForm: Sendable {
    let text: String
    let kind: String
    let state: String
    let origin: String
    let before: String

    init(_ query: FormValues) {
        text = String(query.trimmed("text").prefix(50))
        kind = query.trimmed("kind")
        state = query.trimmed("state")
        origin = query.trimmed("origin")
        before = query.trimmed("before")
    }

    var isEmpty: Bool { text.isEmpty && kind.isEmpty && state.isEmpty && origin.isEmpty }

    /// An unknown word, which no page of ours sends, is no condition.
    var filter: LedgerFilter {
        var filter = LedgerFilter()
        filter.text = text
        filter.kind = SampleKind(rawValue: kind)
        filter.state = LedgerEntry.State(rawValue: state)
        filter.origin = LedgerEntry.Origin(rawValue: origin)
        return filter
    }

    var cursor: LedgerCursor? {
        let parts = before.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let digest = RecordIdentifier(parts[1]) else { return nil }
        return LedgerCursor(changedAt: UTCTime(milliseconds: milliseconds), digest: digest)
    }

    var link: PageLink {
        PageLink(SitePath.learningLedger).with("text", text).with("kind", kind).with("state", state).with("origin", origin)
    }

    func link(after last: LedgerEntry) -> String { link.with("before", "\(last.changedAt.milliseconds).\(last.digest)").text }
}

/// The page of what was taught.
struct LedgerView: Sendable {
    let problem: String?
    let text: String
    let kinds: [FieldView.Choice]
    let states: [FieldView.Choice]
    let origins: [FieldView.Choice]
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let value: String
        let selectLabel: String
        /// To the message in the log, when it came from there.
        let path: String?
        let subject: String?
        let sender: String?
        let kind: Badge
        let state: Badge
        let origin: String
        let actor: String?
        let changed: String
    }

    init(_ form: LedgerForm, _ found: [LedgerEntry], problem: LocalizedText?, _ language: Language) {
        let shown = found.prefix(LearningController.pageSize)
        self.problem = problem?[language]
        text = form.text
        kinds = Self.choices(SampleKind.allCases.map { ($0.rawValue, $0.title) }, form.kind, language)
        states = Self.choices(LedgerEntry.State.allCases.map { ($0.rawValue, $0.title) }, form.state, language)
        origins = Self.choices(LedgerEntry.Origin.allCases.map { ($0.rawValue, $0.title) }, form.origin, language)
        isFiltered = !form.isEmpty
        rows = shown.map { Row($0, language) }
        hasRows = !rows.isEmpty
        let isLast = found.count <= LearningController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }

    private static func choices(
        _ values: [(String, LocalizedText)], _ chosen: String, _ language: Language
    ) -> [FieldView.Choice] {
        ([("", LearningText.any.text)] + values).map { FieldView.Choice(value: $0.0, text: $0.1[language], isChosen: $0.0 == chosen) }
    }
}

extension LedgerView.Row {
    init(_ entry: LedgerEntry, _ language: Language) {
        value = entry.digest.description
        selectLabel = LearningText.select.filled(language, entry.subject.nonEmpty ?? entry.digest.description)
        path = entry.message.map { "\(SitePath.messages)/\($0)" }
        subject = entry.subject.nonEmpty
        sender = entry.sender.nonEmpty
        kind = entry.kind.badge(language)
        state = entry.state.badge(language)
        origin = entry.origin.title[language]
        actor = entry.actor.nonEmpty
        changed = ShownValue.time(entry.changedAt)
    }
}
