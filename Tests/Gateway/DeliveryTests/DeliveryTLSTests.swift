import DNS
import Foundation
import MessageLog
import SMTP
import Settings
import Testing
import TransportSecurity

@testable import Delivery

@Suite(.timeLimit(.minutes(3))) struct DeliveryTLSTests {
    private func names() throws -> StaticDNSResolver { StaticDNSResolver(hostsFile: "127.0.0.1 localhost other.example") }

    private let folder = TemporaryFolder()

    /// A certificate for `localhost`, and the file that vouches for it.
    private func certificate() async throws -> (TLSContexts, file: String) {
        let contexts = try await DeliveryHarness.contexts(in: folder.path)
        return (contexts, NodeCertificates(folder: folder.path, names: [], logger: DeliveryHarnessLogger.silent).certificatePath)
    }

    @Test(arguments: [ConnectionSecurity.opportunistic, .required, .implicit])
    func `mail goes through TLS whoever signed the certificate`(security: ConnectionSecurity) async throws {
        let (contexts, _) = try await certificate()
        let server = try await SMTPTestServer(contexts: contexts, isImplicit: security == .implicit)
        let harness = try await DeliveryHarness([server], security: security)
        try await harness.running {
            for _ in 0..<3 { try await harness.submit(to: "a@here.example") }
            await harness.store.until { $0.rowCount == 0 && $0.submissions.count == 3 }
        }
        #expect(server.received.count == 3 && server.received.allSatisfy(\.isSecured))
        #expect(harness.store.value.records.allSatisfy { $0.outcomes.first?.event.tls == "TLSv1.3" })
    }

    @Test(
        arguments: [
            ("localhost", true, DeliveryHistoryEvent.Kind.delivered), ("localhost", false, .deferred), ("other.example", true, .deferred),
        ], [ConnectionSecurity.verified, .implicitVerified])
    func `a certificate is verified where it must be`(
        _ host: (name: String, isTrusted: Bool, kind: DeliveryHistoryEvent.Kind), security: ConnectionSecurity
    ) async throws {
        let kind = host.kind
        let (contexts, file) = try await certificate()
        let server = try await SMTPTestServer(contexts: contexts, isImplicit: security.isImplicit)
        let harness = try await DeliveryHarness(
            [server], host: host.name, security: security, dns: try names(), authority: host.isTrusted ? file : nil)
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [kind])
        #expect(server.received.count == (kind == .delivered ? 1 : 0))
    }

    @Test(arguments: [(ConnectionSecurity.opportunistic, DeliveryHistoryEvent.Kind.delivered), (.required, .deferred)])
    func `a server whose TLS is broken gets plain text only where that is allowed`(
        security: ConnectionSecurity, kind: DeliveryHistoryEvent.Kind
    ) async throws {
        let (contexts, _) = try await certificate()
        let server = try await SMTPTestServer(contexts: contexts) { event, _ in
            event.verb == "STARTTLS" ? .replyAndGarbage("220 begin") : nil
        }
        let harness = try await DeliveryHarness([server], security: security)
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [kind] && server.record.connections == (kind == .delivered ? 2 : 1))
        #expect(server.received.allSatisfy { !$0.isSecured })
    }

    @Test func `commands are not sent in plain text where TLS is required`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server], security: .required)
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await harness.store.until { !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [.deferred] && !server.record.commands.contains { $0.hasPrefix("MAIL") })
    }
}

/// A path for one test's folder, removed with it.
private final class TemporaryFolder: Sendable {
    let path = NSTemporaryDirectory() + "/delivery-tls-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }  // what was never made need not go
}
