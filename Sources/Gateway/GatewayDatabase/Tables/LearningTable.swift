package import BayesianLearning
import Firebird
import MessageLog
package import SampleLearning
package import Settings

/// Bayesian learning's rows: the generation in force, the nodes' reports and the runs here, the ledger in the extensions.
package struct LearningTable: LearningStore {
    let sessions: DatabaseSessions
    /// Asserted by what only the primary does.
    var fence: PrimaryFence?

    static let deadline = Duration.seconds(10)
    /// Looked at again while there are more.
    private static let unfinishedRuns = 20

    init(sessions: DatabaseSessions, fence: PrimaryFence? = nil) {
        self.sessions = sessions
        self.fence = fence
    }

    package func publishedGeneration() async throws(LearningError) -> PublishedGeneration? {
        try await readInBackground { transaction in
            let row = try transaction.queryOne(
                """
                select epoch, sequence_number, ham, spam, features, minimum_samples, published_at, changed_by
                from bayes_generation where id = 1
                """)
            guard let row else { return nil }
            return PublishedGeneration(
                number: BayesSnapshotNumber(
                    epoch: UInt64(max(0, try row.decode(0, as: Int64.self))), sequence: UInt64(max(0, try row.decode(1, as: Int64.self)))),
                ham: try row.decode(2), spam: try row.decode(3), features: try row.decode(4), minimumSamples: try row.decode(5),
                publishedAt: try row.decode(6), node: try row.decode(7))
        }
    }

    package func report(_ generation: NodeGeneration) async throws(LearningError) {
        let author = sessions.node
        try await write { transaction in
            _ = try transaction.execute(
                """
                update or insert into bayes_node (node_id, epoch, sequence_number, loaded_at, problem, changed_at, changed_by)
                values (\(generation.node), \(Self.epoch(generation.number)), \(Self.sequence(generation.number)), \(generation.loadedAt),
                    \(FirebirdValue.octets(generation.problem.cut())), \(UTCTime.now()), \(author))
                matching (node_id)
                """)
        }
    }

    package func nodeGenerations() async throws(LearningError) -> [NodeGeneration] {
        try await sessions.read(unavailable: LearningError.unavailable) { transaction in
            try transaction.query("select node_id, epoch, sequence_number, loaded_at, problem from bayes_node order by node_id").map {
                row in
                NodeGeneration(
                    node: try row.decode(0), number: Self.number(try row.decode(1), try row.decode(2)), loadedAt: try row.decode(3),
                    problem: try row.octets(4))
            }
        }
    }

    package func fenced(at epoch: Int64) -> any LearningStore {
        var table = self
        table.fence?.term = epoch
        return table
    }

    package func publish(
        _ generation: PublishedGeneration, replacing before: BayesSnapshotNumber?
    ) async throws(LearningError) {
        try await write(fenced: true) { transaction in
            let row = try transaction.queryOne("select epoch, sequence_number from bayes_generation where id = 1")
            let present = try row.flatMap { Self.number(try $0.decode(0), try $0.decode(1)) }
            guard present == before else {
                throw LearningError.unavailable(cause: "another generation was published meanwhile")
            }
            _ = try transaction.execute(
                """
                update or insert into bayes_generation (id, epoch, sequence_number, ham, spam, features, minimum_samples, published_at,
                    changed_at, changed_by)
                values (1, \(Int64(generation.number.epoch)), \(Int64(generation.number.sequence)), \(Int64(generation.ham)),
                    \(Int64(generation.spam)), \(Int64(generation.features)), \(Int64(generation.minimumSamples)),
                    \(generation.publishedAt), \(UTCTime.now()), \(generation.node))
                matching (id)
                """)
        }
    }

    // MARK: runs

    package func learningRuns(limit: Int) async throws(LearningError) -> [LearningRun] {
        try await sessions.read(unavailable: LearningError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) run_key, node_id, started_at, state, step, files, files_read, learned,
                    corrected, known, unlearned, aged, set_aside, files_left, cause, changed_at
                from bayes_run order by started_at desc
                """
            ).map(Self.run)
        }
    }

    package func askForLearning(beginsAnew: Bool, audit: AuditEntry) async throws(LearningError) {
        let node = sessions.node
        let key = LearningRun.key(RecordIdentifier(milliseconds: UTCTime.now().milliseconds), beginsAnew: beginsAnew)
        try await sessions.write(audited: [audit], unavailable: LearningError.unavailable) { transaction in
            // One that is asked for serves all who ask before it is begun.
            let asked = try transaction.query("select run_key from bayes_run where state = 'asked'", maximumRows: Self.unfinishedRuns)
            let keys = try asked.map { try $0.decode(0, as: String.self) }
            guard !keys.contains(where: { LearningRun.beginsAnew($0) == beginsAnew }) else { return }
            try Self.insert(key, .asked, node, transaction)
        }
    }

    package func unfinishedLearning() async throws(LearningError) -> [String] {
        try await readInBackground { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(Self.unfinishedRuns)) run_key from bayes_run where state <> 'done' order by started_at
                """
            ).map { try $0.decode(0) }
        }
    }

    package func beginLearning(_ key: String) async throws(LearningError) -> LearningBeginning {
        let node = sessions.node
        return try await write(fenced: true) { transaction in
            guard let row = try transaction.queryOne("select state from bayes_run where run_key = \(key)") else {
                try Self.insert(key, .running, node, transaction)
                return .begun
            }
            let state: LearningRun.State = try row.word("state")
            guard state != .done else { return .done }
            try transaction.execute(
                """
                update bayes_run set node_id = \(node), state = 'running', step = 'reading', files = 0, files_read = 0, learned = 0,
                    corrected = 0, known = 0, unlearned = 0, aged = 0, set_aside = 0, files_left = 0, changed_at = \(UTCTime.now()),
                    changed_by = \(node)
                where run_key = \(key)
                """)
            return .begun
        }
    }

    package func noteProgress(_ figures: LearningRun.Figures, of key: String) async throws(LearningError) {
        let node = sessions.node
        try await write(fenced: true) { transaction in
            _ = try transaction.execute(
                """
                update bayes_run set step = \(figures.step.rawValue), files = \(Int64(figures.files)), files_read = \(Int64(figures.read)),
                    learned = \(Int64(figures.learned)), corrected = \(Int64(figures.corrected)), known = \(Int64(figures.known)),
                    unlearned = \(Int64(figures.unlearned)), aged = \(Int64(figures.aged)), set_aside = \(Int64(figures.setAside)),
                    files_left = \(Int64(figures.left)), changed_at = \(UTCTime.now()), changed_by = \(node)
                where run_key = \(key)
                """)
        }
    }

    package func endLearning(_ key: String, isDone: Bool, cause: String) async throws(LearningError) {
        let node = sessions.node
        let state: LearningRun.State = isDone ? .done : .stopped
        // A failure may be told by who has lost the role, while nobody has gone on with the run.
        try await write(fenced: isDone) { transaction in
            _ = try transaction.execute(
                """
                update bayes_run set state = \(state.rawValue), cause = \(FirebirdValue.octets(cause.cut())), changed_at = \(UTCTime.now()),
                    changed_by = \(node)
                where run_key = \(key) and node_id = \(node) and state = 'running'
                """)
        }
    }

    private static func insert(
        _ key: String, _ state: LearningRun.State, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws {
        let now = UTCTime.now()
        try transaction.execute(
            """
            insert into bayes_run (run_key, node_id, started_at, state, step, files, files_read, learned, corrected, known, unlearned, aged,
                set_aside, files_left, cause, changed_at, changed_by)
            values (\(key), \(node), \(now), \(state.rawValue), 'reading', 0, 0, 0, 0, 0, 0, 0, 0, 0, \(FirebirdValue.bytes([])), \(now),
                \(node))
            """)
    }

    private static func run(_ row: FirebirdRow) throws -> LearningRun {
        var figures = LearningRun.Figures()
        figures.step = try row.word("step")
        figures.files = try row.decode(5)
        figures.read = try row.decode(6)
        figures.learned = try row.decode(7)
        figures.corrected = try row.decode(8)
        figures.known = try row.decode(9)
        figures.unlearned = try row.decode(10)
        figures.aged = try row.decode(11)
        figures.setAside = try row.decode(12)
        figures.left = try row.decode(13)
        return LearningRun(
            key: try row.decode(0), node: try row.decode(1), startedAt: try row.decode(2), changedAt: try row.decode(15),
            state: try row.word("state"), figures: figures, cause: try row.octets(14))
    }

    // MARK: connections

    func readInBackground<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(LearningError) -> Value {
        let sessions = sessions
        return try await DatabaseSessions.translating(LearningError.unavailable) {
            try await sessions.background.transaction(.readCommittedReadOnly, deadline: Self.deadline, body)
        }
    }

    /// The nodes' own rows, and the primary's: on a background connection, so that pages never wait for it.
    @discardableResult
    func write<Value: Sendable>(
        fenced isFenced: Bool = false, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(LearningError) -> Value {
        let sessions = sessions
        let fence = isFenced ? fence : nil
        return try await DatabaseSessions.translating(LearningError.unavailable) {
            try await sessions.background.transaction(deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries) {
                try fence?.assert($0)
                return try body($0)
            }
        }
    }

    static func epoch(_ number: BayesSnapshotNumber?) -> FirebirdValue { number.map { .integer(Int64($0.epoch)) } ?? .null }

    static func sequence(_ number: BayesSnapshotNumber?) -> FirebirdValue { number.map { .integer(Int64($0.sequence)) } ?? .null }

    static func number(_ epoch: Int64?, _ sequence: Int64?) -> BayesSnapshotNumber? {
        guard let epoch, let sequence, epoch >= 0, sequence >= 0 else { return nil }
        return BayesSnapshotNumber(epoch: UInt64(epoch), sequence: UInt64(sequence))
    }
}
