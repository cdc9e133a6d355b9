import Administration
import Hummingbird
import Settings

/// Shows and saves one section, of the gateway, of this node or of a domain.
struct SettingsSectionEditor: Sendable {
    let administration: Administration
    let section: String
    let domain: String?
    /// A node's identifier; `nil`: this node, where the section is one of nodes.
    var node: String?
    /// In place of the section's own.
    var title: String?
    /// Shown above the form.
    var lead: String?
    /// Only these fields, in the section's order; nil: all.
    var fields: Set<String>?
    /// Where the form is sent.
    let path: String

    enum Answer {
        case saved
        case show(SettingsSectionView)
    }

    /// - Parameter values: the form that was sent; `nil` only shows the section.
    func answer(_ values: FormValues?, _ request: AdministratorRequest) async throws(AdministrationError) -> Answer {
        let present = try await administration.section(section, domain: domain, node: node, request.caller)
        guard let values else { return .show(view(present, form: nil, .none(request.language), request)) }
        let form = SettingsForm(values, present.description)
        do throws(AdministrationError) {
            _ = try await administration.saveSettings(
                section, domain: domain, node: node, values: form.changes, basedOn: form.revision, request.caller)
            return .saved
        } catch {
            if case .settingsConflict(let conflict) = error { return .show(try await show(conflict, form, request)) }
            let problems = FormProblems(try error.formProblems(), request.language)
            return .show(view(present, form: form, problems, request))
        }
    }

    /// The values as they are now, with what had been typed beside those that differ: each can be taken after all.
    private func show(
        _ conflict: SettingsConflict, _ form: SettingsForm, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> SettingsSectionView {
        let language = request.language
        let present = try await administration.section(section, domain: domain, node: node, request.caller)
        var view = view(present, form: nil, .none(language), request)
        view.alert = AlertView(title: SettingsText.conflict[language], text: Self.text(conflict, language))
        view.status = .conflict
        let wanted = present.description.fields.filter { fields?.contains($0.name) ?? true }
        for (index, field) in wanted.enumerated() {
            guard let question = conflict.fields.first(where: { $0.name == field.name }) else { continue }
            let isReset = form.resets.contains(field.name)
            view.fields[index].yourEntry = FieldView.YourEntry(
                name: field.name,
                text: SettingsText.yourEntry.filled(language, question.yours.listed.nonEmpty ?? SettingsText.emptyValue[language]),
                value: isReset ? field.defaultText : form.typed[field.name] ?? question.yours,
                label: SettingsText.takeYours[language])
        }
        return view
    }

    private static func text(_ conflict: SettingsConflict, _ language: Language) -> String {
        let message = conflict.message[language]
        guard let actor = conflict.changedBy, let time = conflict.changedAt else { return message }
        return message + " " + SettingsText.savedBy.filled(language, ActorWords.text(actor, language), ShownValue.timeWithZone(time))
    }

    private func view(
        _ present: SectionTexts, form: SettingsForm?, _ problems: FormProblems, _ request: AdministratorRequest
    ) -> SettingsSectionView {
        let language = request.language
        let description = present.description
        let wanted = description.fields.filter { self.fields?.contains($0.name) ?? true }
        let fields = wanted.map { field in
            SettingsFieldControl(field, language).view(
                text: form?.typed[field.name] ?? present.texts[field.name] ?? field.defaultText,
                present: present.texts[field.name] ?? field.defaultText, isReset: form?.resets.contains(field.name) ?? false,
                problem: problems.at(field.name))
        }
        let alert = problems.summary(fields: description.fields.map(\.name))
        return SettingsSectionView(
            title: title ?? description.title[language], lead: lead, path: path,
            revision: (form?.revision ?? present.revision).description,
            shownRevision: SettingsText.revision.filled(language, present.revision), alert: alert, fields: fields,
            status: alert == nil ? .ok : .unprocessableContent)
    }
}

/// One section's form as it was sent.
struct SettingsForm: Sendable {
    let revision: SettingsRevision?
    /// By field name, as typed.
    let typed: [String: String]
    /// Fields to be put back to their defaults.
    let resets: Set<String>

    /// In front of field names, so that no setting can clash with the form's own fields.
    static let prefix = "setting."

    init(_ values: FormValues, _ description: SettingsSectionDescription) {
        revision = Int64(values.trimmed("revision")).map { SettingsRevision($0) }
        var typed: [String: String] = [:]
        for field in description.fields {
            let name = Self.prefix + field.name
            if case .selection = field.kind {
                // One value for each box that is ticked, and an empty one, so that none is told from a form without the field.
                typed[field.name] = values.contains(name) ? values.all(name).filter { !$0.isEmpty }.joined(separator: ",") : nil
            } else {
                typed[field.name] = values[name]
            }
        }
        // After a conflict: the loser's own version of a field, chosen after all.
        for name in values.all("mine") where typed[name] != nil { typed[name] = values["mine." + name] ?? typed[name] }
        self.typed = typed
        resets = Set(values.all("reset")).intersection(description.fields.map(\.name))
    }

    var changes: [String: String?] {
        var changes: [String: String?] = typed.mapValues { .some($0) }
        for name in resets { changes[name] = .some(nil) }
        return changes
    }
}

struct SettingsSectionView: Sendable {
    let title: String
    let lead: String?
    let path: String
    let revision: String
    let shownRevision: String
    var alert: AlertView?
    var fields: [FieldView]
    var status: HTTPResponse.Status
}

extension String {
    /// A list as a line.
    fileprivate var listed: String {
        split { $0 == "," || $0.isNewline }.map(\.trimmingWhiteSpace).filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
