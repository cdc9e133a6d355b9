package import Settings

/// A shared folder on its way to another place.
package struct FolderMove: Sendable, Hashable {
    /// Where it stands. In each step all living nodes agree with the one before and the one after: while one still writes to the old place,
    /// everyone reads both.
    package enum State: String, Sendable, Hashable, CaseIterable, Codable {
        /// Every node tries the new place.
        case probing
        /// Every node learns to read the new place too.
        case announcing
        case copying
        /// Every node writes to the new place, and ends what it began in the old one.
        case switching
        /// What came into the old place meanwhile is copied.
        case finishing
        /// Switched without copying: the old place is read until an administrator ends it.
        case reading
        case done
        case cancelled
        case failed
    }

    package let identifier: RecordIdentifier
    package let folder: SharedFolderKind
    /// Empty: the default place in each node's home.
    package let oldPath: String
    package let newPath: String
    /// The new folder's marker.
    package let newIdentity: RecordIdentifier
    /// Files stay where they are.
    package let leavesFiles: Bool
    /// With `leavesFiles`: the old place is not read after the switch either.
    package let forgetsOld: Bool
    package var state: State
    /// Raised with each change of the state; nodes report the newest they have adopted.
    package var step: Int
    /// The primary's epoch that changed it last; 0: an administrator.
    package var epoch: Int64
    /// Why it failed, as `FolderTrouble` packs it; empty else.
    package var cause: String
    package let startedAt: UTCTime
    /// When the state began.
    package var since: UTCTime

    package init(
        identifier: RecordIdentifier, folder: SharedFolderKind, oldPath: String, newPath: String, newIdentity: RecordIdentifier,
        leavesFiles: Bool, forgetsOld: Bool, state: State = .probing, step: Int = 1, epoch: Int64 = 0, cause: String = "",
        startedAt: UTCTime = .now(), since: UTCTime? = nil
    ) {
        self.identifier = identifier
        self.folder = folder
        self.oldPath = oldPath
        self.newPath = newPath
        self.newIdentity = newIdentity
        self.leavesFiles = leavesFiles
        self.forgetsOld = forgetsOld
        self.state = state
        self.step = step
        self.epoch = epoch
        self.cause = cause
        self.startedAt = startedAt
        self.since = since ?? startedAt
    }

    /// How a node's part of the copying is known.
    package struct Round: Sendable, Hashable {
        /// 0: none; 1: while the old place is written to; 2: after the switch.
        package var number = 0
        package var isDone = false
        package var files: Int64 = 0
        package var bytes: Int64 = 0
        package var totalFiles: Int64 = 0
        package var totalBytes: Int64 = 0

        package init() {}

        package init(assigned number: Int) { self.number = number }
    }

    /// A node's part in a move.
    package struct Member: Sendable, Hashable {
        package let move: RecordIdentifier
        package let node: NodeID
        /// Of its old folder's marker: nodes with one identity share it, and one of them copies.
        package var source: RecordIdentifier?
        /// Why it cannot use the new folder, or go on copying, as `FolderTrouble` packs it; empty when it can.
        package var cause = ""
        /// It has tried the new folder.
        package var hasProbed = false
        /// The newest step that is in force there, with nothing left from the one before.
        package var adoptedStep = 0
        package var round = Round()

        package init(move: RecordIdentifier, node: NodeID) {
            self.move = move
            self.node = node
        }
    }
}

extension FolderMove.State {
    /// Nothing happens any more, and nobody reads two places.
    package var isOver: Bool { self == .done || self == .cancelled || self == .failed }

    /// It can be called off: nobody writes to the new place yet.
    package var isCancellable: Bool { self == .probing || self == .announcing || self == .copying }

    /// New files go to the new place.
    package var isSwitched: Bool { self == .switching || self == .finishing || self == .reading || self == .done }

    /// Both places are read.
    package var readsBoth: Bool { self == .announcing || self == .copying || self == .switching || self == .finishing || self == .reading }

    /// The round of copying that belongs to it; 0: none.
    package var copyRound: Int {
        switch self {
        case .copying: 1
        case .finishing: 2
        case .probing, .announcing, .switching, .reading, .done, .cancelled, .failed: 0
        }
    }
}

/// Where a folder of one node is written and read, derived from its place at the start and the move under way. Pure.
package struct FolderPlaces: Sendable, Hashable {
    /// Written to, and read first.
    package let present: String
    /// Read too.
    package let others: [String]

    package init(present: String, others: [String] = []) {
        self.present = present
        self.others = others
    }

    /// - Parameter oldPath: the move's old place as this node has it (its own home's, where none was set).
    /// - Returns: the places while `move` is under way.
    package func during(_ move: FolderMove?, oldPath: String) -> FolderPlaces {
        guard let move, !move.state.isOver || move.state == .done else { return FolderPlaces(present: present) }
        let reads = move.state.readsBoth && !(move.forgetsOld && move.state.isSwitched)
        if move.state.isSwitched { return FolderPlaces(present: move.newPath, others: reads ? [oldPath] : []) }
        return FolderPlaces(present: present, others: reads ? [move.newPath] : [])
    }
}
