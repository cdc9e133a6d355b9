import Administration
import Cluster
import Settings
import SharedFolders

/// Folder × node: what every node found when it tried every shared folder.
struct FolderTableView: Sendable {
    let nodes: [String]
    let rows: [Row]
    /// Where “Try now” comes back to.
    let page: String

    struct Row: Sendable {
        let title: String
        let movePath: String
        let cells: [Cell]
        let note: String?
    }

    struct Cell: Sendable {
        let node: String
        let state: Badge
        let figures: String?
        let readFrom: String?
        let remedy: String?
    }

    /// - Parameter onDirectoriesPage: without the folder that stands on the Clustering page alone.
    init(_ overview: FolderOverview, onDirectoriesPage: Bool, _ language: Language) {
        nodes = overview.rows.first?.cells.map(\.node.name) ?? []
        page = onDirectoriesPage ? SitePath.directories : SitePath.cluster
        rows = overview.rows.filter { !onDirectoriesPage || $0.folder.isOnDirectoriesPage }.map { row in
            Row(
                title: row.folder.title[language], movePath: Self.movePath(row.folder),
                cells: row.cells.map { Cell($0, names: overview.names, language) },
                note: row.isShared ? nil : FolderText.ownFolders[language])
        }
    }

    static func movePath(_ folder: SharedFolderKind) -> String { "\(SitePath.directories)/\(folder.rawValue)/move" }
}

extension FolderTableView.Cell {
    init(_ cell: FolderOverview.Cell, names: [NodeID: String], _ language: Language) {
        node = cell.node.name
        guard let probe = cell.probe else {
            state = Badge(FolderText.unknown.text, .neutral, language)
            (figures, readFrom, remedy) = (nil, nil, nil)
            return
        }
        let isGood = probe.problem == nil
        state = Badge((isGood ? FolderText.good : .failing).text, isGood ? .good : .bad, language)
        figures = FolderText.milliseconds.filled(language, probe.milliseconds, ShownValue.time(probe.probedAt))
        readFrom = probe.readFrom.map { FolderText.readFrom.filled(language, names[$0] ?? $0.description) }
        remedy = probe.remedy?[language]
    }
}

/// A move on the Directories page.
struct FolderMoveView: Sendable {
    let title: String
    let state: Badge
    let places: String
    let started: String
    /// From 0 to 100.
    let percent: Int?
    let figures: String?
    let waiting: [String]
    let cause: String?
    let note: String?
    let cancelPath: String?
    let endReadingPath: String?

    init(_ status: FolderMoveStatus, _ language: Language) {
        let move = status.move
        let old = move.oldPath.nonEmpty ?? FolderText.homes[language]
        title = move.folder.title[language]
        state = Badge(FolderText.state(move.state).text, Self.tone(move.state), language)
        places = FolderText.fromTo.filled(language, old, move.newPath)
        started = ShownValue.time(move.startedAt)
        percent = move.state.copyRound > 0 ? status.percent : nil
        figures = Self.figures(status, language)
        waiting = status.waiting.compactMap { Self.text($0, move, language) }
        cause = FolderTrouble.text(move.cause, path: move.newPath)?[language]
        note = move.state == .done ? FolderText.oldFilesStay.filled(language, old) : nil
        let path = "\(SitePath.directories)/\(move.folder.rawValue)"
        cancelPath = move.state.isCancellable ? "\(path)/cancel-move" : nil
        endReadingPath = move.state == .reading ? "\(path)/forget-old" : nil
    }

    private static func figures(_ status: FolderMoveStatus, _ language: Language) -> String? {
        let progress = status.progress
        guard progress.number > 0 else { return nil }
        let files = FolderText.figures.filled(
            language, ShownValue.number(Int(progress.files)), ShownValue.number(Int(progress.totalFiles)))
        let parts: [String?] = [
            files, ShownValue.size(Int(progress.bytes), language), status.percent.map { "\($0) %" },
            status.rate(at: .now()).map { FolderText.rate.filled(language, ShownValue.size(Int($0), language)) },
        ]
        return parts.compactMap(\.self).joined(separator: language == .japanese ? "、" : ", ")
    }

    private static func text(_ waiting: FolderMoveCourse.Waiting, _ move: FolderMove, _ language: Language) -> String? {
        let reason: String? =
            switch waiting.reason {
            case .notProbed: FolderText.notProbed[language]
            case .notAdopted: FolderText.notFollowed[language]
            case .copying: FolderText.copyingThere[language]
            case .trouble(let packed): FolderTrouble.text(packed, path: move.newPath)?[language]
            }
        return reason.map { FolderText.waitingFor.filled(language, waiting.node.name, $0) }
    }

    private static func tone(_ state: FolderMove.State) -> Badge.Tone {
        switch state {
        case .done, .reading: .good
        case .failed: .bad
        case .cancelled: .neutral
        case .probing, .announcing, .copying, .switching, .finishing: .informative
        }
    }
}
