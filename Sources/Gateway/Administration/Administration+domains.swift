package import DomainsAndUsers
package import Mail
package import Settings

/// A domain as it is entered.
package struct DomainEntry: Sendable, Hashable {
    package var name: String
    package var note: String
    package var mailServers: [MailServerEntry]

    package init(name: String, note: String = "", mailServers: [MailServerEntry]) {
        self.name = name
        self.note = note
        self.mailServers = mailServers
    }
}

/// A mail server as it is entered.
package struct MailServerEntry: Sendable, Hashable {
    /// Host name or address, with an optional port (25).
    package var host: String
    package var priority: Int
    package var security: ConnectionSecurity
    /// What the gateway signs in as; empty: it does not.
    package var userName: String
    /// Empty: the one that is stored for this user name at this host stays.
    package var password: String

    package init(
        host: String, priority: Int = 10, security: ConnectionSecurity = .opportunistic, userName: String = "", password: String = ""
    ) {
        self.host = host
        self.priority = priority
        self.security = security
        self.userName = userName
        self.password = password
    }
}

extension Administration {
    package func domains(_ caller: AdministrationCaller) async throws(AdministrationError) -> [ProtectedDomain] {
        do throws(DirectoryError) {
            return try await ports.domains.loadDomains().all
        } catch {
            throw AdministrationError(error)
        }
    }

    package func domain(_ name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> ProtectedDomain {
        let key = try domainName(name)
        guard let domain = try await domains(caller).first(where: { $0.name == key }) else { throw Self.noDomain(name) }
        return domain
    }

    package func addDomain(_ entry: DomainEntry, _ caller: AdministrationCaller) async throws(AdministrationError) -> ProtectedDomain {
        let domain = try validated(entry, identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), present: [])
        do throws(DirectoryError) {
            try await ports.domains.insert(domain, audit: self.entry(caller, "domain.add", domain.name.ascii, Self.detail(domain)))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return domain
    }

    /// Replaces note and mail servers.
    package func updateDomain(_ entry: DomainEntry, _ caller: AdministrationCaller) async throws(AdministrationError) -> ProtectedDomain {
        let present = try await domain(entry.name, caller)
        var domain = try validated(entry, identifier: present.identifier, present: present.mailServers)
        domain.signingKeys = present.signingKeys
        do throws(DirectoryError) {
            let (before, after) = (Self.detail(present), Self.detail(domain))
            let audit = self.entry(caller, "domain.change", domain.name.ascii, "\(before) → \(after)", before: before, after: after)
            try await ports.domains.update(domain, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return domain
    }

    /// Mail for the domain is refused from now on; what is queued is still delivered by the remaining rules.
    package func deleteDomain(_ name: String, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let key = try domainName(name)
        let present = try await domains(caller).first { $0.name == key }
        do throws(DirectoryError) {
            try await ports.domains.delete(key, audit: entry(caller, "domain.delete", key.ascii, before: present.map(Self.detail)))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
    }

    /// Listed addresses of a domain, by address, after `cursor`, at most `limit` (bounded to 500).
    package func recipients(
        of name: String, containing text: String = "", after cursor: String? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [EmailAddress] {
        let key = try await domain(name, caller).name
        do throws(DirectoryError) {
            return try await ports.domains.listedRecipients(
                of: key, containing: text, after: cursor, limit: min(max(1, limit), 500))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Adds addresses, written in full or as local parts only. - Returns: how many were new.
    package func addRecipients(_ texts: [String], to name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> Int
    {
        let key = try await domain(name, caller).name
        let addresses = try recipientAddresses(texts, of: key)
        do throws(DirectoryError) {
            let audit = entry(
                caller, "recipient.add", key.ascii, "\(addresses.count): \(addresses.prefix(20).map(\.description).joined(separator: ", "))"
            )
            return try await ports.domains.addRecipients(addresses, to: key, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Returns: how many were listed.
    package func removeRecipients(_ texts: [String], from name: String, _ caller: AdministrationCaller) async throws(AdministrationError)
        -> Int
    {
        let key = try await domain(name, caller).name
        let addresses = try recipientAddresses(texts, of: key)
        do throws(DirectoryError) {
            let audit = entry(
                caller, "recipient.remove", key.ascii,
                "\(addresses.count): \(addresses.prefix(20).map(\.description).joined(separator: ", "))")
            return try await ports.domains.removeRecipients(addresses, from: key, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// How many addresses one action may bring.
    package static var maximumRecipientsPerAction: Int { 10_000 }

    private func recipientAddresses(_ texts: [String], of domain: DomainName) throws(AdministrationError) -> [EmailAddress] {
        guard texts.count <= Self.maximumRecipientsPerAction else {
            throw .invalid([
                FieldProblem(
                    "recipients", "At most \(Self.maximumRecipientsPerAction) addresses at once.",
                    ja: "一度に登録できるのは \(Self.maximumRecipientsPerAction) 件までです。")
            ])
        }
        var addresses: [EmailAddress] = []
        for text in texts {
            let full = text.contains("@") ? text : "\(text)@\(domain.ascii)"
            // The reason of a syntax error is not more helpful than the address itself.
            guard let address = try? EmailAddress(full), address.domainName == domain else {
                throw .invalid([
                    FieldProblem(
                        "recipients", "“\(text)” is not an address of \(domain.unicode).", ja: "「\(text)」は \(domain.unicode) のアドレスではありません。")
                ])
            }
            addresses.append(address)
        }
        return addresses
    }

    func domainName(_ text: String) throws(AdministrationError) -> DomainName {
        do throws(MailSyntaxError) {
            return try DomainName(text)
        } catch {
            throw .invalid([Self.noDomainName(text)])
        }
    }

    private static func noDomainName(_ text: String) -> FieldProblem {
        FieldProblem("name", "“\(text)” is not a domain name such as example.com.", ja: "「\(text)」はドメイン名（例: example.com）ではありません。")
    }

    /// Everything that is wrong with an entry, for a form that has problems of its own to tell; nothing is done. Those of one server name
    /// the field `mail-server-N`, N being its place in the entry.
    package func problems(_ entry: DomainEntry, _ caller: AdministrationCaller) async throws(AdministrationError) -> [FieldProblem] {
        // What is no name is no domain that is there.
        let name = try? DomainName(entry.name)
        let present = try await domains(caller).first { $0.name == name }?.mailServers ?? []
        return Self.examined(entry, present).problems
    }

    func validated(
        _ entry: DomainEntry, identifier: RecordIdentifier, present: [MailServer]
    ) throws(AdministrationError) -> ProtectedDomain {
        let (name, servers, problems) = Self.examined(entry, present)
        guard problems.isEmpty, let name else { throw .invalid(problems) }
        return ProtectedDomain(identifier: identifier, name: name, note: entry.note, mailServers: servers)
    }

    private static func examined(
        _ entry: DomainEntry, _ present: [MailServer]
    ) -> (name: DomainName?, servers: [MailServer], problems: [FieldProblem]) {
        // The reason of a syntax error is not more helpful than the text itself.
        let name = try? DomainName(entry.name)
        var problems = name == nil ? [noDomainName(entry.name)] : []
        if entry.note.utf8.count > ProtectedDomain.maximumNoteBytes {
            problems.append(FieldProblem("note", "The note is too long.", ja: "メモが長すぎます。"))
        }
        if entry.mailServers.isEmpty {
            problems.append(FieldProblem("mail-server", "At least one mail server is needed.", ja: "メールサーバーを 1 つ以上指定してください。"))
        }
        if entry.mailServers.count > ProtectedDomain.maximumMailServers {
            problems.append(
                FieldProblem(
                    "mail-server", "At most \(ProtectedDomain.maximumMailServers) mail servers.",
                    ja: "メールサーバーは \(ProtectedDomain.maximumMailServers) 台までです。"))
        }
        var servers: [MailServer] = []
        for (place, server) in entry.mailServers.enumerated() {
            switch mailServer(server, present) {
            case .success(let server): servers.append(server)
            case .failure(let problem): problems.append(FieldProblem(field: "mail-server-\(place)", message: problem.message))
            }
        }
        return (name, servers, problems)
    }

    private static func mailServer(_ server: MailServerEntry, _ present: [MailServer]) -> Result<MailServer, FieldProblem> {
        guard let endpoint = endpoint(server.host), endpoint.port > 0 else {
            return .failure(
                FieldProblem(
                    nil, "“\(server.host)” is not a host such as mail.example.com:25.",
                    ja: "「\(server.host)」はホスト（例: mail.example.com:25）ではありません。"))
        }
        guard (0...65_535).contains(server.priority) else {
            return .failure(FieldProblem(nil, "A priority is 0 to 65535.", ja: "優先順位は 0 から 65535 までです。"))
        }
        return credential(server, at: endpoint, present).map {
            MailServer(endpoint: endpoint, priority: server.priority, security: server.security, credential: $0)
        }
    }

    /// What was entered, or else what is stored for the same name at the same host.
    private static func credential(
        _ server: MailServerEntry, at endpoint: HostAndPort, _ present: [MailServer]
    ) -> Result<MailServerCredential?, FieldProblem> {
        guard !server.userName.isEmpty else { return .success(nil) }
        guard server.security != .none else {
            return .failure(
                FieldProblem(
                    nil, "A user name at \(endpoint) needs TLS: a password is never sent in the clear.",
                    ja: "\(endpoint) のユーザー名には TLS が必要です。パスワードを暗号化せずに送ることはありません。"))
        }
        let stored = present.first { $0.endpoint == endpoint && $0.credential?.userName == server.userName }?.credential?.password
        let password = server.password.isEmpty ? stored ?? "" : server.password
        let texts = [server.userName, password]
        guard texts.allSatisfy({ $0.utf8.count <= MailServerCredential.maximumBytes && !$0.utf8.contains { $0 < 0x20 || $0 == 0x7f } })
        else {
            return .failure(
                FieldProblem(
                    nil,
                    "User name and password at \(endpoint) have at most \(MailServerCredential.maximumBytes) bytes and no control characters.",
                    ja: "\(endpoint) のユーザー名とパスワードは、制御文字を含まない \(MailServerCredential.maximumBytes) バイト以内で入力してください。"))
        }
        guard !password.isEmpty else {
            return .failure(
                FieldProblem(nil, "The user name at \(endpoint) needs a password.", ja: "\(endpoint) のユーザー名のパスワードを入力してください。"))
        }
        return .success(MailServerCredential(userName: server.userName, password: password))
    }

    private static func endpoint(_ text: String) -> HostAndPort? {
        if let address = NetworkAddress(text) { return HostAndPort(host: address.description, port: 25) }
        return HostAndPort(text, defaultPort: 25)
    }

    static func detail(_ domain: ProtectedDomain) -> String {
        domain.mailServers.map { server in
            "\(server.endpoint) priority \(server.priority) \(server.security.rawValue)"
                + (server.credential.map { " as \($0.userName)" } ?? "")
        }.joined(separator: ", ")
    }

    private static func noDomain(_ name: String) -> AdministrationError {
        .notFound(LocalizedText("There is no domain “\(name)”.", ja: "ドメイン「\(name)」はありません。"))
    }
}

extension AdministrationError {
    init(_ error: DirectoryError) {
        switch error {
        case .alreadyExists(let name): self = .conflict(LocalizedText("“\(name)” exists already.", ja: "「\(name)」はすでに存在します。"))
        case .notFound(let name): self = .notFound(LocalizedText("“\(name)” does not exist.", ja: "「\(name)」はありません。"))
        case .lastOne: self = .conflict(LocalizedText("The last administrator cannot be removed.", ja: "最後の管理者は削除できません。"))
        case .full(let maximum, let present):
            self = .conflict(
                LocalizedText(
                    "There is no room: at most \(maximum) entries may be kept, and there are \(present). Remove some first; a network or a domain can take the place of many addresses.",
                    ja: "登録できる上限に達しています（上限 \(maximum) 件、現在 \(present) 件）。不要な項目を削除するか、複数のアドレスをネットワークやドメインにまとめてください。"))
        case .unavailable(let cause): self = .unavailable(cause: cause)
        }
    }
}
