import Administration
import Filtering
import Mail
import Settings
import Sieve

/// The list of scripts.
struct SieveScriptsView: Sendable {
    let isEmpty: Bool
    let areUsersOff: Bool
    let rows: [Row]
    let owner: FieldView
    let next: String?

    struct Row: Sendable {
        let owner: String
        let name: String
        let path: String
        let state: Badge
        let changed: String
    }

    init(_ scripts: [SieveScript], areUsersOff: Bool, problem: LocalizedText?, next: String?, _ language: Language) {
        isEmpty = scripts.isEmpty
        self.areUsersOff = areUsersOff
        self.next = next
        rows = scripts.map { script in
            Row(
                owner: SieveWords.owner(script.owner, language), name: script.name, path: SieveWords.path(script.owner),
                state: script.isActive
                    ? Badge(SieveText.active.text, .good, language) : Badge(SieveText.inactive.text, .neutral, language),
                changed: ShownValue.timeWithZone(script.changedAt))
        }
        var field = FieldView("owner", SieveText.owner[language], value: "cluster")
        field.help = SieveText.ownerHelp[language]
        field.problem = problem?[language]
        field.maximumLength = 320
        owner = field
    }
}

enum SieveWords {
    static func owner(_ owner: SieveOwner, _ language: Language) -> String {
        switch owner {
        case .cluster: SieveText.wholeCluster[language]
        case .domain(let name): name.unicode
        case .user(let key): key
        }
    }

    static func path(_ owner: SieveOwner) -> String { PageLink(SitePath.sieveEdit).with("owner", owner.key).text }
}

/// The editor of one script, with its faults and with what a trial showed.
struct SieveScriptView: Sendable {
    let title: String
    let lead: String?
    let note: String?
    let alert: AlertView?
    let isChecked: Bool
    let isOwn: Bool
    let path: String
    let owner: String
    let isNew: Bool
    let name: FieldView
    let isActive: Bool
    let script: String
    let isScriptWrong: Bool
    let faults: [Fault]
    let hasFaults: Bool
    let extensions: String
    let message: FieldView
    let stored: FieldView
    let sender: FieldView
    let recipient: FieldView
    let score: FieldView
    let trial: Trial?

    struct Fault: Sendable {
        let place: String
        let text: String
        /// The line of the script, and below it a mark at the character.
        let source: String
    }

    struct Trial: Sendable {
        let result: Badge
        let redirects: [String]
        let hasRedirects: Bool
        let addedFields: [String]
        let hasAddedFields: Bool
        let deletedFields: String?
        let reasons: [String]
        let scripts: [Script]

        struct Script: Sendable {
            let title: String
            let failed: String?
            let steps: [Step]
        }

        struct Step: Sendable {
            let line: Int
            let text: String
            let answer: String?
        }
    }

    /// Where the editor stands and for whom.
    struct Place: Sendable {
        let owner: SieveOwner
        let path: String
        let isNew: Bool
        /// In the user's own pages.
        var isOwn = false
        var note: LocalizedText?
    }

    init(
        _ form: SieveForm, _ place: Place, faults: [SieveFault]?, problems: [FieldProblem], trial: SieveTrial?, _ language: Language
    ) {
        let shown = FormProblems(problems, language)
        title =
            place.isOwn ? SieveText.ownTitle[language] : SieveText.editTitle.filled(language, SieveWords.owner(place.owner, language))
        lead = place.isOwn ? SieveText.ownLead[language] : nil
        note = place.note?[language]
        alert = shown.summary(fields: problems.compactMap(\.field))
        isChecked = faults?.isEmpty == true && trial == nil && problems.isEmpty
        isOwn = place.isOwn
        path = place.path
        owner = place.owner.key
        isNew = place.isNew
        isActive = form.isActive
        script = form.script
        isScriptWrong = faults?.isEmpty == false
        self.faults = Self.faults(faults ?? [], form.script, language)
        hasFaults = isScriptWrong
        extensions = SieveProgram.knownExtensions.sorted().joined(separator: ", ")
        func input(_ name: String, _ label: SieveText, _ help: SieveText?, _ value: String, _ maximumLength: Int) -> FieldView {
            var field = FieldView(name, label[language], value: value)
            field.help = help?[language]
            field.problem = shown.at(name)
            field.maximumLength = maximumLength
            return field
        }
        name = input("name", .name, .nameHelp, form.name, 100)
        var text = FieldView("message", SieveText.message[language], .area, value: form.message)
        text.help = SieveText.messageHelp[language]
        text.problem = shown.at("message")
        message = text
        stored = input("stored", .stored, .storedHelp, form.stored, 40)
        sender = input("sender", .sender, nil, form.sender, 320)
        recipient = input("recipient", .recipient, .recipientHelp, form.recipient, 320)
        score = input("score", .score, .scoreHelp, form.score, 10)
        self.trial = trial.map { Trial($0, language) }
    }

    private static func faults(_ faults: [SieveFault], _ script: String, _ language: Language) -> [Fault] {
        let lines = script.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        return faults.map { fault in
            let line = fault.position.line <= lines.count ? String(lines[fault.position.line - 1].prefix(200)) : ""
            let blanks = String(repeating: " ", count: max(0, min(fault.position.column - 1, 200)))
            return Fault(
                place: SieveText.place.filled(language, String(fault.position.line)),
                text: language == .japanese ? fault.problem.japanese : fault.problem.english,
                source: line + "\n" + blanks + "^")
        }
    }
}

extension SieveScriptView.Trial {
    init(_ trial: SieveTrial, _ language: Language) {
        let fate = trial.fate
        switch fate.way {
        case .keep: result = Badge(SieveText.keep.text, .good, language)
        case .quarantine(let isForAdministrators):
            result = Badge((isForAdministrators ? SieveText.administratorsQuarantine : .quarantine).text, .warning, language)
        case .gone: result = Badge(SieveText.gone.text, .warning, language)
        case .reject: result = Badge(SieveText.reject.text, .bad, language)
        }
        redirects = fate.redirects.map(\.description)
        hasRedirects = !redirects.isEmpty
        addedFields = (fate.edits.first + fate.edits.last).map { "\($0.name): \($0.value)" }
        hasAddedFields = !addedFields.isEmpty
        deletedFields = fate.edits.deleted.isEmpty ? nil : String(fate.edits.deleted.count)
        reasons = fate.reasons.map { $0.text[language] }
        scripts = fate.traces.map { trace in
            Script(
                title: "\(SieveWords.owner(trace.owner, language)) · \(trace.name)", failed: trace.fault?[language],
                steps: trace.steps.map { step in
                    switch step.step {
                    case .test(let name, let holds):
                        Step(line: step.position.line, text: name, answer: (holds ? SieveText.holds : .holdsNot)[language])
                    case .action(let words): Step(line: step.position.line, text: words, answer: nil)
                    }
                })
        }
    }
}
