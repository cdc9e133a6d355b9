import Administration
import Screening
import Settings

/// A cursor as the page's address holds it: `<identifier>.<milliseconds>`.
enum ScreeningPosition {
    static func cursor(_ text: String) -> ScreeningCursor? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let identifier = RecordIdentifier(parts[0]), let time = Int64(parts[1]) else { return nil }
        return ScreeningCursor(time: UTCTime(milliseconds: time), identifier: identifier)
    }

    static func text(_ identifier: RecordIdentifier, _ time: UTCTime) -> String { "\(identifier).\(time.milliseconds)" }
}

/// The conditions on bans as the page's address holds them.
struct BansForm: Sendable {
    let kind: String
    let text: String
    let after: String

    init(_ query: FormValues) {
        kind = query.trimmed("kind")
        text = query.trimmed("text")
        after = query["after"] ?? ""
    }

    var isEmpty: Bool { kind.isEmpty && text.isEmpty }

    /// An unknown kind, which no page of ours sends, is no condition.
    var filter: BanFilter {
        var filter = BanFilter()
        filter.kind = BanSubject.Kind(rawValue: kind)
        filter.text = String(text.prefix(50))
        return filter
    }

    var cursor: ScreeningCursor? { ScreeningPosition.cursor(after) }
    var link: PageLink { PageLink(SitePath.bans).with("kind", kind).with("text", text) }
}

/// The conditions on refused sign-ins as the page's address holds them.
struct SignInRefusalsForm: Sendable {
    let way: String
    let text: String
    let after: String

    init(_ query: FormValues) {
        way = query.trimmed("way")
        text = query.trimmed("text")
        after = query["after"] ?? ""
    }

    var isEmpty: Bool { way.isEmpty && text.isEmpty }

    var filter: SignInRefusalFilter {
        var filter = SignInRefusalFilter()
        filter.way = SignInRefusal.Way(rawValue: way)
        filter.text = String(text.prefix(50))
        return filter
    }

    var cursor: ScreeningCursor? { ScreeningPosition.cursor(after) }
    var link: PageLink { PageLink(SitePath.signInRefusals).with("way", way).with("text", text) }
}

/// A new ban as it was typed.
struct NewBanForm: Sendable {
    var subject = ""
    var minutes = ""
    var note = ""

    init() {}

    init(_ values: FormValues) {
        subject = values.trimmed("subject")
        minutes = values.trimmed("minutes")
        note = values.trimmed("note")
    }

    /// - Throws: `.invalid` for minutes that are no number.
    func input() throws(AdministrationError) -> BanInput {
        guard !minutes.isEmpty else { return BanInput(subject: subject, note: note) }
        guard let number = Int(minutes) else {
            throw .invalid([FieldProblem(field: "minutes", message: BansText.minutesProblem.text)])
        }
        return BanInput(subject: subject, minutes: number, note: note)
    }

    func fields(_ problems: FormProblems, _ language: Language) -> BansView.Fields {
        var subject = FieldView("subject", BansText.subject[language], value: self.subject)
        subject.help = BansText.subjectHelp[language]
        subject.problem = problems.at("subject")
        subject.maximumLength = 320
        subject.isRequired = true
        var minutes = FieldView("minutes", BansText.minutes[language], value: self.minutes)
        minutes.help = BansText.minutesHelp[language]
        minutes.problem = problems.at("minutes")
        minutes.inputMode = "numeric"
        var note = FieldView("note", BansText.note[language], value: self.note)
        note.problem = problems.at("note")
        note.maximumLength = Ban.maximumNoteBytes
        return BansView.Fields(subject: subject, minutes: minutes, note: note)
    }
}
