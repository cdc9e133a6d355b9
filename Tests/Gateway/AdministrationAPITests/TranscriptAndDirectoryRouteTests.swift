import GatewayTestKit
import Hummingbird
import Settings
import SharedFolders
import Synchronization
import Testing

@testable import AdministrationAPI

/// Transcripts and folders.
struct TranscriptAndDirectoryRouteTests {
    private static let identifier = RecordIdentifier(high: 0x018B_CFE5_6800_7001, low: 7)

    private static func gateway() throws -> InMemoryGateway {
        let gateway = try InMemoryGateway.filled()
        gateway.change { $0.transcripts[identifier] = "Transcript\nC: EHLO <b>\n" }
        return gateway
    }

    @Test func `a transcript is read whole, and one that is not there is not found`() async throws {
        let gateway = try Self.gateway()
        let document = try await gateway.request(.get, "/transcripts/\(Self.identifier)").decoded(TranscriptDocument.self)
        #expect(document.text == "Transcript\nC: EHLO <b>\n")
        for name in ["\(RecordIdentifier(high: 9, low: 9))", "nonsense"] {
            #expect(try await gateway.request(.get, "/transcripts/\(name)").status == 404)
        }
    }

    @Test func `transcripts are listed by address and in pages`() async throws {
        let gateway = try Self.gateway()
        gateway.change { $0.transcripts[RecordIdentifier(high: 0x018B_CFE5_6801_7001, low: 7)] = "Transcript\n" }
        let first = try await gateway.request(.get, "/transcripts?limit=1").decoded(PageDocument<TranscriptEntryDocument>.self)
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/transcripts?limit=1&cursor=\(next)").decoded(
            PageDocument<TranscriptEntryDocument>.self)
        #expect(second.items.map(\.transcript) == [Self.identifier.description])
        #expect(first.items.first?.address == "192.0.2.1" && first.items.first?.isTroubled == true)
        let other = try await gateway.request(.get, "/transcripts?address=192.0.2.9").decoded(PageDocument<TranscriptEntryDocument>.self)
        #expect(other.items.isEmpty)
        for query in ["address=nobody", "way=sideways", "troubled=1", "x=1"] {
            #expect(try await gateway.request(.get, "/transcripts?\(query)").status == 400, "\(query)")
        }
    }

    @Test func `a folder that does not answer is unavailable`() async throws {
        let gateway = try Self.gateway()
        gateway.change { $0.isUnavailable = true }
        #expect(try await gateway.request(.get, "/transcripts/\(Self.identifier)").status == 503)
        #expect(try await gateway.request(.get, "/transcripts").status == 503)
    }

    @Test func `folders are listed with their space and marker`() async throws {
        let page = try await Self.gateway().request(.get, "/directories").decoded(PageDocument<DirectoryDocument>.self)
        #expect(page.items.map(\.name) == SharedFolderKind.allCases.map(\.rawValue))
        #expect(page.items.first?.marker == "present" && page.items.first?.totalBytes == 4 << 30 && page.items.first?.isWorking == true)
    }

    @Test func `a folder is put elsewhere, prepared, and the change stands in the audit log`() async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.request(.put, "/directories/transcripts", #"{"path": "/srv/transcripts/"}"#).status == 204)
        #expect(gateway.state.withLock { $0.preparedFolders } == ["/srv/transcripts"])
        #expect(gateway.auditedActions == ["settings.change"])
        #expect(gateway.state.withLock { $0.rows.first { $0.section == "directories" }?.value } == "/srv/transcripts")
        #expect(try await gateway.request(.put, "/directories/transcripts", #"{"path": ""}"#).status == 204)
        #expect(gateway.state.withLock { $0.preparedFolders.last } == "/home/gateway/transcripts")
        #expect(try await gateway.request(.put, "/directories/certificates", #"{"path": "/srv/x"}"#).status == 404)
    }

    @Test(arguments: [
        "relative", "/srv/../etc", "/", "/home/gateway/message-data", "/home/gateway/message-data/below", "/home",
        "/home/gateway/certificates", "/link/../x", "/missing/x", "/foreign/x", "/others/x",
    ])
    func `a path that cannot be used is refused and nothing is changed`(path: String) async throws {
        let gateway = try Self.gateway()
        let answer = try await gateway.request(.put, "/directories/transcripts", #"{"path": "\#(path)"}"#)
        #expect(answer.status == 422, "\(path)")
        #expect(answer.text.contains("transcripts"))
        #expect(gateway.auditedActions.isEmpty)
    }

    @Test func `a symbolic link does not hide that folders lie within each other`() async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.request(.put, "/directories/message-data", #"{"path": "/srv/data"}"#).status == 204)
        #expect(try await gateway.request(.put, "/directories/transcripts", #"{"path": "/link/data/transcripts"}"#).status == 422)
    }

    @Test func `settings cannot be used to go round the rules of folders`() async throws {
        let gateway = try Self.gateway()
        let body = #"{"value": "/home/gateway/message-data/x"}"#
        #expect(try await gateway.request(.put, "/settings/directories/transcripts", body).status == 422)
        let both = ##"{"values": {"transcripts": "/srv/a", "message-data": "/srv/a/b"}}"##
        #expect(try await gateway.request(.put, "/settings/directories", both).status == 422)
    }
}
