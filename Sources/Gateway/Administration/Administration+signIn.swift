import Crypto
package import DomainsAndUsers
import Foundation
import Logging
package import Settings

/// A signed-in browser: the administrator and the secret token for its cookie.
package struct SignedIn: Sendable {
    package let administrator: Administrator
    /// 43 characters of base64url; never stored, never logged.
    package let token: String
}

extension Administration {
    /// Whether the first-start page must be shown: no administrator exists yet.
    package func needsFirstAdministrator() async throws(AdministrationError) -> Bool {
        if firstAdministrator.isKnown { return false }
        do throws(DirectoryError) {
            guard try await ports.administrators.administratorCount() > 0 else { return true }
        } catch {
            throw AdministrationError(error)
        }
        firstAdministrator.remember()
        return false
    }

    /// Makes the first administrator; refused once there is one.
    /// - Parameter code: the set-up code that the node printed at its start, compared in constant time with `expected`.
    package func createFirstAdministrator(
        name: String, password: String, language: Language, code: String, expected: String, address: String
    ) async throws(AdministrationError) -> SignedIn {
        let limits = SignInLimit.setup(address: address, maximum: maximumFailedSignIns)
        guard signIns.begin(limits) else { throw .tooManyAttempts }
        guard Self.isEqualInConstantTime(code.filter { !$0.isWhitespace }, expected) else {
            throw .invalid([
                FieldProblem(
                    "code", "This is not the set-up code that the node printed at its start.", ja: "ノードの起動時に表示されたセットアップコードと一致しません。")
            ])
        }
        signIns.takeBack(limits)
        let administrator = try await addAdministrator(
            name: name, password: password, language: language, onlyAsFirst: true,
            AdministrationCaller(actor: .administrator(name: name), role: .global))
        ports.node.setupIsDone()
        return try await begin(administrator)
    }

    package func administrators(_ caller: AdministrationCaller) async throws(AdministrationError) -> [Administrator] {
        do throws(DirectoryError) {
            return try await ports.administrators.administrators()
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Adds an administrator. - Throws: `.invalid` for a bad name or a short password, `.conflict` for a name in use.
    package func addAdministrator(
        name: String, password: String, language: Language, onlyAsFirst: Bool = false, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Administrator {
        let problems = nameProblems(name) + passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
        let hash = try await hash(password)
        let administrator = Administrator(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), name: name, role: .global, language: language,
            createdAt: .now())
        do throws(DirectoryError) {
            try await ports.administrators.insert(
                administrator, password: hash, onlyAsFirst: onlyAsFirst, audit: entry(caller, "administrator.add", name))
        } catch {
            throw AdministrationError(error)
        }
        return administrator
    }

    /// Sets a password and ends all sessions of the administrator.
    package func setPassword(_ password: String, of name: String, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let problems = passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
        let administrator = try await administrator(named: name)
        let hash = try await hash(password)
        do throws(DirectoryError) {
            try await ports.administrators.setPassword(
                hash, of: administrator.identifier, audit: entry(caller, "administrator.password", administrator.name))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Removes an administrator. - Throws: `.conflict` for the last one; the store sees to it, whatever others delete meanwhile.
    package func deleteAdministrator(_ name: String, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let all = try await administrators(caller)
        guard let administrator = all.first(where: { $0.key == name.lowercased() }) else { throw Self.noAdministrator(name) }
        guard all.count > 1 else { throw AdministrationError(DirectoryError.lastOne) }
        do throws(DirectoryError) {
            try await ports.administrators.deleteAdministrator(
                administrator.identifier, audit: entry(caller, "administrator.delete", administrator.name))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Whether an administrator may be deleted at all, before anybody is asked. - Throws: `.conflict` while there is only one.
    package func checkDeletion(_ caller: AdministrationCaller) async throws(AdministrationError) {
        guard try await administrators(caller).count > 1 else { throw AdministrationError(DirectoryError.lastOne) }
    }

    /// The administrator of a cookie's token, if the session is still valid; renews it at most once a minute.
    package func session(token: String) async throws(AdministrationError) -> Administrator? {
        guard Self.isToken(token) else { return nil }
        let hash = Self.tokenHash(token)
        let now = UTCTime.now()
        let web = current.snapshot.settings.web
        do throws(DirectoryError) {
            guard let session = try await ports.administrators.session(tokenHash: hash),
                session.lastSeenAt.duration(to: now) < .seconds(web.sessionIdleMinutes * 60),
                session.createdAt.duration(to: now) < .seconds(web.sessionHours * 3600)
            else { return nil }
            if session.lastSeenAt.duration(to: now) >= .seconds(60) {
                try await ports.administrators.touchSession(tokenHash: hash, at: now)
            }
            return try await ports.administrators.administrator(session.administrator)
        } catch {
            throw AdministrationError(error)
        }
    }

    package func signOut(token: String) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await ports.administrators.deleteSession(tokenHash: Self.tokenHash(token))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func setLanguage(_ language: Language, of administrator: Administrator) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await ports.administrators.setLanguage(language, of: administrator.identifier)
        } catch {
            throw AdministrationError(error)
        }
    }

    func begin(_ administrator: Administrator) async throws(AdministrationError) -> SignedIn {
        let token = Self.freshToken()
        let now = UTCTime.now()
        let session = WebSession(tokenHash: Self.tokenHash(token), administrator: administrator.identifier, createdAt: now, lastSeenAt: now)
        let caller = AdministrationCaller.administrator(administrator)
        let web = current.snapshot.settings.web
        do throws(DirectoryError) {
            try await ports.administrators.deleteSessions(
                lastSeenBefore: now.advanced(by: .seconds(-60 * web.sessionIdleMinutes)),
                createdBefore: now.advanced(by: .seconds(-3600 * web.sessionHours)))
            try await ports.administrators.insert(session, audit: entry(caller, "administrator.sign-in", administrator.name))
        } catch {
            throw AdministrationError(error)
        }
        return SignedIn(administrator: administrator, token: token)
    }

    func administrator(named name: String) async throws(AdministrationError) -> Administrator {
        do throws(DirectoryError) {
            if let found = try await ports.administrators.administrator(named: name.lowercased()) { return found.administrator }
        } catch {
            throw AdministrationError(error)
        }
        throw Self.noAdministrator(name)
    }

    private static func noAdministrator(_ name: String) -> AdministrationError {
        .notFound(LocalizedText("There is no administrator “\(name)”.", ja: "管理者「\(name)」はいません。"))
    }

    private func nameProblems(_ name: String) -> [FieldProblem] {
        Administrator.isName(name)
            ? []
            : [
                FieldProblem(
                    "name", "A name is 1 to \(Administrator.maximumNameBytes) letters, digits and . _ @ -",
                    ja: "名前は \(Administrator.maximumNameBytes) 文字以内の英数字と . _ @ - で入力してください。")
            ]
    }

    /// Characters that a new password must have.
    package var minimumPasswordLength: Int { current.snapshot.settings.web.minimumPasswordLength }

    /// Everything that is wrong with a new administrator, for a form that has problems of its own to tell; nothing is done.
    package func administratorProblems(name: String, password: String) -> [FieldProblem] {
        nameProblems(name) + passwordProblems(password)
    }

    /// What is wrong with a new password, at the field `password`.
    package func passwordProblems(_ password: String) -> [FieldProblem] {
        let minimum = minimumPasswordLength
        if password.count < minimum {
            return [
                FieldProblem("password", "A password has at least \(minimum) characters.", ja: "パスワードは \(minimum) 文字以上にしてください。")
            ]
        }
        guard password.utf8.count <= PasswordHash.maximumPasswordBytes else {
            return [FieldProblem("password", "The password is too long.", ja: "パスワードが長すぎます。")]
        }
        return []
    }

    func hash(_ password: String) async throws(AdministrationError) -> PasswordHash {
        do throws(PasswordWorkerError) {
            return try await passwordWorker.hash(password)
        } catch .busy {
            throw .tooManyAttempts
        } catch {
            throw .invalid([FieldProblem("password", "The password is too long.", ja: "パスワードが長すぎます。")])
        }
    }

    var maximumFailedSignIns: Int { current.snapshot.settings.web.maximumFailedSignIns }

    /// 32 bytes in base64url without padding.
    private static let tokenBytes = 43

    /// Whether it may be a token of `begin`: anything else is no question to the database.
    static func isToken(_ text: String) -> Bool {
        text.utf8.count == tokenBytes
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// 256 random bits in base64url.
    static func freshToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let secret = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        return secret.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func tokenHash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    private static func isEqualInConstantTime(_ left: String, _ right: String) -> Bool {
        zip(tokenHash(left), tokenHash(right)).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
