import DNS
import DomainsAndUsers
import Filtering
import Mail
import SenderAuthentication
import Settings
import Synchronization
import Testing

/// Links against lists of domains.
@Suite struct URLBlockListCheckTests {
    /// Answers from a table and notes what it was asked.
    private final class CountingResolver: DNSResolver {
        private let answers: StaticDNSResolver
        private let names = Mutex<[String]>([])

        init(_ answers: StaticDNSResolver) { self.answers = answers }

        var asked: [String] { names.withLock { $0 } }

        func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
            names.withLock { $0.append(name) }
            return try await answers.resolve(name, type)
        }
    }

    private func find(
        _ content: String, listed: [String] = [], lists: [String] = ["uri.example 4.0"], maximum: Int = 20
    ) async throws -> (results: [CheckResult], asked: [String]) {
        var fixture = SubjectFixture()
        fixture.content = content
        fixture.settings.urlBlockLists.lists = try lists.map { try DNSBlockList.parse($0) }
        fixture.settings.urlBlockLists.maximumDomains = maximum
        var answers = StaticDNSResolver()
        for name in listed { try answers.add(.address(try #require(HostAddress("127.0.0.2"))), at: "\(name).uri.example") }
        let resolver = CountingResolver(answers)
        let suffixes = try PublicSuffixList(parsing: Array("com\nco.jp\njp\nexample\n".utf8), fewestRules: 1)
        let environment = CheckEnvironment(
            resolver: resolver, accessLists: CurrentAccessLists(), domains: try fixture.environment().domains, publicSuffixes: suffixes)
        let results = await URLBlockListCheck(environment).find(try fixture.subject(), at: .message)
        return (results, resolver.asked)
    }

    private func mail(_ text: String, type: String = "text/plain") -> String { "Subject: x\r\nContent-Type: \(type)\r\n\r\n\(text)\r\n" }

    @Test(arguments: [
        ("see http://a.b.bad.co.jp/x", "text/plain", "bad.co.jp"), ("HTTPS://user:pw@bad.com:8443/?q", "text/plain", "bad.com"),
        ("http://\(String(repeating: "a1.", count: 60))bad.com/", "text/plain", "bad.com"), ("go to www.bad.com.", "text/plain", "bad.com"),
        ("<a href='http://x.bad.com/'>good.com</a>", "text/html", "bad.com"),
        ("<a href=\"https://bad&#46;com/\">x</a>", "text/html", "bad.com"), ("<img src=//bad.com/x.png>", "text/html", "bad.com"),
        ("http://192.0.2.77/login", "text/plain", "77.2.0.192"), ("http://日本語.jp/", "text/plain; charset=utf-8", "xn--wgv71a119e.jp"),
    ])
    func `links are asked about by their registered domain`(text: String, type: String, name: String) async throws {
        let found = try await find(mail(text, type: type), listed: [name])
        #expect(found.results.map(\.weight) == [.score(FilterScore(tenths: 40))])
        #expect(found.asked.contains("\(name).uri.example"))
    }

    @Test(arguments: ["no links here", "mailto:a@bad.com", "http://localhost/", "cid:bad.com"])
    func `what is no link asks nothing`(text: String) async throws {
        let found = try await find(mail(text), listed: ["bad.com"])
        #expect(found.asked.isEmpty && found.results.map(\.outcome) == [.notFound])
    }

    @Test func `our own domains are not asked about, and each domain once`() async throws {
        let found = try await find(mail("http://example.com/ http://a.one.com/ http://b.one.com/ http://two.com/"))
        #expect(Set(found.asked) == ["one.com.uri.example", "two.com.uri.example"] && found.asked.count == 2)
    }

    @Test func `a message of many links asks as many questions as may be`() async throws {
        let text = (0..<2_000).map { "http://d\($0).com/" }.joined(separator: "\r\n")
        #expect(try await find(mail(text), maximum: 7).asked.count == 7)
    }

    @Test func `decoys in front of a link make the result undecided, not clean`() async throws {
        let decoys = (0..<20).map { "http://d\($0).com/" }.joined(separator: "\r\n")
        #expect(try await find(mail("\(decoys)\r\nhttp://bad.com/"), listed: ["bad.com"]).results.map(\.outcome) == [.undecided])
        let comment = "<!--" + String(repeating: "x", count: 1 << 20) + "--><a href='http://bad.com/'>x</a>"
        #expect(try await find(mail(comment, type: "text/html"), listed: ["bad.com"]).results.map(\.outcome) == [.undecided])
    }

    @Test func `a list that refuses to answer decides nothing`() async throws {
        let refused = try await find(mail("http://bad.com/"), lists: ["away.example 4.0"])
        #expect(refused.results.map(\.outcome) == [.notFound])
        var fixture = SubjectFixture()
        fixture.content = mail("http://bad.com/")
        fixture.settings.urlBlockLists.lists = [try DNSBlockList.parse("uri.example reject")]
        try fixture.resolver.add(.address(try #require(HostAddress("127.0.0.1"))), at: "bad.com.uri.example")
        #expect(try await fixture.find(URLBlockListCheck.self, at: .message).map(\.outcome) == [.undecided])
    }

    @Test func `a resolver that never answers leaves it undecided`() async throws {
        var fixture = SubjectFixture()
        fixture.content = mail("http://bad.com/")
        fixture.settings.urlBlockLists.lists = [try DNSBlockList.parse("uri.example reject")]
        fixture.settings.filtering.timeLimitSeconds = 1
        let check = URLBlockListCheck(try fixture.environment(SilentResolver()))
        #expect(await check.find(try fixture.subject(), at: .message).map(\.outcome) == [.undecided])
    }
}
