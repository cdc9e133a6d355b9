import Foundation
import Mustache

/// Every page's template, compiled once at the node's start.
struct TemplateLibrary: Sendable {
    private let library: MustacheLibrary

    /// - Throws: `.unreadableResource` for a missing one, `.unreadableTemplate`, `.unknownText`.
    init() throws(AdminSiteError) {
        MustacheContentTypes.register(StrictHTML(), named: StrictHTML.name)
        var library = MustacheLibrary()
        for name in try Self.names() {
            let text = try Self.text(of: name)
            try Self.checkTexts(of: name, text)
            do {
                try library.register("{{% CONTENT_TYPE:\(StrictHTML.name)}}" + text, named: name)
            } catch {
                throw .unreadableTemplate(name: name, cause: "\(error)")
            }
        }
        for template in PageTemplate.allCases where library.getTemplate(named: template.rawValue) == nil {
            throw .unreadableResource(name: "Templates/\(template.rawValue).mustache")
        }
        self.library = library
    }

    /// - Returns: the page; all templates were checked at start.
    func render(_ template: PageTemplate, _ content: Any) -> String {
        library.render(content, withTemplate: template.rawValue) ?? ""
    }

    private static func names() throws(AdminSiteError) -> [String] {
        // The folder's absence is reported as such; nothing else is known of the cause here.
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Templates"),
            let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        else { throw .unreadableResource(name: "Templates") }
        return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }

    private static func text(of name: String) throws(AdminSiteError) -> String {
        guard let file = Bundle.module.resourceURL?.appendingPathComponent("Templates/\(name)\(suffix)"),
            let text = try? String(contentsOf: file, encoding: .utf8)  // whatever the cause, the installation is damaged
        else { throw .unreadableResource(name: "Templates/\(name)\(suffix)") }
        return text
    }

    /// Every `{{t.group.name}}` must exist, so that no page shows a gap.
    private static func checkTexts(of name: String, _ text: String) throws(AdminSiteError) {
        for match in text.matches(of: /\{\{[#^\/]?\s*t\.([A-Za-z]+)\.([A-Za-z]+)\s*\}\}/) {
            guard PageTexts.text(group: String(match.1), name: String(match.2)) != nil else {
                throw .unknownText(template: name, name: "\(match.1).\(match.2)")
            }
        }
    }

    private static let suffix = ".mustache"
}

/// The templates that controllers name; the others are parts of these.
enum PageTemplate: String, CaseIterable {
    case firstStart = "first-start"
    case signIn = "sign-in"
    case error
    case dashboard
    case domains
    case domain
    case domainSettings = "domain-settings"
    case recipients
    case users
    case userForm = "user-form"
    case messages
    case message
    case queue
    case confirmation
    case settings
    case settingsSection = "settings-section"
    case audit
    case administrators
    case administratorForm = "administrator-form"
    case account
    case accessLists = "access-lists"
    case contentRules = "content-rules"
    case contentRule = "content-rule"
    case sieveScripts = "sieve-scripts"
    case sieveScript = "sieve-script"
    case quarantine
    case quarantinedMessage = "quarantined-message"
    case accessListEntry = "access-list-entry"
    case greylist
    case aggregateReports = "aggregate-reports"
    case aggregateReport = "aggregate-report"
    case bans
    case signInRefusals = "sign-in-refusals"
    case reports
    case maintenance
    case digests
    case attachments
    case attachmentLink = "attachment-link"
    case mailLink = "mail-link"
    case learning
    case learningLedger = "learning-ledger"
    case learningExplanation = "learning-explanation"
    case verification
    case signingKeys = "signing-keys"
    case apiKeys = "api-keys"
    case apiKeyForm = "api-key-form"
    case apiKeyCreated = "api-key-created"
    case transcript
    case transcripts
    case directories
    case directoryMove = "directory-move"
    case cluster
    case clusterAdd = "cluster-add"
    case clusterEvents = "cluster-events"
    case clusterKey = "cluster-key"
    case scoring
    case settingsHistory = "settings-history"
    case settingsDifference = "settings-difference"
    case settingsTransfer = "settings-transfer"
    case settingsImport = "settings-import"
}
