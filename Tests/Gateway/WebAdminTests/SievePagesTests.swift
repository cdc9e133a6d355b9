import Filtering
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of Sieve scripts.
@Suite struct SievePagesTests {
    private static let good = "require \"fileinto\";\r\nif header :contains \"subject\" \"hello\" {\r\n  fileinto \"Quarantine\";\r\n}\r\n"

    private func form(_ script: String, _ button: String) -> [(String, String)] {
        [("owner", "cluster"), ("name", "Rules"), ("active", "yes"), ("script", script), ("do", button)]
    }

    @Test func `a script is tried before it is saved, saved, listed and deleted after a question`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let trial = try await browser.post(
                "/sieve/edit",
                form(Self.good, "try") + [("message", "Subject: Hello\nFrom: a@example.net\n\nhi"), ("recipient", "you@example.com")])
            #expect(trial.status == .ok && trial.text.contains("Put into quarantine") && trial.text.contains("header :contains"))
            #expect(gateway.state.withLock { $0.sieveScripts.isEmpty })
            #expect(try await browser.post("/sieve/edit", form(Self.good, "save")).location == "/sieve")
            #expect(gateway.state.withLock { $0.sieveScripts.map(\.owner) } == [.cluster])
            #expect(try await browser.get("/sieve").text.contains("Rules"))
            #expect(try await browser.get("/sieve/edit?owner=cluster").text.contains("fileinto &quot;Quarantine&quot;"))
            let question = try await browser.post("/sieve/edit", form("", "delete"))
            #expect(question.status == .ok && gateway.state.withLock { $0.sieveScripts.count } == 1)
            _ = try await browser.post("/sieve/edit", form("", "delete") + [("confirmed", "yes")])
            #expect(gateway.state.withLock { $0.sieveScripts.isEmpty })
            #expect(gateway.auditedActions.suffix(2) == ["sieve-script.add", "sieve-script.delete"])
        }
    }

    @Test func `errors stand at their lines, and what was typed stays`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            for button in ["save", "check", "try"] {
                let answer = try await browser.post("/sieve/edit", form("keep;\r\nfly \"away\";", button))
                #expect(answer.status == .unprocessableContent && answer.text.contains("<strong>Line 2</strong>"))
                #expect(answer.text.contains("There is no command “fly”") && answer.text.contains("\n^</pre>"))
                #expect(answer.text.contains("keep;") && gateway.state.withLock { $0.sieveScripts.isEmpty })
            }
        }
    }

    @Test func `who is nobody has no script`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let answer = try await browser.get("/sieve/edit?owner=not%20a%20domain")
            #expect(answer.status == .unprocessableContent && answer.text.contains("a protected domain"))
        }
    }
}
