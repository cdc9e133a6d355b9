import Administration
import Settings
import SharedFolders

/// A move of a shared folder.
package struct FolderMoveDocument: Codable, Sendable {
    package let move: String
    package let folder: String
    /// Empty: the default place in each node's home.
    package let oldPath: String
    package let newPath: String
    package let leavesFiles: Bool
    package let forgetsOld: Bool
    /// `probing`, `announcing`, `copying`, `switching`, `finishing`, `reading`, `done`, `cancelled` or `failed`.
    package let state: String
    package let isOver: Bool
    package let isCancellable: Bool
    /// Why it failed; absent when it did not.
    package let cause: LocalizedDocument?
    package let startedAt: String
    /// When the state began.
    package let since: String
    /// Of the present or last round of copying, of all copying nodes together.
    package let files: Int64
    package let bytes: Int64
    package let totalFiles: Int64
    package let totalBytes: Int64
    /// Absent before anything was counted.
    package let percent: Int?
    /// Absent while nothing is copied.
    package let bytesPerSecond: Int64?
    package let waitingFor: [Waiting]
    package let nodes: [Node]

    /// Whom it waits for.
    package struct Waiting: Codable, Sendable {
        package let nodeName: String
        /// `not-probed`, `not-adopted`, `copying` or `trouble`.
        package let reason: String
        /// Of `trouble`.
        package let text: LocalizedDocument?
    }

    /// A node's part.
    package struct Node: Codable, Sendable {
        package let node: String
        package let nodeName: String
        package let hasProbed: Bool
        /// Whether it has the present step in force.
        package let isUpToDate: Bool
        package let isCopying: Bool
        package let files: Int64
        package let bytes: Int64
    }

    init(_ status: FolderMoveStatus) {
        let move = status.move
        self.move = move.identifier.description
        folder = move.folder.rawValue
        oldPath = move.oldPath
        newPath = move.newPath
        leavesFiles = move.leavesFiles
        forgetsOld = move.forgetsOld
        state = move.state.rawValue
        isOver = move.state.isOver
        isCancellable = move.state.isCancellable
        cause = FolderTrouble.text(move.cause, path: move.newPath).map(LocalizedDocument.init)
        startedAt = TimeText.text(move.startedAt)
        since = TimeText.text(move.since)
        let progress = status.progress
        files = progress.files
        bytes = progress.bytes
        totalFiles = progress.totalFiles
        totalBytes = progress.totalBytes
        percent = status.percent
        bytesPerSecond = status.rate(at: .now())
        waitingFor = status.waiting.map { Waiting($0, path: move.newPath) }
        nodes = status.members.map { Node($0, move, name: status.names[$0.node]) }
    }
}

extension FolderMoveDocument.Waiting {
    init(_ waiting: FolderMoveCourse.Waiting, path: String) {
        nodeName = waiting.node.name
        switch waiting.reason {
        case .notProbed: (reason, text) = ("not-probed", nil)
        case .notAdopted: (reason, text) = ("not-adopted", nil)
        case .copying: (reason, text) = ("copying", nil)
        case .trouble(let packed): (reason, text) = ("trouble", FolderTrouble.text(packed, path: path).map(LocalizedDocument.init))
        }
    }
}

extension FolderMoveDocument.Node {
    init(_ member: FolderMove.Member, _ move: FolderMove, name: String?) {
        node = member.node.description
        nodeName = name ?? member.node.description
        hasProbed = member.hasProbed
        isUpToDate = member.adoptedStep >= move.step
        isCopying = move.state.copyRound > 0 && member.round.number == move.state.copyRound && !member.round.isDone
        files = member.round.files
        bytes = member.round.bytes
    }
}

/// Body of `POST /directories/{name}/move`.
package struct FolderMoveRequestDocument: Codable, Sendable {
    package let path: String
    package let leavesFiles: Bool
    package let forgetsOld: Bool

    package init(path: String, leavesFiles: Bool, forgetsOld: Bool) {
        self.path = path
        self.leavesFiles = leavesFiles
        self.forgetsOld = forgetsOld
    }
}
