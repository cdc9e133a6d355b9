import Administration
import DomainsAndUsers
import Mail
import Settings

/// A domain as the form holds it: texts, whether right or wrong.
struct DomainForm: Sendable {
    var name: String
    var note: String
    var servers: [ServerRow]
    var wantsMoreRows = false

    struct ServerRow: Sendable {
        var host = ""
        var port = "25"
        var priority = "10"
        var security = ConnectionSecurity.opportunistic.rawValue
        var userName = ""
        /// As typed; a stored one is never shown.
        var password = ""
        var hasPassword = false
    }

    /// Empty rows offered below the filled ones.
    private static let spareRows = 2

    static let empty = DomainForm(name: "", note: "", servers: [ServerRow()])

    private init(name: String, note: String, servers: [ServerRow]) {
        self.name = name
        self.note = note
        self.servers = servers
    }

    init(_ domain: ProtectedDomain) {
        let servers = domain.mailServersByPriority.flatMap { $0 }.map {
            ServerRow(
                host: $0.endpoint.host, port: String($0.endpoint.port), priority: String($0.priority), security: $0.security.rawValue,
                userName: $0.credential?.userName ?? "", hasPassword: $0.credential != nil)
        }
        self.init(name: domain.name.unicode, note: domain.note, servers: servers)
    }

    init(_ values: FormValues) {
        name = values.trimmed("name")
        note = values.trimmed("note")
        wantsMoreRows = values.contains("more-rows")
        let ports = values.all("port")
        let priorities = values.all("priority")
        let securities = values.all("security")
        let userNames = values.all("server-user")
        let passwords = values.all("server-password")
        servers = values.all("host").prefix(ProtectedDomain.maximumMailServers + Self.spareRows).enumerated().map { index, host in
            ServerRow(
                host: host.trimmingWhiteSpace, port: ports.indices.contains(index) ? ports[index].trimmingWhiteSpace : "",
                priority: priorities.indices.contains(index) ? priorities[index].trimmingWhiteSpace : "",
                security: securities.indices.contains(index) ? securities[index] : "",
                userName: userNames.indices.contains(index) ? userNames[index].trimmingWhiteSpace : "",
                password: passwords.indices.contains(index) ? passwords[index] : "")
        }
    }

    var withMoreRows: DomainForm {
        var form = self
        form.servers += Array(repeating: ServerRow(), count: Self.spareRows + 1)
        return form
    }

    /// What is not even a number; the rest is `Administration`'s to say.
    var problems: [FieldProblem] {
        var problems: [FieldProblem] = []
        for (index, row) in servers.enumerated() where !row.host.isEmpty {
            if row.portNumber == nil { problems.append(FieldProblem(field: "port-\(index)", message: DomainText.portProblem.text)) }
            if row.priorityNumber == nil {
                problems.append(FieldProblem(field: "priority-\(index)", message: DomainText.priorityProblem.text))
            }
        }
        return problems
    }

    /// What `Administration` says of a server stands at the row it was typed in.
    func placed(_ problems: [FieldProblem]) -> [FieldProblem] {
        let rows = servers.indices.filter { !servers[$0].host.isEmpty }
        return problems.map { problem in
            guard let field = problem.field, field.hasPrefix("mail-server-"), let place = Int(field.dropFirst("mail-server-".count)),
                rows.indices.contains(place)
            else { return problem }
            return FieldProblem(field: "host-\(rows[place])", message: problem.message)
        }
    }

    /// What is handed to `Administration`. Rows without a host are left out.
    var entry: DomainEntry {
        DomainEntry(
            name: name, note: note,
            mailServers: servers.filter { !$0.host.isEmpty }.map { row in
                MailServerEntry(
                    host: row.endpoint, priority: row.priorityNumber ?? 0,
                    security: ConnectionSecurity(rawValue: row.security) ?? .opportunistic, userName: row.userName, password: row.password)
            })
    }
}

extension DomainForm.ServerRow {
    var portNumber: Int? { port.isEmpty ? 25 : Int(port).flatMap { (1...65_535).contains($0) ? $0 : nil } }
    var priorityNumber: Int? { priority.isEmpty ? 10 : Int(priority).flatMap { (0...65_535).contains($0) ? $0 : nil } }

    /// A port written after the host counts more than the port's own field.
    var endpoint: String {
        if NetworkAddress(host) == nil, host.contains(":") { return host }
        return HostAndPort(host: host, port: portNumber ?? 25).description
    }
}

/// The page of one domain.
struct DomainView: Sendable {
    let title: String
    let isNew: Bool
    /// `nil` for a new domain.
    let domain: DomainHeadView?
    let action: String
    let alert: AlertView?
    let name: FieldView
    let note: FieldView
    let servers: [Row]
    let serversProblem: String?
    let canHaveMoreRows: Bool

    struct Row: Sendable {
        let number: Int
        let host: String
        let port: String
        let priority: String
        let securities: [FieldView.Choice]
        let userName: String
        let passwordHint: String
        let hostProblem: String?
        let portProblem: String?
        let priorityProblem: String?
    }
}

extension DomainForm {
    func view(isNew: Bool, _ problems: FormProblems, _ language: Language) -> DomainView {
        // For an existing domain the name comes from its row and is a name.
        let domainName = isNew ? nil : try? DomainName(name)
        let numbered = servers.indices.flatMap { ["host-\($0)", "port-\($0)", "priority-\($0)"] }
        return DomainView(
            title: isNew ? DomainText.add[language] : domainName?.unicode ?? name, isNew: isNew,
            domain: domainName.map { DomainHeadView($0, active: .edit) },
            action: domainName.map(DomainPath.domain) ?? SitePath.domains + "/add",
            alert: problems.summary(fields: ["name", "note", "mail-server"] + numbered), name: nameField(problems, language),
            note: noteField(problems, language), servers: rows(problems, language), serversProblem: problems.at("mail-server"),
            canHaveMoreRows: servers.count < ProtectedDomain.maximumMailServers)
    }

    private func nameField(_ problems: FormProblems, _ language: Language) -> FieldView {
        var field = FieldView("name", DomainText.name[language], value: name)
        field.help = DomainText.nameHelp[language]
        field.problem = problems.at("name")
        field.isRequired = true
        field.hasFocus = name.isEmpty
        field.maximumLength = 253
        return field
    }

    private func noteField(_ problems: FormProblems, _ language: Language) -> FieldView {
        var field = FieldView("note", DomainText.note[language], value: note)
        field.help = DomainText.noteHelp[language]
        field.problem = problems.at("note")
        field.maximumLength = ProtectedDomain.maximumNoteBytes
        return field
    }

    private func rows(_ problems: FormProblems, _ language: Language) -> [DomainView.Row] {
        let filled = (servers.lastIndex { !$0.host.isEmpty } ?? -1) + 1
        let count = min(max(servers.count, filled + Self.spareRows), ProtectedDomain.maximumMailServers)
        let all = Array((servers + Array(repeating: ServerRow(), count: Self.spareRows)).prefix(max(count, filled)))
        return all.enumerated().map { index, row in
            DomainView.Row(
                number: index + 1, host: row.host, port: row.port, priority: row.priority,
                securities: ConnectionSecurity.choices.map { value, _ in
                    FieldView.Choice(value: value.rawValue, text: value.title[language], isChosen: value.rawValue == row.security)
                }, userName: row.userName, passwordHint: (row.hasPassword ? DomainText.serverPasswordSet : .serverPassword)[language],
                hostProblem: problems.at("host-\(index)"), portProblem: problems.at("port-\(index)"),
                priorityProblem: problems.at("priority-\(index)"))
        }
    }
}
