import DomainsAndUsers
import Mail
import Settings
import Testing

@Suite struct PasswordHashTests {
    private static let cheap = PasswordHash.Cost(logarithmOfRounds: 4)

    @Test func `the right password matches and no other`() throws {
        let hash = try PasswordHash.compute("correct horse 電池", cost: Self.cheap)
        #expect(try hash.matches("correct horse 電池"))
        #expect(try !hash.matches("correct horse"))
        #expect(try !hash.matches(""))
        #expect(!hash.text.contains("horse"))
    }

    @Test func `the same password has another hash each time`() throws {
        #expect(try PasswordHash.compute("x", cost: Self.cheap) != PasswordHash.compute("x", cost: Self.cheap))
    }

    @Test(arguments: [
        "", "plain", "$scrypt$ln=99,r=8,p=1$AA==$AA==", "$scrypt$ln=4,r=8,p=1$!!$!!", "$argon2id$v=19$AA==$AA==", "$scrypt$ln=4$AA==$AA==",
    ])
    func `a stored text that is not ours is an error, not a match`(text: String) {
        #expect(throws: PasswordHashError.unreadable) { _ = try PasswordHash(text: text).matches("x") }
    }

    @Test func `an endless password is refused`() {
        #expect(throws: PasswordHashError.tooLong) { _ = try PasswordHash.compute(String(repeating: "x", count: 2000), cost: Self.cheap) }
    }

    @Test(arguments: [
        ("alice", true), ("a.b_c@d-e", true), ("", false), ("al ice", false), ("アリス", false), (String(repeating: "a", count: 101), false),
    ])
    func `names of administrators are plain`(name: String, isName: Bool) {
        #expect(Administrator.isName(name) == isName)
    }

    @Test func `mail servers are grouped by priority`() throws {
        func server(_ host: String, _ priority: Int) throws -> MailServer {
            MailServer(endpoint: try #require(HostAndPort(host, defaultPort: 25)), priority: priority)
        }
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"),
            mailServers: [try server("b", 20), try server("a", 10), try server("c", 20)])
        #expect(domain.mailServersByPriority.map { $0.map(\.endpoint.host) } == [["a"], ["b", "c"]])
    }

    @Test func `of a domain added twice at once the older row counts`() throws {
        let name = try DomainName("example.com")
        let older = ProtectedDomain(identifier: RecordIdentifier(milliseconds: 1), name: name, note: "older", mailServers: [])
        let newer = ProtectedDomain(identifier: RecordIdentifier(milliseconds: 2), name: name, note: "newer", mailServers: [])
        for order in [[older, newer], [newer, older]] {
            #expect(DomainDirectory(revision: .none, domains: order).domain(name)?.note == "older")
        }
    }
}
