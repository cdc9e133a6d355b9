import Foundation
import GatewayTestKit
import Hummingbird
import SampleLearning
import Settings
import SharedFolders
import Synchronization
import Testing

@testable import AdministrationAPI

/// Bayesian learning over the API.
struct LearningRouteTests {
    private static let mail = "From: a@example.net\r\nSubject: casino\r\n\r\ncasino\r\n"

    private static func body(_ mail: String, kind: String? = nil) -> String {
        let content = Data(mail.utf8).base64EncodedString()
        return kind.map { #"{"kind": "\#($0)", "content": "\#(content)"}"# } ?? #"{"content": "\#(content)"}"#
    }

    @Test func `a message is taught, stands in the ledger and is taken back`() async throws {
        let gateway = try InMemoryGateway.filled()
        let taught = try await gateway.request(.post, "/bayes/samples", Self.body(Self.mail, kind: "spam")).decoded(
            TaughtSampleDocument.self)
        #expect(taught.outcome == "waiting")
        #expect(gateway.learning.now.stored[.bayesSpam] == ["\(taught.sample).eml"])
        #expect(gateway.learning.now.audit.map(\.action) == ["bayes.teach"])
        let ledger = try await gateway.request(.get, "/bayes/ledger?kind=spam&text=casino").decoded(PageDocument<LedgerEntryDocument>.self)
        #expect(ledger.items.map(\.sample) == [taught.sample] && ledger.items.first?.state == "waiting")
        let status = try await gateway.request(.get, "/bayes").decoded(LearningDocument.self)
        #expect(status.waitingSpam == 1 && !status.isJudging && status.generation == nil)
        // Whoever says otherwise a moment later is right.
        _ = try await gateway.request(.post, "/bayes/samples", Self.body(Self.mail, kind: "ham"))
        #expect(gateway.learning.now.ledger.values.map(\.kind) == [.ham] && gateway.learning.now.stored[.bayesHam]?.count == 1)
        let gone = try await gateway.request(.post, "/bayes/ledger/unlearn", #"{"entries": ["\#(taught.sample)"]}"#)
        #expect(gone.status == 200 && gateway.learning.now.ledger.values.map(\.state) == [.leaving], "the primary removes it")
    }

    @Test func `a run that may begin with what is left is asked for by name`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/bayes/run", "{}").status == 204)
        #expect(try await gateway.request(.post, "/bayes/run", #"{"beginsAnew": true}"#).status == 204)
        #expect(gateway.learning.now.runs.map { LearningRun.beginsAnew($0.key) } == [false, true])
        #expect(try await gateway.request(.post, "/bayes/run", #"{"beginsAnew": "yes"}"#).status == 400)
    }

    @Test func `what is no message is refused, and so is what is no Base64`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/bayes/samples", Self.body("no message", kind: "spam")).status == 422)
        #expect(try await gateway.request(.post, "/bayes/samples", #"{"kind": "spam", "content": "%"}"#).status == 400)
        #expect(try await gateway.request(.post, "/bayes/samples", Self.body(Self.mail, kind: "odd")).status == 400)
        #expect(gateway.learning.now.ledger.isEmpty)
    }

    @Test func `learning is asked for, and nothing is explained before something is learned`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/bayes/run", "{}").status == 204)
        let runs = try await gateway.request(.get, "/bayes/runs").decoded(PageDocument<LearningRunDocument>.self)
        #expect(runs.items.map(\.state) == ["asked"])
        #expect(try await gateway.request(.post, "/bayes/explain", Self.body(Self.mail)).status == 409)
    }
}
