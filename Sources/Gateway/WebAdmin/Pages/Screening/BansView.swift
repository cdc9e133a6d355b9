import Administration
import Screening
import Settings

/// The page of bans.
struct BansView: Sendable {
    let alert: AlertView?
    let isOff: Bool
    let text: FieldView
    let kind: FieldView
    let isFiltered: Bool
    let isEmpty: Bool
    let rows: [Row]
    let fields: Fields
    let pager: PagerView

    struct Row: Sendable {
        let identifier: String
        let selectLabel: String
        let subject: String
        let kind: String
        let reason: Badge
        let note: String?
        let node: String
        let begun: String
        let until: String
    }

    /// The form for a new ban.
    struct Fields: Sendable {
        let subject: FieldView
        let minutes: FieldView
        let note: FieldView
    }

    init(
        _ form: BansForm, _ found: [Ban], _ fields: Fields, isOn: Bool, names: [NodeID: String], _ problems: FormProblems,
        _ language: Language
    ) {
        let shown = found.prefix(BansController.pageSize)
        alert = problems.summary(fields: ["subject", "minutes", "note"])
        isOff = !isOn
        text = Self.search(form.text, BansText.searchText, language)
        kind = Self.choice("kind", .kind, BanSubject.Kind.allCases.map { ($0.rawValue, $0.title) }, form.kind, language)
        isFiltered = !form.isEmpty
        isEmpty = shown.isEmpty
        rows = shown.map { ban in
            Row(
                identifier: ban.identifier.description, selectLabel: BansText.select.filled(language, ban.subject),
                subject: ban.subject.description, kind: ban.subject.kind.title[language],
                reason: Badge(ban.reason.title, ban.reason == .manual ? .neutral : .warning, language), note: ban.note.nonEmpty,
                node: names[ban.node] ?? "—", begun: ShownValue.time(ban.begunAt),
                until: ban.until.map { ShownValue.time($0) } ?? BansText.untilLifted[language])
        }
        self.fields = fields
        let isLast = found.count <= BansController.pageSize
        pager = PagerView(
            next: isLast
                ? nil : shown.last.map { form.link.with("after", ScreeningPosition.text($0.identifier, $0.begunAt)).text },
            first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }

    static func search(_ value: String, _ label: BansText, _ language: Language) -> FieldView {
        var text = FieldView("text", label[language], .input("search"), value: value)
        text.maximumLength = 50
        return text
    }

    static func choice(
        _ name: String, _ label: BansText, _ values: [(String, LocalizedText)], _ chosen: String, _ language: Language
    ) -> FieldView {
        FieldView(
            name, label[language],
            .choice(
                ([("", BansText.any.text)] + values).map {
                    FieldView.Choice(value: $0.0, text: $0.1[language], isChosen: $0.0 == chosen)
                }))
    }
}

/// The page of refused sign-ins.
struct SignInRefusalsView: Sendable {
    let text: FieldView
    let way: FieldView
    let isFiltered: Bool
    let isEmpty: Bool
    let rows: [Row]
    let pager: PagerView

    struct Row: Sendable {
        let time: String
        let way: String
        let name: String
        let address: String
        let tries: Int
        let node: String
    }

    init(_ form: SignInRefusalsForm, _ found: [SignInRefusal], names: [NodeID: String], _ language: Language) {
        let shown = found.prefix(BansController.pageSize)
        text = BansView.search(form.text, .signInSearchText, language)
        way = BansView.choice("way", .way, SignInRefusal.Way.allCases.map { ($0.rawValue, $0.title) }, form.way, language)
        isFiltered = !form.isEmpty
        isEmpty = shown.isEmpty
        rows = shown.map { refusal in
            Row(
                time: ShownValue.time(refusal.time), way: refusal.way.title[language], name: refusal.name, address: refusal.address,
                tries: refusal.tries, node: names[refusal.node] ?? "—")
        }
        let isLast = found.count <= BansController.pageSize
        pager = PagerView(
            next: isLast
                ? nil : shown.last.map { form.link.with("after", ScreeningPosition.text($0.identifier, $0.time)).text },
            first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }
}
