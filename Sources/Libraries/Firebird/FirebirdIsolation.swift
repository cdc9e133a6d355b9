import CFirebird

/// What a transaction sees and how it meets others. Those for data wait for nobody: a conflict is reported at once
/// (waiting would end in the same error) and the whole transaction is run again.
package enum FirebirdIsolation: Sendable, CaseIterable {
    /// Reads whatever is committed at each statement. Cheapest; leaves no trace. The default for reading.
    case readCommittedReadOnly
    /// Reads whatever is committed at each statement, and writes. The default for writing.
    case readCommittedNoWait
    /// Reads the state at its begin throughout. Keeps old row versions alive: keep it short.
    case snapshotReadOnly
    /// As `snapshotReadOnly`, and writes; rows changed by others since its begin conflict.
    case snapshotNoWait
    /// For changes of the schema: as `readCommittedNoWait`, but waits up to 5 seconds for each lock. Connections, the
    /// engine's own among them, keep a table they once used reserved until somebody waits for it; without waiting,
    /// dropping it fails for good.
    case schemaChange

    var isReadOnly: Bool {
        switch self {
        case .readCommittedReadOnly, .snapshotReadOnly: true
        case .readCommittedNoWait, .snapshotNoWait, .schemaChange: false
        }
    }

    /// The TPB.
    var parameters: [CChar] {
        switch self {
        case .readCommittedReadOnly: Self.readCommittedReadOnlyParameters
        case .readCommittedNoWait: Self.readCommittedNoWaitParameters
        case .snapshotReadOnly: Self.snapshotReadOnlyParameters
        case .snapshotNoWait: Self.snapshotNoWaitParameters
        case .schemaChange: Self.schemaChangeParameters
        }
    }

    private static let readCommittedReadOnlyParameters = block([isc_tpb_read, isc_tpb_read_committed, isc_tpb_rec_version])
    private static let readCommittedNoWaitParameters = block([isc_tpb_write, isc_tpb_read_committed, isc_tpb_rec_version])
    private static let snapshotReadOnlyParameters = block([isc_tpb_read, isc_tpb_concurrency])
    private static let snapshotNoWaitParameters = block([isc_tpb_write, isc_tpb_concurrency])

    private static let lockTimeoutSeconds: UInt32 = 5
    private static let schemaChangeParameters: [CChar] = {
        var block = ParameterBlock(version: [isc_tpb_version3, isc_tpb_write, isc_tpb_read_committed, isc_tpb_rec_version, isc_tpb_wait])
        block.append(isc_tpb_lock_timeout, value: ParameterBlock.littleEndian(lockTimeoutSeconds))
        return block.characters
    }()

    private static func block(_ items: [Int32]) -> [CChar] {
        ([isc_tpb_version3, isc_tpb_nowait] + items).map { CChar(truncatingIfNeeded: $0) }
    }
}
