package import DomainsAndUsers
package import Logging
import Mail
import Reception
import SMTP
import Settings

/// Who may sign in over SMTP. Implemented by GatewayDatabase.
package protocol UserDirectory: Sendable {
    /// An enabled user with a password, by the key of his own address.
    func credential(named key: String) async throws(DirectoryError) -> UserCredential?
}

/// Answers the questions of AUTH: finds the user, and lets a thread of its own compare passwords. Names that do not exist are answered
/// like those that do and cost the same work; each try is counted before it is looked at (`SignInLimiter`).
package struct UserAuthentication: Sendable {
    private let users: any UserDirectory
    private let domains: CurrentDomains
    private let limiter = SignInLimiter()
    private let worker = PasswordWorker()
    private let logger: Logger

    package init(users: any UserDirectory, domains: CurrentDomains, logger: Logger) {
        self.users = users
        self.domains = domains
        self.logger = logger
    }

    func answer(_ question: AuthenticationQuestion, _ connection: ClientConnection) async -> AuthenticationAnswer {
        let maximum = connection.settings.settings.authentication.maximumFailuresPerAddress
        switch question {
        case .scramChallenge(let name):
            guard !limiter.isReached([.smtp(address: connection.address, maximum: maximum)]) else { return .tooManyFailures }
            return await challenge(name)
        case .password(let name, let secret):
            return await counted(name, connection, maximum) { credential in try await isPassword(secret, credential) }
        case .scramProof(let name, let proof, let authMessage):
            return await counted(name, connection, maximum) { credential in
                credential.verifier.serverSignature(proof: proof.octets, authMessage: authMessage)
            }
        }
    }

    private func challenge(_ name: String) async -> AuthenticationAnswer {
        do throws(DirectoryError) {
            let verifier = try await credential(name).verifier
            return .challenge(salt: verifier.salt, iterations: verifier.iterations, nonceSuffix: Self.nonce())
        } catch {
            logger.warning("a user could not be looked up", metadata: ["cause": "\(error)"])
            return .unavailable
        }
    }

    /// - Parameter check: `nil` when it is the wrong secret, else what proves the server to the client.
    private func counted(
        _ name: String, _ connection: ClientConnection, _ maximum: Int, _ check: (Candidate) async throws -> [UInt8]?
    ) async -> AuthenticationAnswer {
        let limits = SignInLimit.smtp(userKey: Self.key(name), address: connection.address, maximum: maximum)
        guard limiter.begin(limits) else { return .tooManyFailures }
        do {
            let candidate = try await credential(name)
            if let signature = try await check(candidate), let user = candidate.user {
                limiter.takeBack(limits)
                return .accepted(AuthenticatedUser(address: user.address, senderKeys: user.addressKeys), serverSignature: signature)
            }
            logger.notice("SMTP sign-in refused", metadata: ["name": "\(Self.key(name))", "address": "\(connection.address)"])
            return .refused
        } catch {
            limiter.takeBack(limits)
            logger.warning("an SMTP sign-in could not be checked", metadata: ["cause": "\(error)"])
            return .unavailable
        }
    }

    private func isPassword(_ secret: SMTPCredential, _ candidate: Candidate) async throws -> [UInt8]? {
        guard let password = String(validating: secret.octets, as: UTF8.self) else { return nil }
        let isRight = try await worker.run { () throws(PasswordHashError) in try candidate.verifier.matches(password) }
        return isRight ? [] : nil
    }

    /// Someone whose password is asked for; nobody when there is no such user.
    private struct Candidate {
        let user: User?
        let verifier: SCRAMVerifier
    }

    private func credential(_ name: String) async throws(DirectoryError) -> Candidate {
        let key = Self.key(name)
        if let found = try await users.credential(named: key) { return Candidate(user: found.user, verifier: found.verifier) }
        return Candidate(user: nil, verifier: SCRAMVerifier.imitation(of: key, secret: secret(of: key)))
    }

    /// Something of the database that clients are never told and all nodes know: the identifier of the name's domain.
    private func secret(of key: String) -> [UInt8] {
        // A name outside the protected domains has no user, and everybody may know.
        guard let address = try? EmailAddress(key), let name = address.domainName else { return Array("no domain".utf8) }
        return domains.directory.domain(name)?.identifier.bytes ?? Array("no domain".utf8)
    }

    /// As users are found, counted and logged; what is no address is found nowhere.
    static func key(_ name: String) -> String {
        // The syntax error would tell nobody anything.
        (try? EmailAddress(name))?.lookupKey ?? "?"
    }

    /// 144 bits as printable characters without commas.
    private static func nonce() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var generator = SystemRandomNumberGenerator()
        return String((0..<24).map { _ in alphabet[Int(UInt8.random(in: 0..<64, using: &generator))] })
    }
}
