import Administration
import Hummingbird
import MessageLog
import SampleLearning
import Settings

/// Bayesian learning: its state and runs, the ledger, teaching messages of the log, and why one gets its score.
struct LearningController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    private static let shownRuns = 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("bayes") { request in
            let status = try await services.administration.learningStatus(request.caller)
            let runs = try await services.administration.learningRuns(limit: Self.shownRuns, request.caller)
            return services.renderer.page(
                .learning, LearningView(status, runs, request.language), title: LearningText.title[request.language], in: .learning,
                visitor: request.visitor)
        }
        routes.form("bayes/run") { request, values in
            let beginsAnew = values.contains("anew")
            guard !beginsAnew || values.contains("confirmed") else { return confirmBeginningAnew(request) }
            try await services.administration.runLearning(beginsAnew: beginsAnew, request.caller)
            return .seeOther(SitePath.learning, notice: Notice(.learningStarted))
        }
        routes.page("bayes/ledger") { request in try await showLedger(LedgerForm(request.query), problem: nil, request) }
        routes.form("bayes/ledger") { request, values in try await unlearn(values, request) }
        routes.form("messages/teach") { request, values in try await teach(values, request) }
        routes.page("messages/:id/why") { request in try await explain(request) }
    }

    private func showLedger(
        _ form: LedgerForm, problem: LocalizedText?, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.learningLedger(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let view = LedgerView(form, found, problem: problem, request.language)
        return services.renderer.page(
            .learningLedger, view, title: LearningText.ledgerTitle[request.language], in: .learning, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }

    private func confirmBeginningAnew(_ request: AdministratorRequest) -> Response {
        let language = request.language
        let view = ConfirmationView(
            title: LearningText.beginAnewTitle[language], text: LearningText.beginAnewText[language], action: "\(SitePath.learning)/run",
            button: LearningText.beginAnew[language], cancel: SitePath.learning,
            hidden: [.init(name: "anew", value: "yes"), .init(name: "confirmed", value: "yes")], items: [], hasItems: false, more: nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .learning, visitor: request.visitor)
    }

    /// First asks, then does.
    private func unlearn(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let language = request.language
        let samples = values.all("entry").compactMap { SampleDigest($0) }
        guard !samples.isEmpty else {
            return try await showLedger(LedgerForm(.empty), problem: LearningText.nothingSelected.text, request)
        }
        guard values.contains("confirmed") else {
            let view = ConfirmationView(
                title: LearningText.unlearnTitle.filled(language, samples.count), text: LearningText.unlearnText[language],
                action: SitePath.learningLedger, button: LearningText.confirmUnlearn.filled(language, samples.count),
                cancel: SitePath.learningLedger,
                hidden: samples.map { .init(name: "entry", value: $0.description) } + [.init(name: "confirmed", value: "yes")],
                items: [], hasItems: false, more: nil)
            return services.renderer.page(.confirmation, view, title: view.title, in: .learning, visitor: request.visitor)
        }
        let count = try await services.administration.unlearn(samples, request.caller)
        return .seeOther(SitePath.learningLedger, notice: Notice(.learningUnlearned, count: count))
    }

    /// Of one message, or of several selected ones; goes back to where it was asked.
    private func teach(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let messages = values.all("entry").compactMap { RecordIdentifier($0) }
        guard let kind = SampleKind(rawValue: values.trimmed("kind")) else { throw PageError.malformedForm }
        let back = SitePath.local(values.trimmed("back"))
        guard !messages.isEmpty else { return .seeOther(back, notice: Notice(.learningNothingSelected)) }
        let taught = try await services.administration.teach(messages, as: kind, from: .log, request.caller)
        return .seeOther(back, notice: Self.notice(taught))
    }

    static func notice(_ taught: TaughtMessages) -> Notice {
        let isSome = !taught.waiting.isEmpty || !taught.known.isEmpty
        if isSome, !taught.refused.isEmpty { return Notice(.learningTaughtSome, count: taught.refused.count) }
        if !taught.waiting.isEmpty { return Notice(.learningTaught, count: taught.waiting.count) }
        return taught.refused.isEmpty ? Notice(.learningKnown) : Notice(.learningNoContent)
    }

    private func explain(_ request: AdministratorRequest) async throws -> Response {
        guard let message = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
        let entry = try await services.administration.message(message, request.caller).record.entry
        let explanation = try await services.administration.explain(message: message, request.caller)
        let view = ExplanationView(explanation, message: message, subject: entry.shownSubject(request.language), request.language)
        return services.renderer.page(
            .learningExplanation, view, title: LearningText.why[request.language], in: .messages, visitor: request.visitor)
    }
}
