import Filtering
import Mail
import Settings

/// The page of the allow and block lists.
struct AccessListsView: Sendable {
    let alert: AlertView?
    let list: FieldView
    let kind: FieldView
    let text: FieldView
    let isFiltered: Bool
    let isEmpty: Bool
    let rows: [Row]
    let fields: Fields
    let pager: PagerView

    struct Row: Sendable {
        let value: String
        let path: String
        let identifier: String
        let selectLabel: String
        let list: Badge
        let kind: String
        let domain: String
        let note: String?
    }

    /// The form for a new entry.
    struct Fields: Sendable {
        let list: FieldView
        let kind: FieldView
        let value: FieldView
        let domain: FieldView
        let note: FieldView
    }

    init(_ form: AccessListForm, _ found: [AccessListEntry], _ fields: Fields, _ problems: FormProblems, _ language: Language) {
        let shown = found.prefix(AccessListsController.pageSize)
        alert = problems.summary(fields: ["value", "domain", "note"])
        list = Self.choice(
            "list", .list, [("", AccessListText.any.text)] + AccessListEntry.List.allCases.map { ($0.rawValue, $0.title) }, form.list,
            language)
        kind = Self.choice(
            "kind", .kind, [("", AccessListText.any.text)] + AccessListEntry.Kind.allCases.map { ($0.rawValue, $0.title) }, form.kind,
            language)
        var text = FieldView("text", AccessListText.searchText[language], .input("search"), value: form.text)
        text.maximumLength = 50
        self.text = text
        isFiltered = !form.isEmpty
        isEmpty = shown.isEmpty
        rows = shown.map { entry in
            Row(
                value: entry.value, path: "\(SitePath.accessLists)/\(entry.identifier)", identifier: entry.identifier.description,
                selectLabel: AccessListText.select.filled(language, entry.value), list: entry.list.badge(language),
                kind: entry.kind.title[language], domain: entry.recipient ?? entry.domain?.unicode ?? AccessListText.everybody[language],
                note: entry.note.nonEmpty)
        }
        self.fields = fields
        let isLast = found.count <= AccessListsController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: false)
    }

    static func choice(
        _ name: String, _ label: AccessListText, _ values: [(String, LocalizedText)], _ chosen: String, _ language: Language
    ) -> FieldView {
        FieldView(
            name, label[language],
            .choice(values.map { FieldView.Choice(value: $0.0, text: $0.1[language], isChosen: $0.0 == chosen) }))
    }
}

/// The page of one entry's note.
struct AccessListEntryView: Sendable {
    let title: String
    let alert: AlertView?
    let path: String
    let note: FieldView
    let identifier: String

    init(_ entry: AccessListEntry, _ text: String, _ problems: FormProblems, _ language: Language) {
        title = AccessListText.editTitle.filled(language, entry.value)
        alert = problems.summary(fields: ["note"])
        path = "\(SitePath.accessLists)/\(entry.identifier)"
        identifier = entry.identifier.description
        var note = FieldView("note", AccessListText.note[language], value: text)
        note.problem = problems.at("note")
        note.maximumLength = AccessListEntry.maximumNoteBytes
        self.note = note
    }
}
