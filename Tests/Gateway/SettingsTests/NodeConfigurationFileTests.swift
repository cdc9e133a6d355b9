import Foundation
import Settings
import Testing

@Suite struct NodeConfigurationFileTests {
    private static let node = "0123456789abcdef0123456789abcdef"
    private static let good = "node-id = \(node)\nnode-name = one\nweb-listener = 127.0.0.1:4443\ndatabase = embedded\ndatabase-path = db\n"

    @Test func `what is written is read back`() throws {
        let identity = try #require(NodeID(Self.node))
        let listener = try #require(ListenAddress("[::]:4443"))
        for database in [
            NodeConfigurationFile.DatabaseConnection.embedded(path: "/var/lib/x.fbd"),
            .server(host: "db.example.com", port: 3050, database: "sg", user: "SYSDBA", password: "with = and # signs"),
        ] {
            let file = NodeConfigurationFile(nodeID: identity, nodeName: "one", database: database, webListener: listener)
            #expect(try NodeConfigurationFile(text: file.text) == file)
        }
    }

    @Test(arguments: [
        ("", "node.conf lacks “node-id”"), ("just words", "line 1: “name = value” is expected"),
        ("colour = red", "line 1: unknown name “colour”"),
        ("# fine\nnode-id = zz", "node-id is 32 hexadecimal digits"),
        ("node-id = \(node)\nnode-id = \(node)", "line 2: “node-id” stands twice"),
        (good.replacing("4443", with: "x"), "line 3: web-listener is an address"),
        (good.replacing("embedded", with: "sqlite"), "line 4: database is"),
        (good.replacing("database-path = db", with: ""), "node.conf lacks “database-path”"),
        (good.replacing("= embedded", with: "= server"), "lacks “database-port”"),
    ])
    func `a wrong file says where and what is expected`(text: String, message: String) {
        let error = #expect(throws: NodeConfigurationError.self) { _ = try NodeConfigurationFile(text: text) }
        #expect(error.map { $0.description.contains(message) } == true, "\(String(describing: error))")
    }

    @Test func `a file that others may read is refused, and the product's own is not`() throws {
        let home = FileManager.default.temporaryDirectory.appendingPathComponent("node-conf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: home) }
        #expect(throws: NodeConfigurationError.self) { _ = try NodeConfigurationFile.read(home: home) }
        let file = try NodeConfigurationFile(text: Self.good)
        try file.write(home: home)
        #expect(try NodeConfigurationFile.read(home: home) == file)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: home.appendingPathComponent("node.conf").path)
        #expect(throws: NodeConfigurationError.self) { _ = try NodeConfigurationFile.read(home: home) }
    }
}
