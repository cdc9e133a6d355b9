import Foundation
import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import AdministrationAPI

/// What every route does with requests that are wrong in themselves.
struct RequestFormTests {
    @Test(arguments: [
        ("/nothing", HTTPRequest.Method.get), ("/", .get), ("/domains/example.com/nothing", .get), ("/domains/a/b/c/d", .post),
        ("/queue/explode", .post), ("/domains/%ff", .get), ("/domains/a%00b", .get),
    ])
    func `a path that is not there is a 404 problem`(path: String, method: HTTPRequest.Method) async throws {
        let answer = try await InMemoryGateway.filled().request(method, path, #"{"entries": []}"#)
        #expect(answer.status == 404)
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(try answer.problem.type == "urn:securitygateway:problem:not-found")
        #expect(try !answer.problem.message.ja.isEmpty)
    }

    @Test func `a method that a path does not know is refused with those it knows`() async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.patch, "/domains/example.com")
        #expect(answer.status == 405)
        #expect(answer.headers[.allow] == "DELETE, GET, PUT")
        #expect(try await gateway.request(.delete, "/status").status == 405)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "3", "{}x", #"{"name":"a","name":"b"}"#, "{\"name\":\"\u{1}\"}", #"{"name":"\ud800"}"#, #"{"name":01}"#,
        #"{"name":tru}"#, #"{name:1}"#, #"{"name":"a",}"#, String(repeating: "[", count: 100),
    ])
    func `a body that is no JSON object is refused`(body: String) async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/domains", body)
        #expect(answer.status == 400)
        #expect(try answer.problem.type == "urn:securitygateway:problem:malformed-request")
        #expect(gateway.auditedActions.isEmpty)
    }

    @Test func `bytes that are not UTF-8 are refused`() throws {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")]) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([UInt8(ascii: "\""), 0xED, 0xA0, 0x80, UInt8(ascii: "\"")]) }
    }

    @Test func `values are read as written`() throws {
        let text = #" {"a":[1,-2,1.5,1e3,12345678901234567890,true,false,null],"b":"\u65e5\ud83d\ude00\n\"","":{}} "#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(
            value
                == .object([
                    "a": .array([
                        .integer(1), .integer(-2), .number("1.5"), .number("1e3"), .number("12345678901234567890"), .boolean(true),
                        .boolean(false),
                        .null,
                    ]), "b": .string("日😀\n\""), "": .object([:]),
                ]))
    }

    @Test func `a body of another media type is refused`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.post, "/domains", "name=a", contentType: "application/x-www-form-urlencoded").status == 415)
        #expect(try await gateway.request(.post, "/domains", "{}", contentType: nil).status == 415)
        #expect(try await gateway.request(.post, "/domains", "{}", contentType: "Application/JSON ; charset=utf-8").status == 400)
    }

    @Test func `a body beyond the bound is refused`() async throws {
        let text = #"{"name": ""# + String(repeating: "a", count: AdministrationAPI.maximumBodyBytes) + #""}"#
        let answer = try await InMemoryGateway.filled().request(.post, "/domains", text)
        #expect(answer.status == 413)
    }

    @Test(arguments: [
        ("/queue?limit=0", "limit"), ("/queue?limit=501", "limit"), ("/queue?limit=ten", "limit"), ("/queue?limit=1&limit=2", "limit"),
        ("/queue?cursor=!!!", "cursor"), ("/queue?cursor=eyJhIjoxfQ", "cursor"), ("/queue?colour=red", "colour"),
        ("/queue?text=%zz", "text=%zz"),
        ("/messages?direction=sideways", "direction"), ("/messages?result=lost", "result"), ("/messages?from=yesterday", "from"),
        ("/messages?from=2026-02-29T00:00:00Z", "from"), ("/messages?until=2026-11-23T24:00:00Z", "until"), ("/messages?cursor=", "cursor"),
        ("/messages?until=9223372036854775807", "until"), ("/audit?cursor=bnVsbA", "cursor"), ("/audit?since=1", "since"),
        ("/status?x=1", "x"),
        ("/domains/example.com/recipients?cursor=bnVsbA", "cursor"),
    ])
    func `a wrong parameter is named`(path: String, field: String) async throws {
        let answer = try await InMemoryGateway.filled().request(.get, path)
        #expect(answer.status == 400)
        #expect(try answer.fields == [field])
    }

    @Test func `a negative ordinal in a cursor is no cursor`() async throws {
        let word = PageCursor.word(for: ["message": String(repeating: "0", count: 32)])
        #expect(try await InMemoryGateway.filled().request(.get, "/queue?cursor=\(word)").status == 400)
        let negative = Data(#"{"message":"00000000000000000000000000000000","ordinal":-1}"#.utf8).base64EncodedString()
        #expect(try await InMemoryGateway.filled().request(.get, "/queue?cursor=\(negative.replacing("=", with: ""))").status == 400)
    }

    @Test(arguments: [
        "/domains", "/domains/example.com", "/domains/example.com/recipients", "/settings", "/settings/relay", "/queue", "/messages",
        "/messages/01900000000070000000000000000001", "/audit", "/administrators", "/nodes",
    ])
    func `a lost database is a 503 that tells nothing of the inside`(path: String) async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.change { $0.isUnavailable = true }
        let answer = try await gateway.request(.get, path)
        #expect(answer.status == 503)
        #expect(answer.headers[.retryAfter] == "5")
        #expect(!answer.text.contains("secret-host") && !answer.text.contains("lost"))
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)), ("2026-11-23T10:15:00Z", 1_795_428_900_000),
        ("2026-11-23T19:15:00.1239+09:00", 1_795_428_900_123),
        ("2024-02-29t23:59:60z", 1_709_251_200_000), ("2000-03-01T00:00:00-00:30", 951_870_600_000), ("1795428900000", 1_795_428_900_000),
        ("1969-12-31T23:59:59.999Z", -1),
    ])
    func `times are read as RFC 3339 and as milliseconds`(text: String, milliseconds: Int64) throws {
        let time = try #require(TimeText.time(text))
        #expect(time.milliseconds == milliseconds)
        #expect(TimeText.time(TimeText.text(time)) == time)
    }

    @Test(arguments: [
        "", "Z", "2026-11-23", "2026-11-23T10:15:00", "2026-13-23T10:15:00Z", "2026-11-31T10:15:00Z", "2026-11-23T10:15:61Z",
        "2026-11-23T10:15:00.Z", "2026-11-23T10:15:00+9:00", "2026-11-23T10:15:00+24:00", "+026-11-23T10:15:00Z", "2026-11-23T10:15:00Zx",
        "253402300800000", "99999999999999999999",
    ])
    func `what is no time is not read`(text: String) {
        #expect(TimeText.time(text) == nil)
    }
}
