import DomainsAndUsers
import Filtering
import Mail
package import Settings

/// Export and import of settings, domains, users and lists.
extension Administration {
    /// Everything but the settings of single nodes.
    /// - Parameter includesSecrets: what is stored of users' passwords, and passwords for mail servers, too; told in the audit log.
    /// - Returns: the bytes of a `ConfigurationFile`.
    /// - Throws: `.invalid` when there is more than a file holds.
    package func exportConfiguration(
        includesSecrets: Bool, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [UInt8] {
        let contents = try await contents()
        let product = ports.node.activity().version
        let file = ConfigurationFile(contents, includesSecrets: includesSecrets, product: product).bytes
        let counts = [contents.recipients.count, contents.accounts.count, contents.accessList.count]
        guard counts.allSatisfy({ $0 <= ConfigurationFile.maximumEntries }), file.count <= ConfigurationFile.maximumBytes else {
            throw .invalid([Self.tooMuchForAFile])
        }
        if includesSecrets {
            do throws(DirectoryError) {
                try await ports.audit.record(entry(caller, "settings.export", "configuration", "with secrets"))
            } catch {
                throw AdministrationError(error)
            }
        }
        return file
    }

    private static var tooMuchForAFile: FieldProblem {
        let (entries, bytes) = (ConfigurationFile.maximumEntries, ConfigurationFile.maximumBytes)
        return FieldProblem(
            nil,
            "A file holds at most \(entries) recipients, users and list entries each, and \(bytes) bytes. Back up the database instead.",
            ja: "1 つのファイルに含められる受信者、ユーザー、リストの項目は各 \(entries) 件、全体で \(bytes) バイトまでです。データベースをバックアップしてください。")
    }

    /// What a file would change now. Nothing is written.
    /// - Throws: `.invalid` with every problem at its place in the file.
    package func planImport(
        of bytes: some Sequence<UInt8>, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ConfigurationPlan {
        let file: ConfigurationFile
        do throws(ConfigurationFileError) {
            file = try ConfigurationFile(bytes: bytes)
        } catch {
            throw .invalid([FieldProblem(field: error.place, message: error.message)])
        }
        let contents = try await contents()
        var planner = ConfigurationPlanner(contents, administration: self) { action, target, before, after in
            entry(caller, action, target, before: before, after: after)
        }
        planner.read(file)
        guard planner.problems.isEmpty else { throw .invalid(planner.problems) }
        return ConfigurationPlan(revision: contents.revision, differences: planner.differences, change: planner.change)
    }

    /// Writes what a file changes, all of it or nothing, as one revision.
    /// - Parameter basedOn: the revision at which the difference was looked at; `nil`: the present one, whatever it is.
    /// - Throws: `.conflict` when anything was changed since.
    package func importConfiguration(
        _ bytes: some Sequence<UInt8>, basedOn: SettingsRevision?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> (revision: SettingsRevision, done: ConfigurationPlan) {
        let plan = try await planImport(of: bytes, caller)
        guard basedOn == nil || basedOn == plan.revision else { throw Self.changedMeanwhile }
        guard !plan.change.isEmpty else { return (plan.revision, plan) }
        try await checkDirectories(in: plan.change.settings)
        let counts = ConfigurationPlan.Kind.allCases.map { kind in "\(kind.rawValue) \(plan.differences.count { $0.kind == kind })" }
        let audit = entry(caller, "settings.import", "configuration", counts.joined(separator: ", "))
        let saved: SettingsRevision
        do throws(SettingsError) {
            saved = try await ports.configuration.apply(plan.change, ifRevisionIs: plan.revision, audit: audit)
        } catch .revisionConflict {
            throw Self.changedMeanwhile
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return (saved, plan)
    }

    private func contents() async throws(AdministrationError) -> ConfigurationContents {
        do throws(SettingsError) {
            return try await ports.configuration.loadConfiguration(limit: ConfigurationFile.maximumEntries)
        } catch {
            throw AdministrationError(error)
        }
    }
}

extension ConfigurationFile {
    init(_ contents: ConfigurationContents, includesSecrets: Bool, product: String) {
        exportedAt = UTCTime.now().description
        self.product = product
        settings = Self.sections(contents.settings)
        let recipients = Dictionary(grouping: contents.recipients) { $0.domainName }
        let accounts = Dictionary(grouping: contents.accounts) { $0.user.address.domainName }
        domains = contents.domains.map { domain in
            Domain(
                name: domain.name.ascii, note: domain.note.isEmpty ? nil : domain.note,
                mailServers: domain.mailServers.map { Server($0, includesSecrets: includesSecrets) },
                recipients: recipients[domain.name]?.map(\.description),
                users: accounts[domain.name]?.map { Account($0, includesSecrets: includesSecrets) })
        }
        accessLists = contents.accessList.map { entry in
            Entry(
                list: entry.list.rawValue, kind: entry.kind.rawValue, value: entry.value, domain: entry.domain?.ascii,
                note: entry.note.isEmpty ? nil : entry.note)
        }
    }

    /// Settings of nodes stay with their nodes; what has its default is not in the file.
    private static func sections(_ rows: [StoredSetting]) -> [Section] {
        var sections: [String: Section] = [:]
        for row in rows {
            guard let value = row.value, row.scope.kind != .node, GatewaySettings.section(row.section) != nil else { continue }
            let domain = row.scope.owner.isEmpty ? nil : row.scope.owner
            sections["\(row.scope.owner)\u{1}\(row.section)", default: Section(section: row.section, domain: domain, values: [:])]
                .values[row.name] = .some(value)
        }
        return sections.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension ConfigurationFile.Server {
    fileprivate init(_ server: MailServer, includesSecrets: Bool) {
        host = server.endpoint.description
        priority = server.priority
        security = server.security.rawValue
        userName = server.credential?.userName
        password = includesSecrets ? server.credential?.password : nil
    }
}

extension ConfigurationFile.Account {
    fileprivate init(_ account: ConfigurationContents.Account, includesSecrets: Bool) {
        address = account.user.address.description
        displayName = account.user.displayName.isEmpty ? nil : account.user.displayName
        isEnabled = account.user.isEnabled
        aliases = account.user.aliases.isEmpty ? nil : account.user.aliases.map(\.description)
        verifier = includesSecrets ? account.verifier?.text : nil
    }
}

extension ConfigurationFileError {
    fileprivate var place: String? {
        switch self {
        case .malformed(let place, _): place
        case .tooLarge, .notJSON, .foreign, .unknownVersion: nil
        }
    }

    fileprivate var message: LocalizedText {
        switch self {
        case .tooLarge:
            LocalizedText(
                "The file is larger than \(ConfigurationFile.maximumBytes) bytes.",
                ja: "ファイルが \(ConfigurationFile.maximumBytes) バイトを超えています。")
        case .notJSON(let reason): LocalizedText("The file is not JSON: \(reason)", ja: "ファイルが JSON ではありません: \(reason)")
        case .foreign:
            LocalizedText(
                "This is not a file of “settings export”: “format” is not “\(ConfigurationFile.formatName)”.",
                ja: "「settings export」で作成したファイルではありません（format が「\(ConfigurationFile.formatName)」ではありません）。")
        case .unknownVersion(let version):
            LocalizedText(
                "The file has format version \(version), this program reads version \(ConfigurationFile.currentVersion). Update this gateway, or export the file again with a program of this version.",
                ja:
                    "ファイルの形式のバージョンは \(version) ですが、このプログラムが読み取れるのはバージョン \(ConfigurationFile.currentVersion) です。このゲートウェイを更新するか、同じバージョンのプログラムでエクスポートし直してください。"
            )
        case .malformed(let place, let reason): LocalizedText("\(place): \(reason)", ja: "\(place): 内容を読み取れません（\(reason)）")
        }
    }
}
