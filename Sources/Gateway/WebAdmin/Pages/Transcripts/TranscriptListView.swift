import Settings
import SharedFolders

/// The list of transcripts.
struct TranscriptListView: Sendable {
    let alert: AlertView?
    let address: FieldView
    let way: FieldView
    let state: FieldView
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let searchedBackTo: String?
    let pager: PagerView

    struct Row: Sendable {
        let path: String
        let begun: String
        let way: String
        let state: Badge
        let address: String
    }

    init(_ form: TranscriptForm, _ page: TranscriptPage, _ language: Language) {
        let problems = FormProblems(form.problems, language)
        alert = problems.summary(fields: ["address"])
        var address = FieldView("address", TranscriptText.address[language], value: form.address)
        address.problem = problems.at("address")
        self.address = address
        way = FieldView(
            "way", TranscriptText.way[language],
            .choice(
                [FieldView.Choice(value: "", text: TranscriptText.any[language], isChosen: form.filter.way == nil)]
                    + TranscriptWay.allCases.map {
                        FieldView.Choice(value: $0.rawValue, text: Self.title($0)[language], isChosen: form.filter.way == $0)
                    }))
        state = FieldView(
            "troubled", TranscriptText.state[language],
            .choice([
                FieldView.Choice(value: "", text: TranscriptText.any[language], isChosen: !form.isTroubledOnly),
                FieldView.Choice(value: TranscriptForm.only, text: TranscriptText.onlyTroubled[language], isChosen: form.isTroubledOnly),
            ]))
        isFiltered = form.isFiltered
        rows = page.entries.map { Row($0, language) }
        hasRows = !rows.isEmpty
        searchedBackTo = page.searchedBackTo.map { TranscriptText.searchedBackTo.filled(language, ShownValue.timeWithZone($0)) }
        pager = PagerView(
            next: page.next(limit: TranscriptsController.pageSize).map { form.link.with("before", $0.description).text },
            first: form.cursor == nil ? nil : form.link.text,
            isTimeOrdered: true)
    }

    static func title(_ way: TranscriptWay) -> TranscriptText {
        switch way {
        case .inbound: .inbound
        case .outbound: .outbound
        }
    }
}

extension TranscriptListView.Row {
    init(_ entry: TranscriptEntry, _ language: Language) {
        path = "\(SitePath.transcripts)/\(entry.identifier)"
        begun = ShownValue.time(entry.startedAt)
        way = TranscriptListView.title(entry.way)[language]
        state =
            entry.isTroubled
            ? Badge(TranscriptText.troubled.text, .warning, language) : Badge(TranscriptText.good.text, .good, language)
        address = entry.address?.description ?? "—"
    }
}
