import Foundation
import GatewayTestKit
import Hummingbird
import Testing

@testable import AdministrationAPI

/// The document and the router are written by hand, twice; here they are compared.
struct OpenAPIDocumentTests {
    /// `docs/openapi.yaml`, found from this file.
    private static func document() throws -> [Substring] {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/openapi.yaml"), encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    /// `GET /domains` and so on, from the lines below `paths:`.
    private static func operations() throws -> Set<String> {
        var operations: Set<String> = []
        var path = ""
        var isInPaths = false
        for line in try document() {
            let indentation = line.prefix { $0 == " " }.count
            if indentation == 0, !line.isEmpty { isInPaths = line == "paths:" }
            guard isInPaths, line.hasSuffix(":") else { continue }
            let key = line.dropFirst(indentation).dropLast()
            if indentation == 2, key.hasPrefix("/") { path = String(key) }
            if indentation == 4, ["get", "put", "post", "delete", "patch"].contains(key) {
                operations.insert("\(key.uppercased()) \(path)")
            }
        }
        return operations
    }

    @Test func `the document has exactly the router's operations`() throws {
        let routes = Set(InMemoryGateway().api.routes.map { "\($0.method.rawValue) \($0.path)" })
        #expect(routes.count == InMemoryGateway().api.routes.count)
        #expect(try Self.operations() == routes)
    }

    @Test func `the document has every kind of problem and the mount's prefix`() throws {
        let text = try Self.document().joined(separator: "\n")
        for kind in ProblemDocument.Kind.allCases { #expect(text.contains("urn:securitygateway:problem:\(kind.rawValue)")) }
        #expect(text.contains("url: \(AdministrationAPI.prefix)"))
    }
}
