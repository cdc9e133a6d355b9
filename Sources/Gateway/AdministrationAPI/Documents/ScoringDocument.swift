import Administration
import Settings

/// How mail is judged. Changed by `PATCH` of the sections' settings and of those of domains.
package struct ScoringDocument: Codable, Sendable {
    /// `enforce`, `record`, `off`.
    package let mode: String
    package let quarantineScore: String
    package let rejectScore: String
    package let tagsSubject: Bool
    package let tagScore: String
    package let sections: [Section]
    package let exceptions: [Exception]
    package let revision: Int64

    package struct Section: Codable, Sendable {
        package let section: String
        package let title: LocalizedDocument
        package let weights: [Weight]
    }

    package struct Weight: Codable, Sendable {
        /// Name of the setting in its section.
        package let name: String
        package let title: LocalizedDocument
        package let value: String
        package let isDefault: Bool
    }

    package struct Exception: Codable, Sendable {
        package let domain: String
        /// `own`, `unscored`, `record`.
        package let scoring: String
        /// With `own` only.
        package let quarantineScore: String?
        package let rejectScore: String?
    }

    init(_ overview: ScoringOverview) {
        mode = overview.filtering.mode.rawValue
        quarantineScore = overview.filtering.quarantineScore.description
        rejectScore = overview.filtering.rejectScore.description
        tagsSubject = overview.filtering.tagsSubject
        tagScore = overview.filtering.tagScore.description
        revision = overview.revision.number
        sections = overview.sections.map { section in
            Section(
                section: section.description.name, title: LocalizedDocument(section.description.title),
                weights: section.weights.map {
                    Weight(name: $0.field.name, title: LocalizedDocument($0.field.title), value: $0.text, isDefault: $0.isDefault)
                })
        }
        exceptions = overview.exceptions.map { exception in
            let isOwn = exception.settings.scoring == .own
            return Exception(
                domain: exception.domain, scoring: exception.settings.scoring.rawValue,
                quarantineScore: isOwn ? exception.settings.quarantineScore.description : nil,
                rejectScore: isOwn ? exception.settings.rejectScore.description : nil)
        }
    }
}
