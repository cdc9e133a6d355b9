import Administration
import MessageLog
import Settings

/// The page of reports.
struct ReportView: Sendable {
    let alert: AlertView?
    let by: FieldView
    let direction: FieldView
    let from: FieldView
    let until: FieldView
    let chart: MailChart?
    let table: MailTable?
    let senders: [Row]
    let recipients: [Row]
    let hasSenders: Bool
    let hasRecipients: Bool

    struct Row: Sendable {
        /// `nil`: the null reverse-path.
        let address: String?
        let messages: String
        let size: String

        init(_ correspondent: Correspondent, _ language: Language) {
            address = correspondent.address.nonEmpty
            messages = ShownValue.number(correspondent.messages)
            size = ShownValue.size(correspondent.sizeBytes, language)
        }
    }

    init(_ form: ReportForm, _ found: ReportFindings, _ problems: FormProblems, _ language: Language) {
        alert = problems.summary(fields: ["from", "until"])
        by = FieldView(
            "by", ReportText.period[language],
            .choice(
                StatisticsPeriod.allCases.map {
                    FieldView.Choice(value: $0.rawValue, text: ReportText.of($0)[language], isChosen: $0 == form.period)
                }))
        let any = FieldView.Choice(value: "", text: MessageText.any[language], isChosen: form.direction.isEmpty)
        direction = FieldView(
            "direction", MessageText.direction[language],
            .choice(
                [any]
                    + MailDirection.allCases.map {
                        FieldView.Choice(value: $0.rawValue, text: $0.title[language], isChosen: $0.rawValue == form.direction)
                    }))
        from = Self.day("from", MessageText.from, form.from, problems, language)
        until = Self.day("until", MessageText.until, form.until, problems, language)
        chart = found.report.map { MailChart($0, title: ReportText.chartTitle[language], language) }
        table = found.report.map { MailTable($0, language) }
        senders = found.senders.map { Row($0, language) }
        recipients = found.recipients.map { Row($0, language) }
        hasSenders = !senders.isEmpty
        hasRecipients = !recipients.isEmpty
    }

    private static func day(
        _ name: String, _ label: MessageText, _ value: String, _ problems: FormProblems, _ language: Language
    ) -> FieldView {
        var field = FieldView(name, label[language], .input("date"), value: value)
        field.problem = problems.at(name)
        return field
    }
}

/// The numbers of a chart as a table: a row for each period with mail, newest first, and their sum.
struct MailTable: Sendable {
    let columns: [String]
    let rows: [Row]
    let hasRows: Bool

    struct Row: Sendable {
        let label: String
        let cells: [Cell]
        let size: String
        let isTotal: Bool
    }

    struct Cell: Sendable {
        let title: String
        let number: String
    }

    init(_ report: MailReport, _ language: Language) {
        let results = MessageResult.allCases.filter { result in report.figures.contains { $0.result == result } }
        columns = results.map { $0.title[language] }
        let byStart = Dictionary(grouping: report.figures, by: \.start)
        let periods = byStart.keys.sorted(by: >).map {
            Self.row(ReportText.label($0, report.period), byStart[$0] ?? [], results, isTotal: false, language)
        }
        let total = Self.row(ReportText.total[language], report.figures, results, isTotal: true, language)
        rows = periods.isEmpty ? [] : periods + [total]
        hasRows = !rows.isEmpty
    }

    private static func row(
        _ label: String, _ figures: [MailFigure], _ results: [MessageResult], isTotal: Bool, _ language: Language
    ) -> Row {
        let cells = results.map { result in
            Cell(
                title: result.title[language],
                number: ShownValue.number(figures.filter { $0.result == result }.reduce(0) { $0 + $1.messages }))
        }
        return Row(
            label: label, cells: cells, size: ShownValue.size(figures.reduce(0) { $0 + $1.sizeBytes }, language), isTotal: isTotal)
    }
}
