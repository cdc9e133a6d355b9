package import Settings

/// Whether a folder is the one it should be, decided from what the cluster knows of it and what its marker says. Pure.
package enum FolderAdmission: Sendable, Hashable {
    /// It is the folder; the cluster knows it, or learns its identity now.
    case use(RecordIdentifier)
    /// It is used for the first time, or an early version marked it: it gets this identity (`nil`: a fresh one).
    case mark(RecordIdentifier?)
    case refuse(Reason)

    /// Why a folder is not used.
    package enum Reason: String, Sendable, Hashable, Error {
        /// It did not answer in time.
        case silent
        /// Its marker is missing.
        case notMounted
        /// It is another folder of the product.
        case foreign
        /// It is a folder of this kind, but not the cluster's.
        case another
        /// Its marker names another cluster.
        case ofAnotherCluster
        case unreadable
    }

    /// - Parameters:
    ///   - expected: the identity in the database; `nil`: the folder is not known yet.
    ///   - found: `nil`: no answer.
    ///   - cluster: that of the folder to be; another's is not taken over, for the sweep of what no row names would empty it.
    ///   - isConfigured: a path was set for it, so it was marked then.
    package static func decide(
        expected: RecordIdentifier?, found: FolderMarker.Reading?, cluster: RecordIdentifier? = nil, isConfigured: Bool
    ) -> FolderAdmission {
        guard let found else { return .refuse(.silent) }
        switch found.state {
        case .unreadable: return .refuse(.unreadable)
        case .foreign: return .refuse(.foreign)
        case .missing: return expected == nil && !isConfigured ? .mark(nil) : .refuse(.notMounted)
        case .present:
            guard let identity = found.identity else { return .mark(expected) }
            if expected == nil, let cluster, let owner = found.cluster, owner != cluster { return .refuse(.ofAnotherCluster) }
            return expected == nil || expected == identity ? .use(identity) : .refuse(.another)
        }
    }
}

extension FolderAdmission.Reason {
    /// What is wrong and what to do.
    package var text: LocalizedText {
        switch self {
        case .silent: LocalizedText("it does not answer", ja: "応答がありません")
        case .notMounted:
            LocalizedText(
                "its file \(FolderMarker.fileName) is not there, so the share is probably not mounted; mount it first",
                ja: "\(FolderMarker.fileName) がありません。共有がマウントされていない可能性があります。先にマウントしてください")
        case .foreign:
            LocalizedText(
                "its file \(FolderMarker.fileName) says that it is another folder of the product; correct the path or the mount",
                ja: "\(FolderMarker.fileName) によると製品の別のフォルダーです。パスまたはマウントを修正してください")
        case .another:
            LocalizedText(
                "it is not the cluster's own folder (its file \(FolderMarker.fileName) has another identity than the database); mount the share that the other nodes use",
                ja: "クラスターのフォルダーではありません（\(FolderMarker.fileName) の識別子がデータベースと異なります）。ほかのノードと同じ共有をマウントしてください")
        case .ofAnotherCluster:
            LocalizedText(
                "it belongs to another cluster, as its file \(FolderMarker.fileName) says; choose another folder, or, if that cluster is no more and its files may be lost, remove that file",
                ja: "\(FolderMarker.fileName) によると別のクラスターのフォルダーです。別のフォルダーを指定してください。そのクラスターがもう存在せず、ファイルが不要な場合のみ、このファイルを削除してください")
        case .unreadable:
            LocalizedText(
                "its file \(FolderMarker.fileName) cannot be read; give the node's account the right to read it",
                ja: "\(FolderMarker.fileName) を読み取れません。ノードの実行アカウントに読み取り権限を与えてください")
        }
    }
}
