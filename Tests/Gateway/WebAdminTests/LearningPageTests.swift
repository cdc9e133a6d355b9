import Administration
import GatewayTestKit
import Hummingbird
import SampleLearning
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of Bayesian learning.
struct LearningPageTests {
    private static func entry(_ number: UInt64, _ subject: String) -> LedgerEntry {
        LedgerEntry(
            digest: SampleDigest(RecordIdentifier(high: 1, low: number)), kind: .spam, state: .waiting, origin: .quarantine, actor: "admin",
            sender: "a@example.net", subject: subject, changedAt: UTCTime(milliseconds: Int64(number)))
    }

    @Test func `learning is asked for on the page and its run is shown`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/bayes").text.contains("Nothing is learned yet"))
            try await browser.post("/bayes/run")
            #expect(gateway.learning.now.runs.map(\.state) == [.asked])
            #expect(try await browser.get("/bayes").text.contains("Asked for"))
        }
    }

    @Test func `when learned samples are lost the page says so and goes on without them only after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            #expect(try await !browser.get("/bayes").text.contains("Begin with what is left"))
            gateway.learning.change { state in
                state.runs = [
                    LearningRun(
                        key: "2026-11-28", node: NodeID(RecordIdentifier(high: 1, low: 2)), startedAt: .now(), changedAt: .now(),
                        state: .stopped, figures: LearningRun.Figures(), cause: "\(LearningError.samplesLost(generation: "5.9"))")
                ]
            }
            let page = try await browser.get("/bayes")
            #expect(page.text.contains("Begin with what is left") && page.text.contains("samples-5.9.bayes"))
            #expect(try await browser.post("/bayes/run", [("anew", "yes")]).text.contains("cannot be undone"))
            #expect(gateway.learning.now.runs.count == 1)
            try await browser.post("/bayes/run", [("anew", "yes"), ("confirmed", "yes")])
            #expect(gateway.learning.now.runs.map { LearningRun.beginsAnew($0.key) } == [false, true])
        }
    }

    @Test func `what could not be taught is told beside what could`() {
        var taught = TaughtMessages()
        taught.refused = [.init(message: RecordIdentifier(high: 1, low: 1), reason: LocalizedText("gone", ja: "なし"))]
        #expect(LearningController.notice(taught).kind == .learningNoContent)
        taught.waiting = [RecordIdentifier(high: 1, low: 2)]
        #expect(LearningController.notice(taught) == Notice(.learningTaughtSome, count: 1))
        taught.refused = []
        #expect(LearningController.notice(taught) == Notice(.learningTaught, count: 1))
    }

    @Test func `the ledger shows what was taught, escaped, and takes back what is selected after a question`() async throws {
        let gateway = try SampleGateway.make()
        gateway.learning.change { state in
            for number in 1...60 as ClosedRange<UInt64> {
                let entry = Self.entry(number, number == 60 ? SampleGateway.hostile : "subject \(number)")
                state.ledger[entry.digest] = entry
            }
        }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/bayes/ledger")
            #expect(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>alert"))
            #expect(!page.text.contains("subject 5<"), "a page has fifty rows")
            let digest = Self.entry(59, "").digest
            #expect(try await browser.post("/bayes/ledger", [("entry", digest.description)]).text.contains("Unlearn"))
            #expect(gateway.learning.now.ledger[digest] != nil)
            try await browser.post("/bayes/ledger", [("entry", digest.description), ("confirmed", "yes")])
            #expect(gateway.learning.now.ledger.values.filter { $0.state == .leaving }.map(\.digest) == [digest])
            #expect(try await browser.post("/bayes/ledger").status == .unprocessableContent)
        }
    }
}
