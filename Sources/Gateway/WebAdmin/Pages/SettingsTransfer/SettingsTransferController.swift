import Administration
import HTTPTypes
import Hummingbird
import NIOCore
import Settings

/// Export as a download; import by a file, its difference, and a confirmation that carries the file along.
struct SettingsTransferController: Sendable {
    let services: SiteServices

    /// The file stands in the page of the confirmation; larger ones are imported by the command.
    static let maximumFileBytes = 2 << 20
    /// With the token and the revision.
    private static let maximumFormBytes = maximumFileBytes + 65_536

    func addRoutes(to routes: PageRoutes) {
        routes.page("settings-transfer") { request in start(request, problems: []) }
        routes.page("settings-transfer/export") { request in try await export(includesSecrets: false, request) }
        routes.form("settings-transfer/export") { request, _ in try await export(includesSecrets: true, request) }
        routes.upload("settings-transfer/check", maximumBytes: Self.maximumFormBytes) { request, form in
            try await check(form, request, problem: nil)
        }
        routes.upload("settings-transfer/import", maximumBytes: Self.maximumFormBytes) { request, form in
            try await importFile(form, request)
        }
    }

    private func start(_ request: AdministratorRequest, problems: [FieldProblem]) -> Response {
        let language = request.language
        let view = SettingsTransferView(
            problems: problems.map { problem in
                (problem.field.map { "\($0): " } ?? "") + problem.message[language]
            }, hasProblems: !problems.isEmpty)
        return services.renderer.page(
            .settingsTransfer, view, title: SettingsTransferText.title[language], in: .settings, visitor: request.visitor,
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    private func export(includesSecrets: Bool, _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let file = try await services.administration.exportConfiguration(includesSecrets: includesSecrets, request.caller)
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json",
                .contentDisposition: "attachment; filename=\"securitygateway-settings.json\"",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: file)))
    }

    private func check(
        _ form: MultipartForm, _ request: AdministratorRequest, problem: LocalizedText?
    ) async throws(AdministrationError) -> Response {
        let file = form["file"] ?? []
        do throws(AdministrationError) {
            let plan = try await services.administration.planImport(of: file, request.caller)
            let view = SettingsImportView(plan, file: file, problem: problem, request.language)
            return services.renderer.page(
                .settingsImport, view, title: SettingsTransferText.planTitle[request.language], in: .settings, visitor: request.visitor,
                status: problem == nil ? .ok : .conflict)
        } catch {
            guard case .invalid(let problems) = error else { throw error }
            return start(request, problems: problems)
        }
    }

    private func importFile(_ form: MultipartForm, _ request: AdministratorRequest) async throws -> Response {
        guard let revision = Int64(form.values.trimmed("revision")) else { throw PageError.malformedForm }
        do throws(AdministrationError) {
            let (_, done) = try await services.administration.importConfiguration(
                form["file"] ?? [], basedOn: SettingsRevision(revision), request.caller)
            return .seeOther(SitePath.settingsHistory, notice: Notice(.settingsImported, count: done.differences.count))
        } catch {
            guard case .conflict(let message) = error else { throw error }
            return try await check(form, request, problem: message)
        }
    }
}

struct SettingsTransferView: Sendable {
    let problems: [String]
    let hasProblems: Bool
}

/// The difference, and the file for the confirmation.
struct SettingsImportView: Sendable {
    let problem: String?
    let rows: [Row]
    let hasRows: Bool
    let more: String?
    let file: String
    let revision: String

    /// Differences that a page shows.
    private static let maximumRows = 500

    struct Row: Sendable {
        let kind: String
        let name: String
        let before: String
        let after: String
    }

    init(_ plan: ConfigurationPlan, file: [UInt8], problem: LocalizedText?, _ language: Language) {
        self.problem = problem?[language]
        self.file = String(decoding: file, as: UTF8.self)
        revision = plan.revision.description
        rows = plan.differences.prefix(Self.maximumRows).map { difference in
            func shown(_ text: String?) -> String {
                text ?? (difference.kind == .setting ? SettingsHistoryText.defaultValue : .nothing)[language]
            }
            return Row(
                kind: Self.title(difference.kind)[language], name: difference.name, before: shown(difference.before),
                after: shown(difference.after))
        }
        hasRows = !rows.isEmpty
        let rest = plan.differences.count - rows.count
        more = rest > 0 ? SettingsTransferText.more.filled(language, rest) : nil
    }

    private static func title(_ kind: ConfigurationPlan.Kind) -> SettingsTransferText {
        switch kind {
        case .setting: .setting
        case .domain: .domain
        case .recipients: .recipients
        case .user: .user
        case .accessList: .accessList
        }
    }
}
