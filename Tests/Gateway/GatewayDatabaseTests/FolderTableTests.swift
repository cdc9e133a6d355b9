import Cluster
import Firebird
import FirebirdTestKit
import Settings
import SharedFolders
import Testing

@testable import GatewayDatabase

/// The shared folders' register.
@Suite struct FolderTableTests {
    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "directory.move", target: "test")
    }

    private static func move(_ folder: SharedFolderKind = .messageData, leavesFiles: Bool = false) -> FolderMove {
        FolderMove(
            identifier: .fresh(), folder: folder, oldPath: "", newPath: "/srv/new", newIdentity: RecordIdentifier(high: 5, low: 5),
            leavesFiles: leavesFiles, forgetsOld: false)
    }

    /// A register whose fence this node holds.
    private static func primary(_ test: TestDatabase) async throws -> FolderTable {
        let own = try await test.database.nodes.beginIncarnation(of: test.node, name: "mx1", version: "1")
        let record = try await test.database.primaryRole.primaryRecord()
        let epoch = try #require(try await test.database.primaryRole.take(record, by: own))
        let duty = PrimaryDuty()
        duty.confirm(epoch, begunAt: .now)
        return FolderTable(sessions: test.database.sessions, fence: PrimaryFence(duty: duty, node: test.node))
    }

    @Test(arguments: TestPlace.allCases) func `the first identity of a path holds, and another path has none`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let register = test.database.folders
            let (one, two) = (RecordIdentifier(high: 1, low: 1), RecordIdentifier(high: 1, low: 2))
            func claim(_ proposal: RecordIdentifier, owner: NodeID? = nil, path: String = "") async throws -> RecordIdentifier {
                try await register.claimIdentity(proposal, of: .messageData, owner: owner, path: path)
            }
            func known(_ path: String) async throws -> RecordIdentifier? {
                try await register.identity(of: .messageData, owner: nil, path: path)
            }
            let unknown = try await known("")
            #expect(unknown == nil)
            #expect(try await claim(one) == one)
            #expect(try await claim(two) == one)
            #expect(try await claim(two, owner: test.node) == two)
            #expect(try await known("/srv/データ") == nil)
            #expect(try await claim(two, path: "/srv/データ") == two)
            #expect(try await known("/srv/データ") == two)
        }
    }

    @Test func `probes are kept by folder and node, and requests are counted`() async throws {
        try await TestDatabase.with { test in
            let register = test.database.folders
            var probe = FolderProbe(folder: .bayesHam, node: test.node, path: "/srv/ham", account: "gateway")
            probe.problem = FolderShortcoming(.create, cause: "Permission denied")
            probe.freeBytes = 7
            try await register.report([probe])
            #expect(try await register.probes() == [probe])
            #expect(try await register.requestProbes(audit: Self.audit(test)) == 1)
            #expect(try await register.orders() == FolderOrders(request: 1))
            probe.problem = nil
            probe.token = .fresh()
            probe.readFrom = test.node
            probe.identity = RecordIdentifier(high: 3, low: 3)
            probe.request = 1
            try await register.report([probe])
            #expect(try await register.probes() == [probe])
        }
    }

    @Test func `a folder has one move at a time, and the primary leads it to its end`() async throws {
        try await TestDatabase.with { test in
            let register = try await Self.primary(test)
            var move = Self.move()
            try await register.begin(move, audit: Self.audit(test))
            await #expect(throws: FolderRegisterError.conflict) { try await register.begin(Self.move(), audit: Self.audit(test)) }
            try await register.begin(Self.move(.transcripts), audit: Self.audit(test))
            let before = try await test.database.settings.currentRevision()
            for state in [FolderMove.State.announcing, .copying, .switching, .finishing, .done] {
                #expect(try await register.advance(move, to: state, cause: ""))
                // Once only.
                #expect(try await register.advance(move, to: state, cause: "") == false)
                let present = try #require(try await register.moves(limit: 5).first { $0.identifier == move.identifier })
                #expect(present.state == state && present.step == move.step + 1 && present.epoch > 0)
                move = present
            }
            #expect(try await register.orders().moves.map(\.folder) == [.transcripts])
            // The switch is one revision of the settings, with its history and the identity that is expected from then on.
            let stored = try await test.database.settings.load()
            #expect(stored.revision.number == before.number + 1)
            #expect(stored.rows.first { $0.name == "message-data" }?.value == "/srv/new")
            let identity = try await register.identity(of: .messageData, owner: nil, path: "/srv/new")
            #expect(identity == move.newIdentity)
            #expect(try await test.number("select count(*) from audit where action = 'directory.move-step'") == 5)
            try await register.begin(Self.move(), audit: Self.audit(test))
        }
    }

    @Test func `a move is called off until it is switched, and only files that were left are forgotten`() async throws {
        try await TestDatabase.with { test in
            let register = try await Self.primary(test)
            let move = Self.move()
            try await register.begin(move, audit: Self.audit(test))
            await #expect(throws: FolderRegisterError.conflict) { try await register.endReading(move.identifier, audit: Self.audit(test)) }
            try await register.cancel(move.identifier, audit: Self.audit(test))
            #expect(try await register.orders().moves.isEmpty)
            // What the primary had seen is not true any more.
            #expect(try await register.advance(move, to: .announcing, cause: "") == false)
            var left = Self.move(leavesFiles: true)
            try await register.begin(left, audit: Self.audit(test))
            for state in [FolderMove.State.announcing, .switching, .reading] {
                #expect(try await register.advance(left, to: state, cause: ""))
                left = try #require(try await register.orders().moves.first)
            }
            await #expect(throws: FolderRegisterError.conflict) { try await register.cancel(left.identifier, audit: Self.audit(test)) }
            try await register.endReading(left.identifier, audit: Self.audit(test))
            #expect(try await register.orders().moves.isEmpty)
        }
    }

    @Test func `a node's report leaves its assignment alone, and a round that is not its own is not reported`() async throws {
        try await TestDatabase.with { test in
            let register = try await Self.primary(test)
            let move = Self.move()
            try await register.begin(move, audit: Self.audit(test))
            var member = FolderMove.Member(move: move.identifier, node: test.node)
            member.source = RecordIdentifier(high: 2, low: 2)
            member.hasProbed = true
            member.adoptedStep = 1
            try await register.report(member)
            try await register.assign(1, to: [test.node], of: move)
            member.adoptedStep = 2
            member.cause = "trouble"
            try await register.report(member)
            var row = try #require(try await register.members(of: move.identifier).first)
            #expect(row.round.number == 1 && !row.round.isDone && row.adoptedStep == 2 && row.cause == "trouble")
            row.round.files = 7
            row.round.isDone = true
            try await register.reportRound(row)
            #expect(try await register.members(of: move.identifier) == [row])
            try await register.assign(2, to: [test.node], of: move)
            try await register.reportRound(row)
            #expect(try await register.members(of: move.identifier).first?.round == FolderMove.Round(assigned: 2))
            // After its restart a node knows its old folder no more; the row does.
            member.source = nil
            try await register.report(member)
            #expect(try await register.members(of: move.identifier).first?.source == RecordIdentifier(high: 2, low: 2))
        }
    }

    @Test func `a node that is not the primary leads no move`() async throws {
        try await TestDatabase.with { test in
            let move = Self.move()
            let register = FolderTable(sessions: test.database.sessions, fence: PrimaryFence(duty: PrimaryDuty(), node: test.node))
            try await register.begin(move, audit: Self.audit(test))
            await #expect(throws: FolderRegisterError.self) { _ = try await register.advance(move, to: .announcing, cause: "") }
            await #expect(throws: FolderRegisterError.self) { try await register.assign(1, to: [test.node], of: move) }
            #expect(try await register.orders().moves.first?.state == .probing)
        }
    }
}
