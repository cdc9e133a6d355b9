import MessageLog
import Settings

/// The list of the message log.
struct MessageListView: Sendable {
    let alert: AlertView?
    let text: FieldView
    let direction: FieldView
    let result: FieldView
    let from: FieldView
    let until: FieldView
    let furtherFields: [FieldView]
    /// Whether the further conditions are shown unfolded.
    let hasMore: Bool
    /// How far a search came that was broken off; `pager.next` goes on.
    let searchedBackTo: String?
    let isFiltered: Bool
    let isEmpty: Bool
    let rows: [Row]
    /// Whether something on the page can be taught.
    let canTeach: Bool
    /// This page, to come back to.
    let here: String
    let pager: PagerView

    struct Row: Sendable {
        /// For its checkbox; `nil` when its content is not kept.
        let value: String?
        let selectLabel: String
        let path: String
        let time: String
        let result: Badge
        let direction: String
        /// `nil`: the null reverse-path.
        let sender: String?
        let recipients: [Recipient]
        let more: String?
        /// What stands where a subject is missing.
        let missingSubject: String
        let subject: String?
        let reason: String

        init(_ record: MessageLogRecord, _ language: Language) {
            let entry = record.entry
            value = record.mayHaveContent ? entry.message.description : nil
            selectLabel = LearningText.select.filled(language, entry.shownSubject(language))
            path = "\(SitePath.messages)/\(entry.message)"
            time = ShownValue.time(entry.receivedAt)
            result = entry.result.badge(language)
            direction = entry.direction.title[language]
            sender = entry.reversePath.nonEmpty
            let shown = record.recipients.prefix(2)
            recipients = shown.map { Recipient(address: $0.address, state: $0.state.badge(language)) }
            more =
                record.recipientCount > shown.count
                ? MessageText.moreRecipients.filled(language, record.recipientCount - shown.count) : nil
            subject = entry.subject.nonEmpty
            missingSubject = entry.missingSubject(language)
            reason = StoredSentence.text(entry.reason, language)
        }
    }

    struct Recipient: Sendable {
        let address: String
        let state: Badge
    }

    init(_ form: MessageLogForm, _ found: MessageLogPage, _ problems: FormProblems, _ language: Language) {
        let shown = found.records.prefix(MessageLogController.pageSize)
        alert = problems.summary(fields: ["text", "from", "until"] + Self.moreFields)
        var text = FieldView("text", MessageText.text[language], .input("search"), value: form.text)
        text.maximumLength = MessageLogFilter.maximumTextBytes
        text.problem = problems.at("text")
        self.text = text
        direction = Self.choice(
            "direction", MessageText.direction, MailDirection.allCases.map { ($0.rawValue, $0.title) }, form.direction, language)
        result = Self.choice("result", MessageText.result, MessageResult.allCases.map { ($0.rawValue, $0.title) }, form.result, language)
        from = Self.day("from", MessageText.from, form.from, problems, language)
        until = Self.day("until", MessageText.until, form.until, problems, language)
        isFiltered = !form.isEmpty
        furtherFields = Self.more(form, problems, language)
        hasMore = form.hasMore
        // Rows beyond the page are seen again by its next one.
        let isCut = found.records.count > MessageLogController.pageSize
        let brokenOff = isCut ? nil : found.searchedBackTo
        searchedBackTo = brokenOff.map { MessageText.searchedBackTo.filled(language, ShownValue.timeWithZone($0.receivedAt)) }
        isEmpty = shown.isEmpty && brokenOff == nil
        rows = shown.map { Row($0, language) }
        canTeach = rows.contains { $0.value != nil }
        here = form.link.with("before", form.before).text
        let last = shown.last.map { MessageLogCursor(receivedAt: $0.entry.receivedAt, message: $0.entry.message) }
        pager = PagerView(
            next: (isCut ? last : brokenOff).map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }

    private static let moreFields = ["sender", "recipient", "subject", "client", "message-id", "size"]

    private static func more(_ form: MessageLogForm, _ problems: FormProblems, _ language: Language) -> [FieldView] {
        let fields: [(String, MessageText, String)] = [
            ("sender", .senderCondition, form.sender), ("recipient", .recipientCondition, form.recipient),
            ("subject", .subject, form.subject), ("client", .client, form.client), ("message-id", .messageID, form.messageID),
            ("size", .minimumSize, form.minimumSize),
        ]
        return fields.map { name, label, value in
            var field = FieldView(name, label[language], value: value)
            field.problem = problems.at(name)
            if name == "size" {
                field.unit = "KiB"
                field.inputMode = "numeric"
            }
            return field
        }
    }

    private static func choice(
        _ name: String, _ label: MessageText, _ values: [(String, LocalizedText)], _ chosen: String, _ language: Language
    ) -> FieldView {
        let any = FieldView.Choice(value: "", text: MessageText.any[language], isChosen: chosen.isEmpty)
        let others = values.map { FieldView.Choice(value: $0.0, text: $0.1[language], isChosen: $0.0 == chosen) }
        return FieldView(name, label[language], .choice([any] + others))
    }

    private static func day(
        _ name: String, _ label: MessageText, _ value: String, _ problems: FormProblems, _ language: Language
    ) -> FieldView {
        // A time of the day comes from a link, such as those of the dashboard.
        var field = FieldView(name, label[language], .input(value.contains("T") ? "datetime-local" : "date"), value: value)
        field.problem = problems.at(name)
        return field
    }
}
