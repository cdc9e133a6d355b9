import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import Administration

/// What someone without a password can do at the sign-in: guess, fill memory, learn names, lock others out.
struct SignInProtectionTests {
    private static let maximum = WebSettings().maximumFailedSignIns

    /// What one try came to; `nil` when it signed in.
    private static func failure(
        _ administration: Administration, name: String = SampleGateway.administratorName, password: String = "wrong",
        address: String = "192.0.2.1"
    ) async -> AdministrationError? {
        do throws(AdministrationError) {
            _ = try await administration.signIn(name: name, password: password, address: address)
            return nil
        } catch {
            return error
        }
    }

    private static func isDenied(_ error: AdministrationError?) -> Bool {
        if case .denied = error { true } else { false }
    }

    @Test func `simultaneous tries are no more guesses than tries in turn`() async throws {
        let administration = try SampleGateway.make().administration
        let results = await withTaskGroup(of: AdministrationError?.self) { group in
            for _ in 0..<500 { group.addTask { await Self.failure(administration) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { Self.isDenied($0) } == Self.maximum)
        #expect(results.count { $0 == .tooManyAttempts } == 500 - Self.maximum)
    }

    @Test(arguments: ["admin", "nobody"])
    func `a password over the maximum is refused alike for every name, and counts`(name: String) async throws {
        let administration = try SampleGateway.make().administration
        let long = String(repeating: "👨‍👩‍👧‍👦", count: 300)
        for _ in 0..<Self.maximum {
            #expect(Self.isDenied(await Self.failure(administration, name: name, password: long)))
        }
        #expect(await Self.failure(administration, password: SampleGateway.password) == .tooManyAttempts)
    }

    @Test func `wrong passwords from one address do not lock the administrator out at another`() async throws {
        let administration = try SampleGateway.make().administration
        for _ in 0..<(Self.maximum * 3) { _ = await Self.failure(administration) }
        #expect(await Self.failure(administration, password: SampleGateway.password) == .tooManyAttempts)
        #expect(await Self.failure(administration, password: SampleGateway.password, address: "192.0.2.2") == nil)
    }

    @Test func `neighbours in an IPv6 network are one address`() async throws {
        let administration = try SampleGateway.make().administration
        for number in 0..<Self.maximum {
            #expect(Self.isDenied(await Self.failure(administration, name: "user\(number)", address: "2001:db8:0:7::\(number + 1)")))
        }
        #expect(
            await Self.failure(administration, password: SampleGateway.password, address: "2001:db8:0:7:ffff::9") == .tooManyAttempts)
        #expect(await Self.failure(administration, password: SampleGateway.password, address: "2001:db8:0:8::1") == nil)
    }

    @Test func `guesses at one name from everywhere have a limit too`() async throws {
        let administration = try SampleGateway.make().administration
        for number in 0..<(Self.maximum * 20) {
            let address = "10.0.\(number / 200).\(number % 200)"
            #expect(Self.isDenied(await Self.failure(administration, name: number % 2 == 0 ? "ADMIN" : "admin", address: address)))
        }
        #expect(await Self.failure(administration, password: SampleGateway.password, address: "10.1.0.1") == .tooManyAttempts)
        #expect(await Self.failure(administration, name: "suzuki", password: SampleGateway.password, address: "10.1.0.1") == nil)
    }

    @Test func `signing in takes its own try back and no other`() async throws {
        let administration = try SampleGateway.make().administration
        for _ in 1..<Self.maximum { _ = await Self.failure(administration) }
        for _ in 0..<3 { #expect(await Self.failure(administration, password: SampleGateway.password) == nil) }
        #expect(Self.isDenied(await Self.failure(administration)))
        #expect(await Self.failure(administration, password: SampleGateway.password) == .tooManyAttempts)
    }

    @Test func `a try the database could not answer is not counted`() async throws {
        let gateway = try SampleGateway.make()
        let administration = gateway.administration
        gateway.change { $0.isUnavailable = true }
        for _ in 0..<(Self.maximum * 2) {
            let error = await Self.failure(administration)
            #expect(error != .tooManyAttempts && !Self.isDenied(error))
        }
        gateway.change { $0.isUnavailable = false }
        #expect(await Self.failure(administration, password: SampleGateway.password) == nil)
    }

    @Test func `someone signed in changes the password while strangers guess at it`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let session = browser.cookie("__Host-session")
            for _ in 0..<(Self.maximum * 2) { try await browser.post("/sign-in", [("name", "admin"), ("password", "guess")]) }
            #expect(browser.cookie("__Host-session") == session)
            let done = try await browser.post("/account/password", Self.change(from: SampleGateway.password))
            #expect(done.location == "/account")
        }
    }

    @Test func `the present password cannot be guessed from an unattended browser`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for _ in 0..<Self.maximum {
                let wrong = try await browser.post("/account/password", Self.change(from: "guess"))
                #expect(wrong.text.contains("Name or password is wrong"))
            }
            let page = try await browser.post("/account/password", Self.change(from: SampleGateway.password))
            #expect(page.status == .unprocessableContent && page.text.contains("Too many"))
        }
    }

    private static func change(from present: String) -> [(String, String)] {
        [("current-password", present), ("password", "another long password"), ("password-again", "another long password")]
    }

    @Test(arguments: [
        "", "x", String(repeating: "A", count: 42), String(repeating: "A", count: 44), String(repeating: "A", count: 42) + "+",
        String(repeating: "A", count: 42) + "=", String(repeating: "A", count: 41) + "é",
    ])
    func `what is not a token is no question to the database`(token: String) async throws {
        let gateway = try SampleGateway.make()
        gateway.change { $0.isUnavailable = true }
        #expect(try await gateway.administration.session(token: token) == nil)
    }

    @Test func `once there is an administrator the database is not asked for one again`() async throws {
        let gateway = InMemoryGateway()
        let administration = gateway.administration
        #expect(try await administration.needsFirstAdministrator())
        let sample = try SampleGateway.make().state.withLock { $0.administrators }
        gateway.change { $0.administrators = sample }
        #expect(try await administration.needsFirstAdministrator() == false)
        gateway.change { $0.isUnavailable = true }
        #expect(try await administration.needsFirstAdministrator() == false)
    }

    @Test func `of two administrators who delete each other one stays`() async throws {
        let gateway = try SampleGateway.make()
        let administration = gateway.administration
        let caller = AdministrationCaller.localCommand(userID: 0)
        let both = gateway.state.withLock { $0.administrators.map(\.administrator) }
        try await administration.deleteAdministrator("suzuki", caller)
        gateway.change { $0.listedAdministrators = both }
        do throws(AdministrationError) {
            try await administration.deleteAdministrator("admin", caller)
            Issue.record("the last administrator was deleted")
        } catch {
            #expect(error.message.english.contains("last administrator"))
        }
        #expect(gateway.state.withLock { $0.administrators.count } == 1)
    }
}
