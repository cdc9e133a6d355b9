import Administration
import Cluster
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The cluster's page and “Add a node”.
struct ClusterPageTests {
    @Test func `a key is issued with the exact command for the new node, and shown once`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/cluster/add")
            let command = "securitygateway join --home /var/lib/securitygateway --database-host 192.0.2.7 --database-port 3050"
            #expect(page.text.contains(command))
            let issued = try await browser.post("/cluster/add", [("note", "second")])
            #expect(issued.status == .ok && issued.headers[.cacheControl] == "no-store")
            let text = try #require(issued.text.firstMatch(of: /sgr_[0-9a-f]{32}_[A-Za-z0-9_-]{86}/)).output
            #expect(issued.text.contains(command))
            let list = try await browser.get("/cluster")
            #expect(list.text.contains("second") && !list.text.contains(text.suffix(86)))
        }
    }

    @Test func `a node's key is revoked after a question that names the node`() async throws {
        let gateway = try SampleGateway.make()
        let key = RegistrationKey(
            identifier: RecordIdentifier(high: 5, low: 5), note: "", createdAt: UTCTime(milliseconds: 1), createdBy: "node",
            binding: RegistrationKey.Binding(
                node: NodeID(RecordIdentifier(high: 6, low: 6)), nodeName: "mx2", boundAt: UTCTime(milliseconds: 2)))
        gateway.change { $0.registrationKeys.append(key) }
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/cluster/keys/\(key.identifier)/revoke").text.contains("mx2"))
            try await browser.post("/cluster/keys/\(key.identifier)/revoke")
            #expect(gateway.state.withLock { $0.registrationKeys.first?.revokedAt } != nil)
        }
    }

    @Test func `a node is designated after a question that names it, and undesignated again`() async throws {
        let gateway = try SampleGateway.make()
        let node = NodeID(RecordIdentifier(high: 6, low: 6))
        gateway.change { state in
            state.nodes.append(
                ClusterNode(
                    node: node, name: "mx-second", version: "1.2.3", incarnation: 1, counter: 1, isStopped: false,
                    startedAt: UTCTime(milliseconds: 1), lastSeenAt: UTCTime(milliseconds: 2), settingsRevision: SettingsRevision(1)))
        }
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/cluster").text.contains("/cluster/designate/\(node)"))
            #expect(try await browser.get("/cluster/designate/\(node)").text.contains("mx-second"))
            try await browser.post("/cluster/designate/\(node)")
            #expect(gateway.state.withLock(\.designated) == node)
            #expect(try await browser.get("/cluster").text.contains("Primary designated"))
            try await browser.post("/cluster/designate/any")
            #expect(gateway.state.withLock(\.designated) == nil)
        }
    }

    private static func second(isStopped: Bool, phase: DrainPhase) -> ClusterNode {
        var node = ClusterNode(
            node: NodeID(RecordIdentifier(high: 6, low: 6)), name: "mx-second", version: "1.2.3", incarnation: 1, counter: 1,
            isStopped: isStopped, startedAt: UTCTime(milliseconds: 1), lastSeenAt: UTCTime(milliseconds: 2),
            settingsRevision: SettingsRevision(1))
        node.figures = NodeFigures(
            phase: phase, smtpSessions: 7, deliveries: 3, messagesPerMinute: 1234, loadHundredths: 205, clockDifferenceMilliseconds: -5600,
            databaseMicroseconds: 840)
        return node
    }

    @Test func `a node shows how it does, and what is wrong with it`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { $0.nodes.append(Self.second(isStopped: false, phase: .inService)) }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/cluster").text
            for word in [
                "7 sessions, 3 deliveries, 1,234 messages a minute; load 2.05", "database 0.84 ms", "No answer", "-5600 ms", "Wrong",
            ] {
                #expect(page.contains(word), "\(word)")
            }
        }
    }

    @Test func `a node is drained and brought back after a question that says what happens`() async throws {
        let gateway = try SampleGateway.make()
        let node = Self.second(isStopped: false, phase: .inService)
        gateway.change { $0.nodes.append(node) }
        let path = "/cluster/nodes/\(node.node)"
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("\(path)/drain").text.contains("mx-second"))
            try await browser.post("\(path)/drain")
            let page = try await browser.get("/cluster").text
            #expect(page.contains("Still running: 7 sessions, 3 deliveries") && page.contains("\(path)/undrain"))
            #expect(!page.contains("\(path)/remove"))
            try await browser.post("\(path)/undrain")
            #expect(gateway.auditedActions.suffix(2) == ["node.drain", "node.undrain"])
        }
    }

    @Test func `a node in service is not removed, and the page says what to do first`() async throws {
        let gateway = try SampleGateway.make()
        let node = Self.second(isStopped: false, phase: .inService)
        gateway.change { $0.nodes.append(node) }
        try await withSignedIn(gateway) { browser in
            let answer = try await browser.post("/cluster/nodes/\(node.node)/remove")
            #expect(answer.status == .conflict && answer.text.contains("Drain it first"))
            #expect(gateway.state.withLock { $0.nodes.contains { $0.node == node.node } })
        }
    }

    @Test func `a node that is gone is removed, and stays in the cluster's events`() async throws {
        let gateway = try SampleGateway.make()
        let node = Self.second(isStopped: true, phase: .inService)
        gateway.change { $0.nodes.append(node) }
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/cluster").text.contains("/cluster/nodes/\(node.node)/remove"))
            #expect(try await browser.get("/cluster/nodes/\(node.node)/remove").text.contains("mx-second"))
            try await browser.post("/cluster/nodes/\(node.node)/remove")
            #expect(gateway.state.withLock { !$0.nodes.contains { $0.node == node.node } })
            #expect(try await browser.get("/cluster/events").text.contains("Node removed"))
        }
    }

    @Test func `the key of the node that is asked cannot be revoked there`() async throws {
        let gateway = try SampleGateway.make()
        let own = gateway.node
        let key = RegistrationKey(
            identifier: RecordIdentifier(high: 5, low: 5), note: "", createdAt: UTCTime(milliseconds: 1), createdBy: "node",
            binding: RegistrationKey.Binding(node: own, nodeName: "mx1", boundAt: UTCTime(milliseconds: 2)))
        gateway.change { $0.registrationKeys.append(key) }
        try await withSignedIn(gateway) { browser in
            try await browser.post("/cluster/keys/\(key.identifier)/revoke")
            #expect(gateway.state.withLock { $0.registrationKeys.first?.revokedAt } == nil)
        }
    }

    @Test func `with an embedded database no key is offered but the way to a server`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { $0.joiningPlace = JoiningPlace(server: nil, messageData: "/x") }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/cluster/add")
            #expect(page.text.contains("setdbconnect") && !page.text.contains("securitygateway join"))
        }
    }

    @Test func `words of the command are safe in a shell`() {
        let place = JoiningPlace(
            server: JoiningPlace.Server(host: "db", port: 3050, database: "/data/it's mine.fdb", user: "SYSDBA"), messageData: "/m x")
        #expect(place.command?.contains("'/data/it'\\''s mine.fdb'") == true && place.command?.contains("'/m x'") == true)
    }
}
