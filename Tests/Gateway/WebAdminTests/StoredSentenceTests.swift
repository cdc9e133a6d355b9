import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// What rows hold in English is shown in the reader's language, rows of every age.
struct StoredSentenceTests {
    @Test(arguments: [
        ("queued", "Queued for delivery.", "配送キューに入れました。"),
        (
            "released from quarantine by administrator:admin", "Released from quarantine by Administrator admin.",
            "隔離から解放しました（管理者 admin）。"
        ),
        (
            "deleted from quarantine by user:a@example.com", "Deleted from quarantine by User a@example.com.",
            "隔離から削除しました（ユーザー a@example.com）。"
        ),
        ("hold by command:uid=0", "Put on hold by Command (user ID 0).", "保留しました（コマンド（ユーザー ID 0））。"),
        ("was in quarantine for too long", "It was in quarantine for too long.", "隔離の保存日数を過ぎました。"),
    ]) func `our own sentences are known by their fixed words`(_ stored: String, _ english: String, _ japanese: String) {
        #expect(StoredSentence.text(stored, .english) == english)
        #expect(StoredSentence.text(stored, .japanese) == japanese)
    }

    @Test(arguments: ["250 2.0.0 Ok: queued as 4711", "550 5.7.1 Refused: Blocked attachment: run.exe.", "no such code"])
    func `what others said stays as it was said`(_ stored: String) {
        let finding = Self.finding
        #expect(StoredSentence.text(stored, findings: [finding], .japanese) == stored)
        #expect(StoredSentence.text(stored, findings: [finding], .english) == stored)
    }

    @Test func `a reason made of findings is told by the findings' own sentences`() {
        let stored = "Blocked attachment: run.exe. Another one."
        #expect(StoredSentence.text(stored, findings: [Self.finding], .japanese) == "禁止された添付ファイル: run.exe Another one.")
        #expect(StoredSentence.text(stored, findings: [Self.finding], .english) == stored)
    }

    @Test func `a reason with only a finding's first sentence is told by that sentence`() {
        let finding = MessageJudgement.Finding(
            check: "bayes", outcome: .found, weight: .quarantine, score: .zero, microseconds: 1,
            text: LocalizedText("Spam probability 92.5 %. Strongest: “prize”.", ja: "スパムの確率は 92.5 % です。主な特徴: “prize”"))
        #expect(StoredSentence.text("Spam probability 92.5 %.", findings: [finding], .japanese) == "スパムの確率は 92.5 % です。")
    }

    private static let finding = MessageJudgement.Finding(
        check: "attachments", outcome: .found, weight: .quarantine, score: .zero, microseconds: 1,
        text: LocalizedText("Blocked attachment: run.exe.", ja: "禁止された添付ファイル: run.exe"))

    @Test func `the audit log names actions and details in Japanese, and values stay`() {
        #expect(AuditWords.action("user.add", .japanese) == "ユーザーの追加")
        #expect(AuditWords.action("future.action", .japanese) == "future.action")
        #expect(
            AuditWords.detail("priority; enabled; password set; aliases 1: a@b.example", of: "user.add", .japanese)
                == "priority; 有効; パスワード設定済み; エイリアス 1: a@b.example")
        #expect(AuditWords.detail("enabled; no password → x; disabled", of: "user.change", .japanese) == "有効; パスワードなし → x; 無効")
        #expect(AuditWords.target("cluster quarantine.keep-days", of: "settings.change", .japanese) == "保存日数（quarantine.keep-days）")
        #expect(AuditWords.detail("enabled", of: "settings.change", .japanese) == "enabled", "a value is no word of ours")
    }

    @Test(arguments: [
        "recipient.verify", "recipient.forget-verification", "settings.export", "settings.import", "settings.return",
        "registration-key.issue",
        "registration-key.bind", "registration-key.revoke", "node.declare-dead", "user.quarantine.release", "quarantine.release",
    ])
    func `every action has a title`(code: String) {
        for language in Language.allCases { #expect(AuditWords.action(code, language) != code) }
    }

    @Test func `the audit page shows titles with their codes and is searched by date`() async throws {
        let gateway = try SampleGateway.make(language: .japanese)
        try await withSignedIn(gateway) { browser async throws -> Void in
            let page = try await browser.get("/audit").text
            #expect(page.contains("設定の変更") && page.contains("settings.change"))
            let day = String(try #require(gateway.state.withLock { $0.audit.first }).time.description.prefix(10))
            #expect(try await browser.get("/audit?from=\(day)&until=\(day)").text.contains("settings.change"))
            #expect(try await browser.get("/audit?until=2001-01-01").text.contains("条件に一致する記録はありません"))
        }
    }

    @Test func `a message's page names the node`() async throws {
        let gateway = try InMemoryGateway.filled()
        try await withSite(gateway) { browser async throws -> Void in
            try await browser.get("/sign-in")
            try await browser.post("/sign-in", [("name", "root"), ("password", "a long password")])
            let page = try await browser.get("/messages/\(InMemoryGateway.message(1))").text
            #expect(page.contains("<bdi>mx1</bdi>") && !page.contains("<bdi>\(gateway.node)</bdi>"))
        }
    }
}
