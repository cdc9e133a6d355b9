package import DomainsAndUsers
import Mail
package import SenderAuthentication
import Settings

/// A key that mail of a domain is signed with, as it is asked for.
package struct SigningKeyInput: Sendable, Hashable {
    /// Empty: one is made of the date.
    package var selector: String
    package var kind: DKIMSigningKey.Kind

    package init(selector: String = "", kind: DKIMSigningKey.Kind = .rsa) {
        self.selector = selector
        self.kind = kind
    }
}

extension Administration {
    /// The keys of a domain by their selectors.
    package func signingKeys(of name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> [DomainSigningKey] {
        try await domain(name, caller).signingKeys
    }

    package func signingKey(
        _ selector: String, of name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> DomainSigningKey {
        guard let key = try await signingKeys(of: name, caller).first(where: { $0.selector == selector.lowercased() }) else {
            throw .notFound(LocalizedText("There is no key “\(selector)”.", ja: "鍵「\(selector)」はありません。"))
        }
        return key
    }

    /// Makes a key. Nothing is signed with it before it is activated, so that its record can be published first.
    package func createSigningKey(
        _ input: SigningKeyInput, for name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> DomainSigningKey {
        let domain = try await domain(name, caller)
        let now = UTCTime.now()
        let selector = try Self.selector(input, at: now)
        let key = DomainSigningKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), selector: selector, key: try await Self.generate(input.kind),
            isActive: false, createdAt: now)
        do throws(DirectoryError) {
            let audit = entry(caller, "signing-key.create", domain.name.ascii, Self.detail(key), after: Self.detail(key))
            try await ports.domains.insertSigningKey(key, of: domain.name, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return key
    }

    /// Mail is signed with this key from now on, and with no other of its kind.
    package func activateSigningKey(
        _ selector: String, of name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> DomainSigningKey {
        let domain = try await domain(name, caller)
        var key = try await signingKey(selector, of: name, caller)
        let before = domain.signingKeys.first { $0.isActive && $0.key.kind == key.key.kind }
        do throws(DirectoryError) {
            let audit = entry(
                caller, "signing-key.activate", domain.name.ascii, Self.detail(key), before: before.map(Self.detail),
                after: Self.detail(key))
            try await ports.domains.activateSigningKey(key.selector, of: domain.name, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        key.isActive = true
        return key
    }

    /// Mail is signed with this key no longer; what was signed verifies as long as its record is published.
    package func removeSigningKey(
        _ selector: String, of name: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) {
        let domain = try await domain(name, caller)
        let key = try await signingKey(selector, of: name, caller)
        do throws(DirectoryError) {
            let audit = entry(caller, "signing-key.remove", domain.name.ascii, Self.detail(key), before: Self.detail(key))
            try await ports.domains.deleteSigningKey(key.selector, of: domain.name, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
    }

    private static func selector(_ input: SigningKeyInput, at now: UTCTime) throws(AdministrationError) -> String {
        guard !input.selector.isEmpty else {
            // `sg20260131`, and another name for the other kind made on the same day.
            let date = now.description.prefix(10).filter { $0 != "-" }
            return "sg\(date)" + (input.kind == .rsa ? "" : "-\(input.kind.rawValue)")
        }
        guard let selector = DomainSigningKey.selector(input.selector) else {
            throw .invalid([
                FieldProblem(
                    "selector", "A selector has 1 to 63 letters, digits and hyphens.", ja: "セレクターは 63 文字以内の英数字とハイフンで入力してください。")
            ])
        }
        return selector
    }

    /// An RSA key takes a fraction of a second of processor time: not on the caller's event loop.
    @concurrent
    private static func generate(_ kind: DKIMSigningKey.Kind) async throws(AdministrationError) -> DKIMSigningKey {
        do throws(DKIMKeyError) {
            return try DKIMSigningKey(generating: kind)
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    private static func detail(_ key: DomainSigningKey) -> String { "\(key.selector) (\(key.key.kind.rawValue), \(key.key.bits))" }
}
