package import DomainsAndUsers
import Mail
import Settings

/// A user as he is entered.
package struct UserEntry: Sendable, Hashable {
    package var displayName: String
    package var isEnabled: Bool
    /// In full; each in a protected domain.
    package var aliases: [String]

    package init(displayName: String = "", isEnabled: Bool = true, aliases: [String] = []) {
        self.displayName = displayName
        self.isEnabled = isEnabled
        self.aliases = aliases
    }
}

extension Administration {
    /// Users of a domain by address, after `cursor`, at most `limit` (bounded to 500).
    package func users(
        of name: String, containing text: String = "", after cursor: String? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [User] {
        let key = try await domain(name, caller).name
        do throws(DirectoryError) {
            return try await ports.users.users(
                of: key, containing: text, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func user(_ address: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> User {
        // What is no address is no user either, and the reason helps nobody.
        if let key = try? EmailAddress(address) {
            do throws(DirectoryError) {
                if let user = try await ports.users.user(key) { return user }
            } catch {
                throw AdministrationError(error)
            }
        }
        throw .notFound(LocalizedText("There is no user “\(address)”.", ja: "ユーザー「\(address)」はいません。"))
    }

    /// - Parameter password: `nil`: he cannot sign in before one is set.
    package func addUser(
        _ address: String, _ entry: UserEntry, password: String?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> User {
        // Syntax and domain are told in one sentence.
        guard let mailbox = try? EmailAddress(address), try await isProtected(mailbox, caller) else {
            throw .invalid([Self.foreignAddress("address", address)])
        }
        let aliases = try await validated(entry, of: mailbox, caller)
        if let password { try checkPassword(password) }
        let user = User(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), address: mailbox, displayName: entry.displayName,
            isEnabled: entry.isEnabled, hasPassword: password != nil, aliases: aliases, createdAt: .now())
        let verifier = try await verifier(password)
        do throws(DirectoryError) {
            let audit = self.entry(caller, "user.add", mailbox.description, Self.detail(user))
            try await ports.users.insert(user, verifier: verifier, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return user
    }

    /// Replaces display name, state and aliases.
    package func updateUser(
        _ address: String, _ entry: UserEntry, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> User {
        let present = try await user(address, caller)
        var user = present
        user.aliases = try await validated(entry, of: present.address, caller)
        user.displayName = entry.displayName
        user.isEnabled = entry.isEnabled
        do throws(DirectoryError) {
            let (before, after) = (Self.detail(present), Self.detail(user))
            let audit = self.entry(
                caller, "user.change", user.address.description, "\(before) → \(after)", before: before, after: after)
            try await ports.users.update(user, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return user
    }

    /// - Parameter password: `nil` takes it away: he cannot sign in any more.
    package func setUserPassword(
        _ password: String?, of address: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) {
        let user = try await user(address, caller)
        if let password { try checkPassword(password) }
        let verifier = try await verifier(password)
        do throws(DirectoryError) {
            let action = password == nil ? "user.password.remove" : "user.password.set"
            try await ports.users.setVerifier(verifier, of: user.identifier, audit: entry(caller, action, user.address.description))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// His address and his aliases are no longer known; mail on its way stays on its way.
    package func deleteUser(_ address: String, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let user = try await user(address, caller)
        do throws(DirectoryError) {
            try await ports.users.deleteUser(
                user.identifier, audit: entry(caller, "user.delete", user.address.description, before: Self.detail(user)))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
    }

    private func isProtected(_ address: EmailAddress, _ caller: AdministrationCaller) async throws(AdministrationError) -> Bool {
        guard let name = address.domainName else { return false }
        return try await domains(caller).contains { $0.name == name }
    }

    /// The aliases, without repetitions.
    private func validated(
        _ entry: UserEntry, of address: EmailAddress, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [EmailAddress] {
        try Self.validated(entry, of: address, domains: Set(try await domains(caller).map(\.name)))
    }

    /// - Parameter names: the protected domains.
    static func validated(
        _ entry: UserEntry, of address: EmailAddress, domains names: Set<DomainName>
    ) throws(AdministrationError) -> [EmailAddress] {
        var problems: [FieldProblem] = []
        if entry.displayName.utf8.count > User.maximumNameBytes || entry.displayName.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            problems.append(
                FieldProblem(
                    "display-name", "The display name has at most \(User.maximumNameBytes) bytes and no control characters.",
                    ja: "表示名は \(User.maximumNameBytes) バイト以内で、制御文字を含まずに入力してください。"))
        }
        if entry.aliases.count > User.maximumAliases {
            problems.append(
                FieldProblem(
                    "aliases", "At most \(User.maximumAliases) aliases.", ja: "エイリアスは \(User.maximumAliases) 件までです。"))
        }
        var aliases: [EmailAddress] = []
        for text in entry.aliases.prefix(User.maximumAliases) {
            // Syntax and domain are told in one sentence.
            guard let alias = try? EmailAddress(text), let name = alias.domainName, names.contains(name) else {
                problems.append(foreignAddress("aliases", text))
                continue
            }
            guard alias.lookupKey != address.lookupKey, !aliases.contains(where: { $0.lookupKey == alias.lookupKey }) else { continue }
            aliases.append(alias)
        }
        guard problems.isEmpty else { throw .invalid(problems) }
        return aliases.sorted { $0.lookupKey < $1.lookupKey }
    }

    private func checkPassword(_ password: String) throws(AdministrationError) {
        let problems = passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private func verifier(_ password: String?) async throws(AdministrationError) -> SCRAMVerifier? {
        guard let password else { return nil }
        do throws(PasswordWorkerError) {
            return try await passwordWorker.run { () throws(PasswordHashError) in try SCRAMVerifier.compute(password) }
        } catch .busy {
            throw .tooManyAttempts
        } catch {
            throw .invalid([FieldProblem("password", "The password is too long.", ja: "パスワードが長すぎます。")])
        }
    }

    static func foreignAddress(_ field: String, _ text: String) -> FieldProblem {
        FieldProblem(
            field, "“\(text)” is not an address of a protected domain.", ja: "「\(text)」は保護対象ドメインのメールアドレスではありません。")
    }

    /// Never anything of the password but whether there is one.
    static func detail(_ user: User) -> String {
        let aliases = user.aliases.prefix(20).map(\.description).joined(separator: ", ")
        return [
            user.displayName, user.isEnabled ? "enabled" : "disabled", user.hasPassword ? "password set" : "no password",
            aliases.isEmpty ? "" : "aliases \(user.aliases.count): \(aliases)",
        ].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
