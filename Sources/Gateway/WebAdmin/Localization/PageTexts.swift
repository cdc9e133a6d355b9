import Mustache
import Settings

/// A text of the pages in every language. Its cases are exhaustive switches, so a text without a translation does not compile.
protocol PageText: RawRepresentable<String>, CaseIterable, Sendable {
    var text: LocalizedText { get }
}

extension PageText {
    subscript(_ language: Language) -> String { text[language] }

    /// With values in the places `{}` in order, or `{0}`, `{1}` where a language needs another order.
    func filled(_ language: Language, _ values: any CustomStringConvertible...) -> String {
        var result = text[language]
        for (position, value) in values.enumerated() {
            let numbered = "{\(position)}"
            if result.contains(numbered) {
                result = result.replacing(numbered, with: value.description)
            } else if let place = result.firstRange(of: "{}") {
                result.replaceSubrange(place, with: value.description)
            }
        }
        return result
    }
}

/// The texts as templates see them: `{{t.queue.title}}`.
struct PageTexts: MustacheParent {
    let language: Language

    func child(named name: String) -> Any? {
        Self.groups[name].map { Group(language: language, texts: $0) }
    }

    private struct Group: MustacheParent {
        let language: Language
        let texts: @Sendable (String) -> LocalizedText?

        func child(named name: String) -> Any? { texts(name)?[language] }
    }

    static func text(group: String, name: String) -> LocalizedText? { groups[group]?(name) }

    private static let groups: [String: @Sendable (String) -> LocalizedText?] = [
        "common": { CommonText(rawValue: $0)?.text }, "firstStart": { FirstStartText(rawValue: $0)?.text },
        "signIn": { SignInText(rawValue: $0)?.text }, "dashboard": { DashboardText(rawValue: $0)?.text },
        "domain": { DomainText(rawValue: $0)?.text }, "message": { MessageText(rawValue: $0)?.text },
        "queue": { QueueText(rawValue: $0)?.text }, "settings": { SettingsText(rawValue: $0)?.text },
        "audit": { AuditText(rawValue: $0)?.text }, "administrator": { AdministratorText(rawValue: $0)?.text },
        "user": { UserText(rawValue: $0)?.text }, "quarantine": { QuarantineText(rawValue: $0)?.text },
        "accessList": { AccessListText(rawValue: $0)?.text }, "contentRule": { ContentRuleText(rawValue: $0)?.text },
        "sieve": { SieveText(rawValue: $0)?.text },
        "greylist": { GreylistText(rawValue: $0)?.text }, "bans": { BansText(rawValue: $0)?.text },
        "judgement": { JudgementText(rawValue: $0)?.text },
        "error": { ErrorText(rawValue: $0)?.text },
        "apiKey": { APIKeyText(rawValue: $0)?.text },
        "learning": { LearningText(rawValue: $0)?.text },
        "attachment": { AttachmentText(rawValue: $0)?.text },
        "digest": { DigestPageText(rawValue: $0)?.text },
        "maintenance": { MaintenanceText(rawValue: $0)?.text },
        "verification": { VerificationText(rawValue: $0)?.text },
        "country": { CountryText(rawValue: $0)?.text },
        "callback": { CallbackText(rawValue: $0)?.text },
        "signingKey": { SigningKeyText(rawValue: $0)?.text },
        "transcript": { TranscriptText(rawValue: $0)?.text }, "directory": { DirectoryText(rawValue: $0)?.text },
        "folder": { FolderText(rawValue: $0)?.text },
        "own": { OwnPagesText(rawValue: $0)?.text },
        "cluster": { ClusterText(rawValue: $0)?.text },
        "clusterNode": { ClusterNodeText(rawValue: $0)?.text },
        "settingsTransfer": { SettingsTransferText(rawValue: $0)?.text },
        "settingsHistory": { SettingsHistoryText(rawValue: $0)?.text },
        "scoring": { ScoringText(rawValue: $0)?.text },
        "engine": { EngineText(rawValue: $0)?.text },
        "aggregateReport": { AggregateReportText(rawValue: $0)?.text },
        "report": { ReportText(rawValue: $0)?.text },
    ]
}
