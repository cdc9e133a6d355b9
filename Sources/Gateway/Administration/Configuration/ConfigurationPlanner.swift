import DomainsAndUsers
import Filtering
import Mail
import Settings

/// Compares a file with what there is: every problem with its place, every difference, and what has to be written. Pure.
///
/// The file adds and replaces; what it does not name stays as it is.
struct ConfigurationPlanner {
    /// Problems that are told; a file with more is not worth reading on.
    static let maximumProblems = 100

    let administration: Administration
    let present: ConfigurationContents
    /// Makes the words of the history.
    let entry: (_ action: String, _ target: String, _ before: String?, _ after: String?) -> AuditEntry
    let now: UTCTime
    /// The protected domains as they will be.
    private(set) var domainNames: Set<DomainName>
    private(set) var change = ConfigurationChange()
    private(set) var differences: [ConfigurationPlan.Difference] = []
    private(set) var problems: [FieldProblem] = []

    init(
        _ present: ConfigurationContents, administration: Administration, now: UTCTime = .now(),
        entry: @escaping (_ action: String, _ target: String, _ before: String?, _ after: String?) -> AuditEntry
    ) {
        self.present = present
        self.administration = administration
        self.now = now
        self.entry = entry
        domainNames = Set(present.domains.map(\.name))
    }

    mutating func read(_ file: ConfigurationFile) {
        guard hasRoom(for: file) else { return }
        for domain in file.domains {
            // What is no name is told where the domain is read.
            if let name = try? DomainName(domain.name) { domainNames.insert(name) }
        }
        readSettings(file.settings)
        readDomains(file.domains)
        readRecipients(file.domains)
        readAccounts(file.domains)
        readAccessLists(file.accessLists)
    }

    private mutating func hasRoom(for file: ConfigurationFile) -> Bool {
        let counts = [
            file.domains.count, file.settings.count, file.accessLists.count, file.domains.reduce(0) { $0 + ($1.recipients?.count ?? 0) },
            file.domains.reduce(0) { $0 + ($1.users?.count ?? 0) },
        ]
        guard counts.contains(where: { $0 > ConfigurationFile.maximumEntries }) else { return true }
        note(
            nil, "A file has at most \(ConfigurationFile.maximumEntries) domains, recipients, users and list entries each.",
            ja: "1 つのファイルに含められるドメイン、受信者、ユーザー、リストの項目は、それぞれ \(ConfigurationFile.maximumEntries) 件までです。")
        return false
    }

    mutating func note(_ place: String?, _ english: String, ja japanese: String) {
        note(FieldProblem(place, english, ja: japanese))
    }

    mutating func note(_ problem: FieldProblem) {
        if problems.count < Self.maximumProblems { problems.append(problem) }
    }

    /// Runs a check of Administration; its problems are noted at `place`.
    mutating func checked<Value>(_ place: String, _ check: () throws(AdministrationError) -> Value) -> Value? {
        do throws(AdministrationError) {
            return try check()
        } catch {
            if case .invalid(let found) = error {
                for problem in found { note(FieldProblem(field: place, message: problem.message)) }
            } else {
                note(FieldProblem(field: place, message: error.message))
            }
            return nil
        }
    }

    mutating func differ(_ kind: ConfigurationPlan.Kind, _ name: String, _ before: String?, _ after: String?) {
        differences.append(ConfigurationPlan.Difference(kind: kind, name: name, before: before, after: after))
    }

    mutating func edit(_ edit: (inout ConfigurationChange) -> Void) { edit(&change) }
}

// MARK: - settings

extension ConfigurationPlanner {
    private mutating func readSettings(_ sections: [ConfigurationFile.Section]) {
        var seen: Set<String> = []
        for (index, section) in sections.enumerated() {
            let place = "settings[\(index)]"
            guard let scope = scope(of: section, place) else { continue }
            guard seen.insert("\(scope) \(section.section)").inserted else {
                note(place, "The section stands twice.", ja: "同じセクションが 2 回あります。")
                continue
            }
            readSection(section, scope, place)
        }
    }

    private mutating func readSection(_ section: ConfigurationFile.Section, _ scope: SettingsScope, _ place: String) {
        let wanted = SettingsChange(scope: scope, section: section.section, values: section.values, basedOn: nil)
        do throws(SettingsError) {
            let stored = StoredSettings(revision: present.revision, rows: present.settings)
            guard let (normal, before) = try SettingsEditor.prepared(wanted, over: stored) else { return }
            let values = normal.values.filter { before[$0.key] != $0.value }
            edit { $0.settings.append(SettingsChange(scope: scope, section: section.section, values: values, basedOn: nil)) }
            for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                let owner = scope.owner.isEmpty ? "" : "\(scope.owner) "
                differ(.setting, "\(owner)\(section.section).\(name)", before[name], value)
            }
        } catch .invalid(let found) {
            for problem in found {
                note(FieldProblem(field: problem.field.map { "\(place).values.\($0)" } ?? place, message: problem.message))
            }
        } catch {
            note(place, "The section cannot be read: \(error)", ja: "セクションを読み取れません: \(error)")
        }
    }

    private mutating func scope(of section: ConfigurationFile.Section, _ place: String) -> SettingsScope? {
        guard let description = GatewaySettings.section(section.section), description.scope != .node,
            (description.scope == .domain) == (section.domain != nil)
        else {
            note(
                place, "“\(section.section)” is not a section that a file can hold here.",
                ja: "「\(section.section)」はここに指定できるセクションではありません。")
            return nil
        }
        guard let text = section.domain else { return .cluster }
        // Syntax and presence are told in one sentence.
        guard let name = try? DomainName(text), domainNames.contains(name) else {
            note("\(place).domain", "“\(text)” is not a protected domain.", ja: "「\(text)」は保護対象ドメインではありません。")
            return nil
        }
        return .domain(name.ascii)
    }
}

// MARK: - domains and recipients

extension ConfigurationPlanner {
    private mutating func readDomains(_ domains: [ConfigurationFile.Domain]) {
        let known = Dictionary(present.domains.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<DomainName> = []
        for (index, domain) in domains.enumerated() {
            let place = "domains[\(index)]"
            // What is no name is told by the check of the whole.
            let old = (try? DomainName(domain.name)).flatMap { known[$0] }
            guard let servers = servers(domain.mailServers, place) else { continue }
            let input = DomainEntry(name: domain.name, note: domain.note ?? old?.note ?? "", mailServers: servers)
            let (administration, now) = (administration, now)
            let identifier = old?.identifier ?? RecordIdentifier(milliseconds: now.milliseconds)
            let new = checked(place) { () throws(AdministrationError) in
                try administration.validated(input, identifier: identifier, present: old?.mailServers ?? [])
            }
            guard let new else { continue }
            guard seen.insert(new.name).inserted else {
                note(place, "The domain stands twice.", ja: "同じドメインが 2 回あります。")
                continue
            }
            write(new, over: old)
        }
    }

    private mutating func write(_ new: ProtectedDomain, over old: ProtectedDomain?) {
        guard let old else {
            differ(.domain, new.name.ascii, nil, Administration.detail(new))
            let words = entry("domain.add", new.name.ascii, nil, Administration.detail(new))
            return edit {
                $0.newDomains.append(new)
                $0.history.append(words)
            }
        }
        guard old.note != new.note || old.mailServers != new.mailServers else { return }
        let (before, after) = (Self.words(old), Self.words(new))
        // Only a password differs: that it does is all that is told.
        differ(.domain, new.name.ascii, before, before == after ? "\(after); password changed" : after)
        let words = entry("domain.change", new.name.ascii, before, after)
        edit {
            $0.changedDomains.append(new)
            $0.history.append(words)
        }
    }

    private static func words(_ domain: ProtectedDomain) -> String {
        Administration.detail(domain) + (domain.note.isEmpty ? "" : "; “\(domain.note)”")
    }

    private mutating func servers(_ servers: [ConfigurationFile.Server], _ place: String) -> [MailServerEntry]? {
        var entries: [MailServerEntry] = []
        for (index, server) in servers.enumerated() {
            guard let security = server.security.map(ConnectionSecurity.init(rawValue:)) ?? .opportunistic else {
                note(
                    "\(place).mailServers[\(index)].security", "“\(server.security ?? "")” is not known.",
                    ja: "「\(server.security ?? "")」は指定できません。")
                return nil
            }
            entries.append(
                MailServerEntry(
                    host: server.host, priority: server.priority ?? 10, security: security, userName: server.userName ?? "",
                    password: server.password ?? ""))
        }
        return entries
    }

    private mutating func readRecipients(_ domains: [ConfigurationFile.Domain]) {
        var known = Set(present.recipients.map(\.lookupKey))
        for (index, domain) in domains.enumerated() {
            // A bad name has been told already.
            guard let texts = domain.recipients, let name = try? DomainName(domain.name) else { continue }
            var new: [EmailAddress] = []
            for (position, text) in texts.enumerated() {
                guard let address = try? EmailAddress(text), address.domainName == name else {
                    note(
                        "domains[\(index)].recipients[\(position)]", "“\(text)” is not an address of \(name.unicode).",
                        ja: "「\(text)」は \(name.unicode) のアドレスではありません。")
                    continue
                }
                if known.insert(address.lookupKey).inserted { new.append(address) }
            }
            guard !new.isEmpty else { continue }
            let count = "+\(new.count)"
            differ(.recipients, name.ascii, nil, count)
            let words = entry("recipient.add", name.ascii, nil, count)
            edit {
                $0.newRecipients += new
                $0.history.append(words)
            }
        }
    }
}
