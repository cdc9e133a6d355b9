import DomainsAndUsers
import GatewayTestKit
import Logging
import Mail
import Reception
import SMTP
import Settings
import Testing

@testable import MailFlow

/// Who is let in over SMTP.
struct UserAuthenticationTests {
    private let users = InMemoryUserStore()
    private let authentication: UserAuthentication

    init() async throws {
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"), mailServers: [], hasAliases: true)
        authentication = UserAuthentication(
            users: StoredUsers(store: users), domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain])),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await add("suzuki@example.com", password: "pencil", aliases: ["sales@example.com"])
        try await add("disabled@example.com", password: "pencil", isEnabled: false)
        try await add("nopassword@example.com", password: nil)
    }

    /// - Parameter iterations: few, for speed, where nothing depends on them.
    private func add(
        _ address: String, password: String?, aliases: [String] = [], isEnabled: Bool = true, iterations: Int = 4096
    ) async throws {
        let user = User(
            identifier: RecordIdentifier(milliseconds: 1), address: try EmailAddress(address), isEnabled: isEnabled,
            hasPassword: password != nil, aliases: try aliases.map { try EmailAddress($0) }, createdAt: .now())
        let verifier = try password.map { try SCRAMVerifier.compute($0, iterations: iterations) }
        try await users.insert(
            user, verifier: verifier,
            audit: AuditEntry(actor: .node, node: NodeID(RecordIdentifier(milliseconds: 1)), action: "", target: "", detail: ""))
    }

    private func connection(_ address: String = "192.0.2.9", _ change: (inout AuthenticationSettings) -> Void = { _ in }) throws
        -> ClientConnection
    {
        var settings = GatewaySettings()
        change(&settings.authentication)
        return ClientConnection(
            address: try #require(NetworkAddress(address)), port: 1, listener: .submission,
            settings: SettingsSnapshot(revision: .none, settings: settings))
    }

    private func password(_ name: String, _ password: String, _ connection: ClientConnection) async -> AuthenticationAnswer {
        await authentication.answer(.password(name: name, SMTPCredential(octets: Array(password.utf8))), connection)
    }

    @Test func `a user's address and password let him in as all of his addresses`() async throws {
        let answer = await password("Suzuki@EXAMPLE.com", "pencil", try connection())
        #expect(
            answer
                == .accepted(
                    AuthenticatedUser(
                        address: try EmailAddress("suzuki@example.com"), senderKeys: ["suzuki@example.com", "sales@example.com"])))
    }

    @Test(arguments: [
        ("suzuki@example.com", "Pencil"), ("suzuki@example.com", ""), ("nobody@example.com", "pencil"), ("disabled@example.com", "pencil"),
        ("nopassword@example.com", ""), ("nopassword@example.com", "pencil"), ("sales@example.com", "pencil"), ("suzuki", "pencil"),
        ("suzuki@elsewhere.example", "pencil"), ("", "pencil"), ("not an address", "pencil"),
    ])
    func `everybody else is refused alike`(name: String, secret: String) async throws {
        #expect(await password(name, secret, try connection()) == .refused)
    }

    @Test func `a name there is and a name there is not are challenged alike`() async throws {
        try await add("honda@example.com", password: "pencil", iterations: SCRAMVerifier.standardIterations)
        let known = await authentication.answer(.scramChallenge(name: "honda@example.com"), try connection())
        let unknown = await authentication.answer(.scramChallenge(name: "nobody@example.com"), try connection())
        let again = await authentication.answer(.scramChallenge(name: "nobody@example.com"), try connection())
        guard case .challenge(let salt, let iterations, let nonce) = known,
            case .challenge(let otherSalt, let otherIterations, let otherNonce) = unknown,
            case .challenge(let sameSalt, let sameIterations, let thirdNonce) = again
        else { return #expect(Bool(false), "not challenged") }
        #expect(salt.count == otherSalt.count && salt != otherSalt && otherSalt == sameSalt)
        #expect([otherIterations, sameIterations] == [iterations, iterations])
        #expect(Set([nonce, otherNonce, thirdNonce]).count == 3 && Set([nonce, otherNonce, thirdNonce].map(\.utf8.count)).count == 1)
    }

    @Test func `a wrong proof is refused`() async throws {
        let question = AuthenticationQuestion.scramProof(
            name: "suzuki@example.com", proof: SMTPCredential(octets: [UInt8](repeating: 0, count: 32)), authMessage: [1])
        #expect(await authentication.answer(question, try connection()) == .refused)
    }

    @Test func `after too many failures from an address nothing from it is looked at`() async throws {
        let guesser = try connection { $0.maximumFailuresPerAddress = 2 }
        for _ in 0..<2 { #expect(await password("suzuki@example.com", "x", guesser) == .refused) }
        #expect(await password("suzuki@example.com", "pencil", guesser) == .tooManyFailures)
        #expect(await authentication.answer(.scramChallenge(name: "suzuki@example.com"), guesser) == .tooManyFailures)
        let other = try connection("192.0.2.10") { $0.maximumFailuresPerAddress = 2 }
        guard case .accepted = await password("suzuki@example.com", "pencil", other) else {
            return #expect(Bool(false), "the user is locked out")
        }
    }

    @Test func `signing in rightly uses nothing up`() async throws {
        let client = try connection { $0.maximumFailuresPerAddress = 1 }
        for _ in 0..<3 {
            guard case .accepted = await password("suzuki@example.com", "pencil", client) else {
                return #expect(Bool(false), "refused")
            }
        }
    }

    @Test func `a directory that is away decides nothing and counts nothing`() async throws {
        let client = try connection { $0.maximumFailuresPerAddress = 1 }
        users.setUnavailable(true)
        #expect(await password("suzuki@example.com", "pencil", client) == .unavailable)
        #expect(await authentication.answer(.scramChallenge(name: "suzuki@example.com"), client) == .unavailable)
        users.setUnavailable(false)
        guard case .accepted = await password("suzuki@example.com", "pencil", client) else { return #expect(Bool(false), "counted") }
    }
}

/// MailFlow's directories over the store in memory.
struct StoredUsers: UserDirectory, RecipientDirectory {
    let store: InMemoryUserStore

    func credential(named key: String) async throws(DirectoryError) -> UserCredential? { try await store.credential(named: key) }

    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing { try await store.listing(of: address) }
}
