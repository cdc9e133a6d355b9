package import Cluster
package import Settings
package import SharedFolders

/// The shared folders as all nodes see them.
package struct FolderOverview: Sendable {
    /// A node's row of one folder.
    package struct Cell: Sendable {
        package let node: ClusterNode
        /// `nil`: the node has not reported yet.
        package let probe: FolderProbe?
    }

    package struct Row: Sendable {
        package let folder: SharedFolderKind
        /// One for each node that is not stopped, by name.
        package let cells: [Cell]
        /// All nodes that reported are in one folder; without a path each node has its own.
        package let isShared: Bool
    }

    /// The newest request for probes.
    package let request: Int64
    package let rows: [Row]
    /// Names of nodes, stopped ones too.
    package let names: [NodeID: String]

    package var cells: [Cell] { rows.flatMap(\.cells) }

    /// Folders that each node has for itself, since no path is set.
    package var ownFolders: Set<SharedFolderKind> { Set(rows.filter { !$0.isShared }.map(\.folder)) }

    /// Every node answered the request and can use every folder.
    package var isGood: Bool { cells.allSatisfy { $0.probe != nil && $0.probe?.problem == nil } }
}

/// A move as a page or a command shows it.
package struct FolderMoveStatus: Sendable {
    package let move: FolderMove
    package let members: [FolderMove.Member]
    /// Whom it waits for; empty when nobody hinders it.
    package let waiting: [FolderMoveCourse.Waiting]
    package let names: [NodeID: String]

    /// Of the round of copying under way or done last, of all copying nodes together.
    package var progress: FolderMove.Round {
        var sum = FolderMove.Round()
        sum.number = members.map(\.round.number).max() ?? 0
        for round in members.map(\.round) where round.number == sum.number && sum.number > 0 {
            sum.files += round.files
            sum.bytes += round.bytes
            sum.totalFiles += round.totalFiles
            sum.totalBytes += round.totalBytes
        }
        sum.isDone = move.state == .done
        return sum
    }

    /// From 0 to 100; `nil` before anything was counted.
    package var percent: Int? {
        let progress = progress
        guard progress.totalBytes > 0 else { return progress.totalFiles > 0 ? Int(100 * progress.files / progress.totalFiles) : nil }
        return min(100, Int(100 * progress.bytes / progress.totalBytes))
    }

    /// Bytes a second since the round began; `nil` while nothing is copied.
    package func rate(at now: UTCTime) -> Int64? {
        let elapsed = now.milliseconds - move.since.milliseconds
        guard move.state.copyRound > 0, progress.bytes > 0, elapsed > 0 else { return nil }
        return progress.bytes * 1000 / elapsed
    }
}
