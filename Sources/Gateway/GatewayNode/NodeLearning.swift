import Administration
import SampleLearning
import Settings
import SharedFolders

/// Learning as this node takes part in it: its folders, the snapshot in memory kept up to date, and the primary's task.
struct NodeLearning: Sendable {
    let folders: LearningFolders
    let watch: SnapshotWatch
    /// Mail is judged by what was learned from the first on, unless the folder is slow.
    static let longestFirstLook = Duration.seconds(10)

    private let base: NodeBase
    private let store: any LearningStore

    init(base: NodeBase, store: any LearningStore, folders places: NodeFolders) {
        self.base = base
        self.store = store
        folders = LearningFolders { places.places(of: $0) }
        watch = SnapshotWatch(
            store: store, folders: folders, current: base.bayes, node: base.configuration.nodeID, logger: base.logger)
    }

    var teaching: SampleTeaching { SampleTeaching(store: store, keeper: folders) }

    var administrationPorts: Administration.LearningPorts {
        Administration.LearningPorts(store: store, keeper: folders, snapshot: base.bayes)
    }

    /// - Parameter epoch: of the primary's role while this node has it.
    func service(epoch: @escaping @Sendable () -> Int64?) -> LearningService {
        LearningService(
            store: store, folders: folders, settings: base.settings, node: base.configuration.nodeID, epoch: epoch, logger: base.logger)
    }
}
