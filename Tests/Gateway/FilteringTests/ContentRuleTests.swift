import Filtering
import Foundation
import Mail
import MessageLog
import Settings
import Testing

/// What content rules see in messages, and what follows.
@Suite struct ContentRuleTests {
    private func rule(
        named name: String = "rule", _ conditions: [String], _ actions: [String] = ["score 3.0"], position: Int = 1, any: Bool = false,
        stops: Bool = false, isEnabled: Bool = true, domain: String? = nil
    ) throws -> ContentRule {
        ContentRule(
            identifier: RecordIdentifier(milliseconds: Int64(position)), position: position, name: name,
            domain: try domain.map { try DomainName($0) }, isEnabled: isEnabled, stops: stops, needsAny: any,
            conditions: try conditions.map { try ContentCondition($0) }, actions: try actions.map { try ContentAction($0) })
    }

    private func message(
        _ bytes: [UInt8], direction: MailDirection = .inbound, recipients: [String] = ["you@example.com"]
    ) throws -> RuleMessage {
        RuleMessage(
            structure: MessageReader().read(bytes), sizeBytes: bytes.count, reversePath: .address(try EmailAddress("someone@example.net")),
            recipients: try recipients.map { try EmailAddress($0) }, direction: direction)
    }

    private func matches(_ condition: String, _ text: String, direction: MailDirection = .inbound) throws -> Bool {
        let rules = ContentRules(revision: .none, rules: [try rule([condition])])
        return rules.evaluate(try message(Array(text.utf8), direction: direction)).map(\.result) == [.matched]
    }

    private static let mail = """
        From: someone@example.net\r
        Subject: =?UTF-8?B?6KuL5rGC5pu444Gu5Lu2?=\r
        X-Odd: a\r
        Content-Type: multipart/mixed; boundary=b\r
        \r
        --b\r
        Content-Type: text/plain\r
        \r
        Pay at once, please\r
        --b\r
        Content-Type: text/html\r
        \r
        <style>hidden { }</style><p>Your ac<b>cou</b>nt &amp; password</p><!-- secret -->\r
        --b\r
        Content-Type: application/pdf; name=Invoice.PDF\r
        \r
        x\r
        --b--\r\n
        """

    @Test(arguments: [
        ("header:subject contains 請求書", true), ("header:subject equals 請求書の件", true), ("header:subject matches ^請求.*件$", true),
        ("header:X-Odd exists", true), ("not header:X-Even exists", true), ("header:X-Even exists", false), ("body contains AT ONCE", true),
        ("body contains account & password", true), ("body contains hidden", false), ("body contains secret", false),
        ("body matches pass.?word", true), ("attachment contains invoice", true), ("attachment matches \\.pdf$", true),
        ("attachment exists", true), ("sender equals someone@example.net", true), ("sender contains example.org", false),
        ("recipient contains you@", true), ("recipient-domain equals example.com", true), ("size at-least 100", true),
        ("size at-least 100000", false), ("direction equals inbound", true), ("direction equals outbound", false),
        ("data:card at-least 1", false),
    ])
    func `a condition asks about what a reader sees`(condition: String, holds: Bool) throws {
        #expect(try matches(condition, Self.mail) == holds)
        #expect(try matches("not " + condition.replacing("not ", with: ""), Self.mail) == (condition.hasPrefix("not ") ? holds : !holds))
    }

    @Test(arguments: [
        ("utf-8", String.Encoding.utf8), ("iso-2022-jp", .iso2022JP), ("shift_jis", .shiftJIS), ("euc-jp", .japaneseEUC),
    ])
    func `the same Japanese text is found in every encoding`(charset: String, encoding: String.Encoding) throws {
        // EUC-JP is not known to Foundation here: its bytes by hand.
        let text = charset == "euc-jp" ? [0xB5, 0xA1, 0xCC, 0xA9] : Array(try #require("機密".data(using: encoding)))
        for transfer in ["8bit", "base64"] {
            let head = Array(
                "Subject: x\r\nContent-Type: text/plain; charset=\(charset)\r\nContent-Transfer-Encoding: \(transfer)\r\n\r\n".utf8)
            let body = transfer == "base64" ? Array(Data(text).base64EncodedString().utf8) : text
            let rules = ContentRules(revision: .none, rules: [try rule(["body contains 機密"])])
            #expect(rules.evaluate(try message(head + body)).map(\.result) == [.matched], "\(charset) \(transfer)")
        }
    }

    @Test(arguments: [
        "subject contains x", "header contains x", "header:Subject at-least 3", "size contains 3", "size at-least x", "body matches (",
        "direction equals sideways", "data:unknown at-least 1", "body contains", "", "not",
    ])
    func `what is no condition is refused`(text: String) {
        #expect(throws: SettingsValueError.self) { try ContentCondition(text) }
    }

    @Test(arguments: [
        "score", "score x", "tag ", "tag 日本", "header Subject: x", "header X-SecurityGateway-Verdict: x", "header X-A", "reject now",
        "drop",
    ])
    func `what is no action is refused`(text: String) {
        #expect(throws: SettingsValueError.self) { try ContentAction(text) }
    }

    @Test(arguments: [
        "not header:Subject contains a b  c", "attachment exists", "size at-least 5", "data:my-number at-least 1", "body matches ^a|b$",
    ])
    func `conditions keep their text form`(text: String) throws {
        #expect(try ContentCondition(text).description == text)
    }

    @Test(arguments: ["score -1.5", "quarantine", "reject", "tag [EXT]", "header X-Class: internal only"])
    func `actions keep their text form`(text: String) throws {
        #expect(try ContentAction(text).description == text)
    }

    @Test func `rules are asked in their order until one stops`() throws {
        let rules = ContentRules(
            revision: .none,
            rules: [
                try rule(named: "third", ["body contains pay"], position: 3), try rule(named: "first", ["body contains pay"], position: 1),
                try rule(named: "second", ["body contains pay"], position: 2, stops: true),
                try rule(named: "off", ["body contains pay"], position: 0, isEnabled: false),
            ])
        #expect(rules.evaluate(try message(Array(Self.mail.utf8))).map(\.rule.name) == ["first", "second"])
    }

    @Test func `all or any of the conditions, and what held is told`() throws {
        let conditions = ["body contains pay", "body contains nonsense"]
        let rules = ContentRules(
            revision: .none,
            rules: [try rule(named: "all", conditions, position: 1), try rule(named: "any", conditions, position: 2, any: true)])
        let outcomes = rules.evaluate(try message(Array(Self.mail.utf8)))
        #expect(outcomes.map(\.result) == [.notMatched, .matched])
        #expect(outcomes[1].holding.map(\.description) == ["body contains pay"])
    }

    @Test(arguments: [
        ("example.com", MailDirection.inbound, 1), ("example.com", .outbound, 1), ("example.net", .outbound, 1),
        ("example.net", .internal, 1), ("example.net", .inbound, 0), ("example.org", .outbound, 0),
    ])
    func `a domain's rule is for mail to it, and for mail from it if its sender is known`(
        domain: String, direction: MailDirection, count: Int
    ) throws {
        let rules = ContentRules(revision: .none, rules: [try rule(["size at-least 1"], domain: domain)])
        let outcomes = rules.evaluate(try message(Array(Self.mail.utf8), direction: direction))
        #expect(outcomes.count == count && outcomes.allSatisfy { $0.recipients == nil })
    }

    @Test func `a domain's rule decides and stops for its own recipients alone`() throws {
        let rules = ContentRules(
            revision: .none,
            rules: [
                try rule(named: "a", ["size at-least 1"], ["quarantine"], position: 1, stops: true, domain: "a.example"),
                try rule(named: "all", ["size at-least 1"], ["reject"], position: 2, stops: true),
                try rule(named: "b", ["size at-least 1"], position: 3, domain: "b.example"),
            ])
        let outcomes = rules.evaluate(
            try message(Array(Self.mail.utf8), recipients: ["x@b.example", "x@a.example", "x@c.example", "y@a.example"]))
        #expect(outcomes.map(\.rule.name) == ["a", "all"] && outcomes.map(\.recipients) == [[1, 3], [0, 2]])
        let results = ContentRuleCheck.results(outcomes, ContentRuleCheck.Stripping(structure: nil, settings: StrippingSettings()))
        #expect(results.map(\.recipients) == [[1, 3], [0, 2]] && results[0].detail.english == " Only for a.example.")
        let policy = VerdictPolicy(settings: FilteringSettings())
        let verdicts = RecipientVerdicts(
            [
                RecipientVerdicts.Share(policy: policy, recipients: [0, 2], domains: ["b.example", "c.example"]),
                RecipientVerdicts.Share(policy: policy, recipients: [1, 3], domains: ["a.example"]),
            ], [results[0]])
        #expect(verdicts.verdict.decision == .quarantine && verdicts.kept == [1, 3])
    }

    @Test func `a number that must not get out is in no sentence`() async throws {
        let text = "Subject: x\r\n\r\nカード 4111 1111 1111 1111\r\n"
        let outcomes = ContentRules(revision: .none, rules: [try rule(["data:card at-least 1"], ["reject"])]).evaluate(
            try message(Array(text.utf8)))
        let results = ContentRuleCheck.results(outcomes, ContentRuleCheck.Stripping(structure: nil, settings: StrippingSettings()))
        #expect(results.map(\.weight) == [.reject])
        #expect(!results.contains { $0.text.english.contains("4111") || $0.text.japanese.contains("4111") })
    }

    @Test func `demands and scores are findings of their own, and marks go with the first`() throws {
        let outcomes = ContentRules(
            revision: .none, rules: [try rule(["size at-least 1"], ["score 2.0", "quarantine", "tag [X]", "header X-A: b"])]
        ).evaluate(try message(Array(Self.mail.utf8)))
        let results = ContentRuleCheck.results(outcomes, ContentRuleCheck.Stripping(structure: nil, settings: StrippingSettings()))
        #expect(results.map(\.weight) == [.score(FilterScore(tenths: 20)), .quarantine])
        #expect(results[0].marks == [.tag("[X]"), .field(name: "X-A", value: "b")] && results[1].marks.isEmpty)
    }

    @Test func `patterns of all rules share one number of steps, and beyond it nothing is claimed`() throws {
        let body = String(repeating: "ab", count: 120_000)
        let heavy = try (1...30).map { try rule(named: "r\($0)", ["body matches (a|b)*c(a|b)*d"], position: $0) }
        let outcomes = ContentRules(revision: .none, rules: heavy).evaluate(try message(Array("Subject: x\r\n\r\n\(body)".utf8)))
        #expect(outcomes.last?.result == .undecided)
    }

    @Test(arguments: [
        ("body contains needle", ContentRules.Outcome.Result.undecided), ("not body contains needle", .undecided),
        ("body contains word", .matched), ("not body contains word", .notMatched), ("data:card at-least 1", .undecided),
        ("header:subject contains needle", .notMatched), ("attachment exists", .notMatched),
    ])
    func `what lies behind the part that is read is not claimed to be absent`(condition: String, result: ContentRules.Outcome.Result) throws
    {
        let text = "Subject: x\r\n\r\n" + String(repeating: "word ", count: 60_000) + "needle 4111 1111 1111 1111\r\n"
        let outcomes = ContentRules(revision: .none, rules: [try rule([condition], ["reject"])]).evaluate(try message(Array(text.utf8)))
        #expect(outcomes.map(\.result) == [result])
        let held = ContentRuleCheck.results(outcomes, ContentRuleCheck.Stripping(structure: nil, settings: StrippingSettings())).filter {
            $0.outcome == .found
        }.map(\.weight)
        #expect(held == (condition.hasPrefix("data") ? [.quarantine] : result == .matched ? [.reject] : []))
    }

    @Test func `without rules nothing is asked`() throws {
        let check = ContentRuleCheck(try SubjectFixture().environment())
        #expect(check.isWanted(try SubjectFixture().subject(), at: .message) == false)
    }
}
