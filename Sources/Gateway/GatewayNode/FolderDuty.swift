import Cluster
import Logging
import ServiceLifecycle
import Settings
import SharedFolders

/// What this node does for the shared folders: it tries each of them at the start, each minute and when somebody asks; it takes its part in
/// moves; and as the primary it leads them. Once a second it looks at what the database wants.
struct FolderDuty: Service {
    let parts: Parts
    let logger: Logger

    struct Parts: Sendable {
        let node: NodeID
        let folders: NodeFolders
        let messageData: MessageDataFolder
        let transcripts: TranscriptFolder
        let nodes: any NodeRegistry
        let duty: PrimaryDuty
    }

    private static let interval = Duration.seconds(1)
    /// While a move is under way: each of its steps takes two looks of every node.
    private static let movingInterval = Duration.milliseconds(300)
    private static let probeInterval = Duration.seconds(60)
    /// Of a new place while a move is under way.
    private static let candidateInterval = Duration.seconds(15)
    private static let relocationDeadline = Duration.seconds(10)

    private var register: any FolderRegister { parts.folders.register }

    /// What the loop remembers from one look to the next.
    struct Memory {
        var lastProbe: ContinuousClock.Instant?
        var request: Int64 = 0
        var moves: [RecordIdentifier: MoveMemory] = [:]
    }

    struct MoveMemory {
        var member: FolderMove.Member
        var reported: FolderMove.Member?
        var lastProbe: ContinuousClock.Instant?
        /// The step that was put in force at the look before this one.
        var appliedStep = 0
        var copy: FolderCopy?
        /// Why the new folder cannot be used, and why copying does not go on; `nil` when there is nothing to say.
        var candidateTrouble: FolderTrouble?
        var copyTrouble: FolderTrouble?
        /// When this primary saw the present step first.
        var leading: (step: Int, since: ContinuousClock.Instant)?
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var memory = Memory()
            var isTold = false
            while !Task.isCancelled {
                var isCopying = false
                do throws(FolderRegisterError) {
                    isCopying = try await look(&memory)
                    isTold = false
                } catch {
                    // The health page tells of the database; here it only means that nothing is known.
                    if !isTold { logger.warning("the shared folders' register cannot be read", metadata: ["cause": "\(error)"]) }
                    isTold = true
                }
                let pause = memory.moves.isEmpty ? Self.interval : Self.movingInterval
                if !isCopying { try? await Task.sleep(for: pause) }  // cancellation ends the loop
            }
        }
    }

    /// Puts the moves under way in force before the node serves.
    func beginServing() async throws(FolderRegisterError) {
        try await relocate(try await register.orders().moves)
    }

    /// - Returns: whether this node copies, so that the next look follows at once.
    func look(_ memory: inout Memory) async throws(FolderRegisterError) -> Bool {
        let orders = try await register.orders()
        try await relocate(orders.moves)
        let now = ContinuousClock.now
        if orders.request != memory.request || memory.lastProbe.map({ $0.duration(to: now) >= Self.probeInterval }) ?? true {
            try await probeAll(request: orders.request)
            memory.request = orders.request
            memory.lastProbe = now
        }
        var isCopying = false
        let present = Set(orders.moves.map(\.identifier))
        memory.moves = memory.moves.filter { present.contains($0.key) }
        for move in orders.moves {
            var part = memory.moves[move.identifier] ?? MoveMemory(member: FolderMove.Member(move: move.identifier, node: parts.node))
            isCopying = try await takePart(in: move, &part) || isCopying
            if parts.duty.isPrimary { try await lead(move, &part) }
            memory.moves[move.identifier] = part
        }
        return isCopying
    }

    // MARK: probes

    private func probeAll(request: Int64) async throws(FolderRegisterError) {
        await parts.folders.admitMissing(logger: logger)
        let rows = try await register.probes()
        let living = Set(try await livingNodes().map(\.identifier))
        let probing = FolderProbing(inspector: parts.folders.inspector, node: parts.node)
        let subjects = SharedFolderKind.allCases.map { kind in
            let identity = parts.folders.identity(of: kind)
            return FolderProbing.Subject(
                kind: kind, path: parts.folders.path(of: kind), identity: identity,
                others: rows.filter { row in
                    row.folder == kind && row.node != parts.node && living.contains(row.node) && row.identity != nil
                        && row.identity == identity
                })
        }
        var found = await withTaskGroup(of: FolderProbe.self) { group in
            for subject in subjects { group.addTask { await probing.probe(subject) } }
            var found: [FolderProbe] = []
            for await probe in group { found.append(probe) }
            return found
        }
        for position in found.indices {
            found[position].request = request
            if let problem = found[position].problem {
                logger.warning(
                    "a shared folder cannot be used as it should",
                    metadata: [
                        "folder": "\(found[position].folder.rawValue)", "missing": "\(problem.missing.rawValue)",
                        "cause": "\(problem.cause)",
                    ])
            }
        }
        try await register.report(found)
    }

    private func livingNodes() async throws(FolderRegisterError) -> [FolderMoveCourse.Node] {
        do throws(NodeRegistryError) {
            return try await parts.nodes.nodes().filter { !$0.isStopped }.map {
                FolderMoveCourse.Node(identifier: $0.node, name: $0.name)
            }
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    // MARK: this node's part in a move

    /// Readers and writers follow at once; what is on its way into an old place is told by `isSettled`.
    private func relocate(_ moves: [FolderMove]) async throws(FolderRegisterError) {
        parts.folders.adopt(moves)
        let data = parts.folders.places(of: .messageData)
        parts.messageData.relocate(to: data.present, reading: data.others)
        let transcripts = parts.folders.places(of: .transcripts)
        do throws(SharedFolderError) {
            try await parts.transcripts.relocate(
                to: transcripts.present, identity: parts.folders.identity(of: .transcripts), reading: transcripts.others,
                deadline: Self.relocationDeadline)
        } catch {
            // The step does not count as adopted until it has worked.
            logger.warning("the transcripts' folder does not answer", metadata: ["cause": "\(error)"])
        }
    }

    /// Whether this node writes to no other place any more than the present one.
    private func isSettled(_ kind: SharedFolderKind) -> Bool {
        switch kind {
        case .messageData: parts.messageData.writersElsewhere == 0
        case .transcripts: parts.transcripts.path == parts.folders.path(of: .transcripts)
        case .attachments, .bayesHam, .bayesSpam, .bayesReplication: true
        }
    }

    /// - Returns: whether it copies.
    private func takePart(in move: FolderMove, _ part: inout MoveMemory) async throws(FolderRegisterError) -> Bool {
        await probeCandidate(of: move, &part)
        if part.member.source == nil {
            part.member.source = move.state.isSwitched ? try await oldPlace(of: move) : parts.folders.identity(of: move.folder)
        }
        // One look later: who took the old place a moment before the change has counted himself by now.
        if part.appliedStep == move.step, isSettled(move.folder) { part.member.adoptedStep = move.step }
        part.appliedStep = move.step
        part.member.cause = (part.candidateTrouble ?? part.copyTrouble)?.packed ?? ""
        if part.reported != part.member {
            try await register.report(part.member)
            part.reported = part.member
        }
        return try await copy(move, &part)
    }

    /// For a node that came after the switch: the others' old place, when it is where they had it.
    private func oldPlace(of move: FolderMove) async throws(FolderRegisterError) -> RecordIdentifier? {
        let path = parts.folders.path(configured: move.oldPath, of: move.folder)
        guard let found = await parts.folders.inspector.marker(of: move.folder, in: path)?.identity else { return nil }
        return try await register.members(of: move.identifier).contains { $0.source == found } ? found : nil
    }

    private func probeCandidate(of move: FolderMove, _ part: inout MoveMemory) async {
        let now = ContinuousClock.now
        if let last = part.lastProbe, last.duration(to: now) < Self.candidateInterval { return }
        part.lastProbe = now
        let probing = FolderProbing(inspector: parts.folders.inspector, node: parts.node)
        let probe = await probing.probe(
            FolderProbing.Subject(kind: move.folder, path: move.newPath, identity: move.newIdentity, others: []))
        part.member.hasProbed = true
        part.candidateTrouble = probe.problem.map { FolderTrouble($0, account: probe.account) }
        if move.state == .probing, parts.folders.configuredPath(of: move.folder) != move.oldPath {
            part.candidateTrouble = FolderTrouble(
                missing: .answer, account: "", cause: "the node still uses another path than the settings have; restart it first")
        }
    }

    private func copy(_ move: FolderMove, _ part: inout MoveMemory) async throws(FolderRegisterError) -> Bool {
        let round = move.state.copyRound
        guard round > 0 else {
            part.copy = nil
            part.copyTrouble = nil
            return false
        }
        let row = try await register.members(of: move.identifier).first { $0.node == parts.node }
        guard let row, row.round.number == round, !row.round.isDone else { return false }
        if await part.copy?.progress.number != round {
            let source = parts.folders.path(configured: move.oldPath, of: move.folder)
            part.copy = FolderCopy(move.folder, from: source, to: move.newPath, round: round)
        }
        guard let copy = part.copy else { return false }
        do throws(SharedFolderError) {
            try await copy.step()
            part.copyTrouble = nil
        } catch {
            part.copyTrouble = FolderTrouble(missing: .answer, account: "", cause: error.description)
        }
        var member = part.member
        member.round = await copy.progress
        try await register.reportRound(member)
        if member.round.isDone { logger.notice("a round of copying is done", metadata: Self.figures(move, member.round)) }
        return part.copyTrouble == nil && !member.round.isDone
    }

    private static func figures(_ move: FolderMove, _ round: FolderMove.Round) -> Logger.Metadata {
        ["folder": "\(move.folder.rawValue)", "round": "\(round.number)", "files": "\(round.files)", "bytes": "\(round.bytes)"]
    }

    // MARK: the primary

    private func lead(_ move: FolderMove, _ part: inout MoveMemory) async throws(FolderRegisterError) {
        let now = ContinuousClock.now
        if part.leading?.step != move.step { part.leading = (move.step, now) }
        let course = FolderMoveCourse(
            move, members: try await register.members(of: move.identifier), living: try await livingNodes(), own: parts.node)
        switch course.next(waited: (part.leading?.since ?? now).duration(to: now)) {
        case .wait: return
        case .assign(let nodes, let round): try await register.assign(round, to: nodes, of: move)
        case .advance(let state): try await advance(move, to: state, cause: "")
        case .fail(let cause): try await advance(move, to: .failed, cause: cause)
        }
    }

    private func advance(_ move: FolderMove, to state: FolderMove.State, cause: String) async throws(FolderRegisterError) {
        guard try await register.advance(move, to: state, cause: cause) else { return }
        logger.notice(
            "a folder's move goes on",
            metadata: ["folder": "\(move.folder.rawValue)", "state": "\(state.rawValue)", "to": "\(move.newPath)", "cause": "\(cause)"])
    }
}
