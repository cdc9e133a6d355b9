import Filtering
import GatewayTestKit
import Hummingbird
import Mail
import MessageLog
import Quarantine
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of the lists and of the quarantine, and what a message's page says of its judgement.
struct FilteringPagesTests {
    private static let hostile = "<script>alert(1)</script>\"'&"

    private func entry(_ value: String, _ list: AccessListEntry.List = .block, note: String = "") -> AccessListEntry {
        AccessListEntry(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), list: list, kind: .sender, value: value, domain: nil,
            note: note)
    }

    private func quarantined(_ number: Int, subject: String = "a subject") -> QuarantinedMessage {
        QuarantinedMessage(
            message: RecordIdentifier(high: UInt64(number), low: 7),
            mark: QuarantinedMessage.Mark(
                kind: .user, quarantinedAt: UTCTime(milliseconds: 1_800_000_000_000 + Int64(number)),
                reason: LocalizedText("too suspicious", ja: "疑わしい"), score: FilterScore(tenths: 65)),
            reversePath: "someone@example.net", subject: subject, sizeBytes: 100, recipients: ["you@example.com"], recipientCount: 1)
    }

    private static let ruleForm = [
        ("name", "Invoices"), ("domain", ""), ("enabled", "yes"), ("needs", "all"), ("c-not", ""), ("c-field", "header"),
        ("c-header", "Subject"),
        ("c-comparison", "contains"), ("c-value", "請求書"), ("c-not", "yes"), ("c-field", "attachment"), ("c-header", ""),
        ("c-comparison", "exists"), ("c-value", ""), ("c-not", ""), ("c-field", ""), ("c-header", ""), ("c-comparison", "contains"),
        ("c-value", ""), ("a-kind", "quarantine"), ("a-value", ""), ("a-kind", ""), ("a-value", ""),
    ]

    @Test func `a content rule is tried before it is saved, saved, moved and deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let message = "Subject: =?UTF-8?B?6KuL5rGC5pu4?=\nFrom: a@example.net\n\nhello"
            let trial = try await browser.post(
                "/content-rules/new",
                Self.ruleForm + [
                    ("message", message), ("sender", "a@example.net"), ("recipients", "you@example.com"), ("direction", "inbound"),
                    ("do", "try"),
                ])
            #expect(trial.status == .ok && trial.text.contains("Verdict: Quarantine") && trial.text.contains("Matches"))
            #expect(gateway.state.withLock { $0.contentRules.isEmpty })
            #expect(try await browser.post("/content-rules/new", Self.ruleForm + [("do", "save")]).location == "/content-rules")
            let rule = try #require(gateway.state.withLock { $0.contentRules.first })
            #expect(rule.conditions.map(\.description) == ["header:Subject contains 請求書", "not attachment exists"])
            #expect(try await browser.post("/content-rules/leaks", []).location == "/content-rules")
            #expect(gateway.state.withLock { $0.contentRules.filter { !$0.isEnabled }.count } == 4)
            _ = try await browser.post("/content-rules/\(rule.identifier)/move", [("to", "down")])
            #expect(try await gateway.contentRules()[1].identifier == rule.identifier)
            let page = try await browser.get("/content-rules/\(rule.identifier)")
            #expect(page.text.contains("value=\"請求書\""))
            let question = try await browser.post("/content-rules/\(rule.identifier)", Self.ruleForm + [("do", "delete")])
            #expect(question.status == .ok && gateway.state.withLock { $0.contentRules.count } == 5)
            _ = try await browser.post("/content-rules/\(rule.identifier)", [("do", "delete"), ("confirmed", "yes")])
            #expect(gateway.state.withLock { $0.contentRules.count } == 4)
            #expect(
                gateway.auditedActions.suffix(4) == ["content-rule.add", "content-rule.add", "content-rule.move", "content-rule.delete"])
        }
    }

    @Test func `a rule that means nothing is shown again with the problem at its row`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let form = Self.ruleForm.map { $0 == ("c-comparison", "contains") ? ("c-comparison", "at-least") : $0 }
            let answer = try await browser.post("/content-rules/new", form + [("do", "save")])
            #expect(answer.status == .unprocessableContent && answer.text.contains("is compared by one of"))
            #expect(answer.text.contains("請求書") && gateway.state.withLock { $0.contentRules.isEmpty })
            let more = try await browser.post("/content-rules/new", Self.ruleForm + [("do", "rows")])
            #expect(more.text.ranges(of: "name=\"c-field\"").count == 6)
        }
    }

    @Test func `an entry is added, its note changed, and it is deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let form = [("list", "block"), ("kind", "network"), ("value", "192.0.2.77/24"), ("domain", ""), ("note", "noisy")]
            #expect(try await browser.post("/lists", form).location == "/lists")
            let added = try #require(gateway.state.withLock { $0.accessList.first })
            #expect(added.value == "192.0.2.0/24")
            #expect(try await browser.get("/lists").text.contains("192.0.2.0/24"))
            #expect(try await browser.post("/lists/\(added.identifier)", [("note", "quiet")]).location == "/lists")
            #expect(gateway.state.withLock { $0.accessList.first?.note } == "quiet")
            let question = try await browser.post("/lists/delete", [("entry", added.identifier.description)])
            #expect(question.status == .ok && question.text.contains("192.0.2.0/24"))
            #expect(gateway.state.withLock { $0.accessList.count } == 1)
            _ = try await browser.post("/lists/delete", [("entry", added.identifier.description), ("confirmed", "yes")])
            #expect(gateway.state.withLock { $0.accessList.isEmpty })
            #expect(gateway.auditedActions.suffix(3) == ["access-list.add", "access-list.change", "access-list.delete"])
        }
    }

    @Test(arguments: [
        ("network", "0.0.0.0/0", "", "large part of the Internet"), ("network", "nowhere", "", "not an address or network"),
        ("sender", "nobody", "", "not an address such as"), ("host", "two words", "", "not a name"),
        ("sender", "a@example.net", "foreign.example", "not a protected domain"),
    ])
    func `a bad entry is shown again with its error`(kind: String, value: String, domain: String, message: String) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post(
                "/lists", [("list", "allow"), ("kind", kind), ("value", value), ("domain", domain), ("note", "kept")])
            #expect(page.status == .unprocessableContent && page.text.contains(message), "\(page.text)")
            #expect(page.text.contains("value=\"kept\""))
            #expect(gateway.state.withLock { $0.accessList.isEmpty })
        }
    }

    @Test func `lists of many pages are walked without gap or repetition`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { state in state.accessList = (0..<120).map { entry("user\($0)@example.net") } }
        try await withSignedIn(gateway) { browser in
            var path: String? = "/lists?list=block"
            var seen: Set<String> = []
            while let next = path {
                let text = try await browser.get(next).text
                let found = text.matches(of: /user\d+@example\.net<\/bdi>/).map { String($0.output) }
                #expect(seen.isDisjoint(with: found))
                seen.formUnion(found)
                path = text.firstMatch(of: /rel="next" href="([^"]+)"/).map { String($0.1).replacing("&amp;", with: "&") }
            }
            #expect(seen.count == 120)
        }
    }

    @Test func `a message in quarantine is shown as text, released and deleted`() async throws {
        let gateway = try SampleGateway.make()
        let kept = (1...3).map { quarantined($0, subject: Self.hostile) }
        gateway.change { state in
            state.quarantine = kept
            state.contents[kept[0].message] =
                "Subject: \(Self.hostile)\r\nContent-Type: text/html\r\n\r\n<img src=https://tracker.example/>Hello<script>alert(2)</script>"
        }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/quarantine/\(kept[0].message)")
            #expect(page.status == .ok && page.text.contains("Hello") && page.text.contains("too suspicious"))
            #expect(!page.text.contains("<script") && !page.text.contains("tracker.example/>") && !page.text.contains("alert(2)"))
            let list = try await browser.get("/quarantine")
            #expect(!list.text.contains("<script") && list.text.contains("/quarantine/\(kept[1].message)"))
            let release = [("action", "release"), ("entry", kept[0].message.description)]
            let asked = try await browser.post("/quarantine", release)
            #expect(asked.status == .ok && asked.text.contains("Release the selected messages (1)?"))
            #expect(gateway.state.withLock { $0.quarantine.count } == 3, "only asked")
            let released = try await browser.post("/quarantine", release + [("confirmed", "yes")])
            #expect(released.location == "/quarantine")
            #expect(gateway.state.withLock { $0.queueWakings } == 1)
            let again = try await browser.post("/quarantine", release + [("confirmed", "yes")])
            #expect(try await browser.get(again.location ?? "").text.contains("no longer in quarantine"))
            let question = try await browser.post("/quarantine", [("action", "delete"), ("entry", kept[1].message.description)])
            #expect(question.status == .ok && gateway.state.withLock { $0.quarantine.count } == 2)
            _ = try await browser.post(
                "/quarantine", [("action", "delete"), ("confirmed", "yes"), ("entry", kept[1].message.description)])
            #expect(gateway.state.withLock { $0.quarantine.map(\.message) } == [kept[2].message])
            #expect(gateway.state.withLock { $0.removedContent } == [kept[1].message])
            #expect(try await browser.post("/quarantine", [("action", "release")]).status == .unprocessableContent)
        }
    }

    @Test func `content that cannot be read is said so and the message can still be released`() async throws {
        let gateway = try SampleGateway.make()
        let kept = quarantined(1)
        gateway.change { $0.quarantine = [kept] }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/quarantine/\(kept.message)")
            #expect(page.status == .ok && page.text.contains("cannot be read") && page.text.contains("value=\"release\""))
        }
    }

    @Test func `a message's page tells what each check found`() async throws {
        let gateway = try SampleGateway.make()
        let identifier = try #require(gateway.messageIdentifiers.first)
        gateway.change { state in
            let details = state.messages[0]
            var entry = details.record.entry
            entry.judgement = MessageJudgement(
                verdict: .quarantine, isRecordedOnly: true, score: FilterScore(tenths: 65),
                findings: [
                    MessageJudgement.Finding(
                        check: "reverse-lookup", outcome: .found, weight: .score, score: FilterScore(tenths: 65), microseconds: 1500,
                        text: LocalizedText(Self.hostile, ja: Self.hostile)),
                    MessageJudgement.Finding(
                        check: "dns-block-lists", outcome: .undecided, weight: .score, score: .zero, microseconds: 0,
                        text: LocalizedText("slow", ja: "遅い")),
                ])
            state.messages[0] = MessageLogDetails(
                record: MessageLogRecord(
                    entry: entry, recipients: details.record.recipients, recipientCount: details.record.recipientCount),
                events: details.events)
        }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/messages/\(identifier)")
            for text in ["Reverse look-up", "Score 6.5", "1.5 ms", "Could not be decided", "recorded only", "DNS block lists"] {
                #expect(page.text.contains(text), "\(text)")
            }
            #expect(!page.text.contains("<script"))
        }
    }
}
