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
        let (mailbox, aliases, problems) = try await examined(address, entry, password: password, caller)
        guard problems.isEmpty, let mailbox else { throw .invalid(problems) }
        let user = User(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), address: mailbox, displayName: entry.displayName,
            isEnabled: entry.isEnabled, hasPassword: password != nil, aliases: aliases, createdAt: .now())
        let verifier = try await verifier(password, by: passwordWorker)
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
        let (_, aliases, problems) = try await examined(address, entry, password: nil, caller)
        guard problems.isEmpty else { throw .invalid(problems) }
        user.aliases = aliases
        user.displayName = entry.displayName
        user.isEnabled = entry.isEnabled
        do throws(DirectoryError) {
            let change = "\(Self.detail(present)) → \(Self.detail(user))"
            try await ports.users.update(user, audit: self.entry(caller, "user.change", user.address.description, change))
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
        let verifier = try await verifier(password, by: passwordWorker)
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
            try await ports.users.deleteUser(user.identifier, audit: entry(caller, "user.delete", user.address.description))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
    }

    /// Everything that is wrong with a new user, for a form that has problems of its own to tell; nothing is done.
    package func problems(
        _ address: String, _ entry: UserEntry, password: String?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [FieldProblem] {
        try await examined(address, entry, password: password, caller).problems
    }

    /// His address and the aliases, without repetitions.
    private func examined(
        _ text: String, _ entry: UserEntry, password: String?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> (address: EmailAddress?, aliases: [EmailAddress], problems: [FieldProblem]) {
        let names = Set(try await domains(caller).map(\.name))
        var problems = password.map(passwordProblems) ?? []
        // Syntax and domain are told in one sentence.
        var address = try? EmailAddress(text)
        if address?.domainName.map(names.contains) != true { address = nil }
        if address == nil { problems.append(Self.foreignAddress("address", text)) }
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
                problems.append(Self.foreignAddress("aliases", text))
                continue
            }
            guard alias.lookupKey != address?.lookupKey, !aliases.contains(where: { $0.lookupKey == alias.lookupKey }) else { continue }
            aliases.append(alias)
        }
        return (address, aliases.sorted { $0.lookupKey < $1.lookupKey }, problems)
    }

    private func checkPassword(_ password: String) throws(AdministrationError) {
        let problems = passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    func verifier(_ password: String?, by worker: PasswordWorker) async throws(AdministrationError) -> SCRAMVerifier? {
        guard let password else { return nil }
        do throws(PasswordWorkerError) {
            return try await worker.run { () throws(PasswordHashError) in try SCRAMVerifier.compute(password) }
        } catch .busy {
            throw .tooManyAttempts
        } catch {
            throw .invalid([FieldProblem("password", "The password is too long.", ja: "パスワードが長すぎます。")])
        }
    }

    private static func foreignAddress(_ field: String, _ text: String) -> FieldProblem {
        FieldProblem(
            field, "“\(text)” is not an address of a protected domain.", ja: "「\(text)」は保護対象ドメインのメールアドレスではありません。")
    }

    /// Never anything of the password but whether there is one.
    private static func detail(_ user: User) -> String {
        let aliases = user.aliases.prefix(20).map(\.description).joined(separator: ", ")
        return [
            user.displayName, user.isEnabled ? "enabled" : "disabled", user.hasPassword ? "password set" : "no password",
            aliases.isEmpty ? "" : "aliases \(user.aliases.count): \(aliases)",
        ].filter { !$0.isEmpty }.joined(separator: "; ")
    }
}
