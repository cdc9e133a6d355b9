import DomainsAndUsers
import Filtering
import Firebird
import FirebirdTestKit
import Testing

@testable import GatewayDatabase

@Suite struct AccessListRoomTests {
    @Test func `lists that are full say so and how many entries there may be`() async throws {
        try await TestDatabase.with { test in
            let tooMany = AccessListTable.maximumEntries + 1
            await #expect(throws: DirectoryError.full(maximum: AccessListTable.maximumEntries, present: 0)) {
                try await test.database.sessions.requests.transaction { try AccessListTable.checkRoom(for: tooMany, $0) }
            }
            try await test.database.sessions.requests.transaction { try AccessListTable.checkRoom(for: tooMany - 1, $0) }
        }
    }
}
