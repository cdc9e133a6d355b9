import GatewayTestKit
import Hummingbird
import OutsideEngines
import Settings
import Testing

@testable import AdministrationAPI

/// Outside engines.
struct EngineRouteTests {
    @Test func `engines are listed with their health`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.engines.set(.rspamd, .paused(since: UTCTime(milliseconds: 0), .timedOut), trial: .failure(.timedOut))
        let page = try await gateway.request(.get, "/engines").decoded(PageDocument<EngineDocument>.self)
        #expect(page.items.map(\.engine) == ["clamav", "spamassassin", "rspamd"])
        #expect(page.items.map(\.health) == ["unknown", "unknown", "paused"] && page.items.map(\.isEnabled) == [false, false, true])
        #expect(page.items[2].cause?.en == "no answer in time" && page.items[2].since?.hasPrefix("1970-01-01") == true)
        #expect(page.items[0].server == "/var/run/clamav/clamd.ctl")
    }

    @Test func `a connection is tried and stands in the audit log`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.engines.set(.clamAV, .working(since: UTCTime(milliseconds: 0)), trial: .success("ClamAV 1.4.6"))
        let good = try await gateway.request(.post, "/engines/clamav/try", "{}").decoded(EngineTrialDocument.self)
        #expect(good.isAnswering && good.version == "ClamAV 1.4.6" && good.milliseconds == 7)
        let bad = try await gateway.request(.post, "/engines/spamassassin/try", "{}").decoded(EngineTrialDocument.self)
        #expect(!bad.isAnswering && bad.cause?.en == "no connection (Connection refused)")
        #expect(gateway.auditedActions == ["engine.try", "engine.try"])
        #expect(try await gateway.request(.post, "/engines/other/try", "{}").status == 404)
        #expect(try await gateway.request(.post, "/engines/clamav/try", #"{"x": 1}"#).status == 400)
    }
}
