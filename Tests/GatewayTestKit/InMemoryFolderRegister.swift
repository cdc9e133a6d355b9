package import Settings
package import SharedFolders
import Synchronization

/// The shared folders' register without a database. The primary's part is played by the test, with `advance`.
package final class InMemoryFolderRegister: FolderRegister {
    private struct State {
        var request: Int64 = 0
        var probes: [FolderProbe] = []
        var moves: [FolderMove] = []
        var members: [FolderMove.Member] = []
    }

    private let state = Mutex(State())

    package init() {}

    package func cluster() async throws(FolderRegisterError) -> RecordIdentifier { RecordIdentifier(high: 3, low: 1) }

    package func identity(
        of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier? { nil }

    package func claimIdentity(
        _ proposal: RecordIdentifier, of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier { proposal }

    package func probes() async throws(FolderRegisterError) -> [FolderProbe] { state.withLock { $0.probes } }

    package func report(_ probes: [FolderProbe]) async throws(FolderRegisterError) { state.withLock { $0.probes += probes } }

    package func requestProbes(audit: AuditEntry) async throws(FolderRegisterError) -> Int64 {
        state.withLock { state in
            state.request += 1
            return state.request
        }
    }

    package func orders() async throws(FolderRegisterError) -> FolderOrders {
        state.withLock { FolderOrders(request: $0.request, moves: $0.moves.filter { !$0.state.isOver }) }
    }

    package func moves(limit: Int) async throws(FolderRegisterError) -> [FolderMove] {
        state.withLock { Array($0.moves.reversed().prefix(limit)) }
    }

    package func members(of move: RecordIdentifier) async throws(FolderRegisterError) -> [FolderMove.Member] {
        state.withLock { $0.members.filter { $0.move == move } }
    }

    package func begin(_ move: FolderMove, audit: AuditEntry) async throws(FolderRegisterError) {
        try state.withLock { state throws(FolderRegisterError) in
            guard !state.moves.contains(where: { $0.folder == move.folder && !$0.state.isOver }) else { throw .conflict }
            state.moves.append(move)
        }
    }

    package func cancel(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) {
        try change(move, to: .cancelled) { $0.isCancellable }
    }

    package func endReading(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) {
        try change(move, to: .done) { $0 == .reading }
    }

    package func report(_ member: FolderMove.Member) async throws(FolderRegisterError) {
        state.withLock { state in
            state.members.removeAll { $0.move == member.move && $0.node == member.node }
            state.members.append(member)
        }
    }

    package func reportRound(_ member: FolderMove.Member) async throws(FolderRegisterError) { try await report(member) }

    package func assign(_ round: Int, to nodes: [NodeID], of move: FolderMove) async throws(FolderRegisterError) {}

    package func advance(
        _ move: FolderMove, to state: FolderMove.State, cause: String
    ) async throws(FolderRegisterError) -> Bool {
        try change(move.identifier, to: state, cause: cause) { _ in true }
        return true
    }

    private func change(
        _ move: RecordIdentifier, to next: FolderMove.State, cause: String = "", if isAllowed: (FolderMove.State) -> Bool
    ) throws(FolderRegisterError) {
        try state.withLock { state throws(FolderRegisterError) in
            guard let index = state.moves.firstIndex(where: { $0.identifier == move }), isAllowed(state.moves[index].state) else {
                throw .conflict
            }
            state.moves[index].state = next
            state.moves[index].step += 1
            state.moves[index].cause = cause
        }
    }
}
