import Administration
import Filtering
import Mail
import Settings

/// The filter as the page's address holds it.
struct AccessListForm: Sendable {
    let list: String
    let kind: String
    let text: String
    let after: String

    init(_ query: FormValues) {
        list = query.trimmed("list")
        kind = query.trimmed("kind")
        text = query.trimmed("text")
        after = query["after"] ?? ""
    }

    var isEmpty: Bool { list.isEmpty && kind.isEmpty && text.isEmpty }

    /// An unknown list or kind, which no page of ours sends, is no condition.
    var filter: AccessListFilter {
        var filter = AccessListFilter()
        filter.list = AccessListEntry.List(rawValue: list)
        filter.kind = AccessListEntry.Kind(rawValue: kind)
        filter.text = String(text.prefix(50))
        return filter
    }

    /// `<identifier>.<value>`.
    var cursor: AccessListCursor? {
        guard let dot = after.firstIndex(of: "."), let identifier = RecordIdentifier(after[..<dot]) else { return nil }
        return AccessListCursor(value: String(after[after.index(after: dot)...]), identifier: identifier)
    }

    var link: PageLink { PageLink(SitePath.accessLists).with("list", list).with("kind", kind).with("text", text) }

    func link(after last: AccessListEntry) -> String { link.with("after", "\(last.identifier).\(last.value)").text }
}

/// A new entry as it was typed.
struct AccessListEntryForm: Sendable {
    var list = AccessListEntry.List.block.rawValue
    var kind = AccessListEntry.Kind.senderDomain.rawValue
    var value = ""
    var domain = ""
    var note = ""

    init() {}

    init(_ values: FormValues) {
        list = values.trimmed("list")
        kind = values.trimmed("kind")
        value = values.trimmed("value")
        domain = values.trimmed("domain")
        note = values.trimmed("note")
    }

    /// `nil` when list or kind are none that the page offers.
    var input: AccessListInput? {
        guard let list = AccessListEntry.List(rawValue: list), let kind = AccessListEntry.Kind(rawValue: kind) else { return nil }
        return AccessListInput(list: list, kind: kind, value: value, domain: domain, note: note)
    }

    func fields(_ domains: [DomainName], _ problems: FormProblems, _ language: Language) -> AccessListsView.Fields {
        let everybody = FieldView.Choice(value: "", text: AccessListText.everybody[language], isChosen: domain.isEmpty)
        let others = domains.map { FieldView.Choice(value: $0.ascii, text: $0.unicode, isChosen: $0.ascii == domain) }
        var value = FieldView("value", AccessListText.value[language], value: self.value)
        value.help = AccessListText.valueHelp[language]
        value.problem = problems.at("value")
        value.maximumLength = 320
        value.isRequired = true
        var scope = FieldView("domain", AccessListText.domain[language], .choice([everybody] + others))
        scope.help = AccessListText.domainHelp[language]
        scope.problem = problems.at("domain")
        var note = FieldView("note", AccessListText.note[language], value: self.note)
        note.problem = problems.at("note")
        note.maximumLength = AccessListEntry.maximumNoteBytes
        return AccessListsView.Fields(
            list: AccessListsView.choice("list", .list, AccessListEntry.List.allCases.map { ($0.rawValue, $0.title) }, list, language),
            kind: AccessListsView.choice("kind", .kind, AccessListEntry.Kind.allCases.map { ($0.rawValue, $0.title) }, kind, language),
            value: value, domain: scope, note: note)
    }
}
