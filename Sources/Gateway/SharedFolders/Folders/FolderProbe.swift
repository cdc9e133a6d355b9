package import Settings

/// What a node found when it tried a shared folder: one row for each node and folder, replaced by the next probe.
package struct FolderProbe: Sendable, Hashable {
    package let folder: SharedFolderKind
    package let node: NodeID
    package var path: String
    /// As which account of the system the node tried it.
    package var account: String
    /// Of the folder's marker.
    package var identity: RecordIdentifier?
    /// `nil`: everything works.
    package var problem: FolderShortcoming?
    /// The node whose file was read back; `nil`: no other node had written one.
    package var readFrom: NodeID?
    /// The whole probe.
    package var milliseconds: Int
    package var freeBytes: UInt64?
    package var totalBytes: UInt64?
    package var fileSystem: String
    /// What this node wrote into its own file there; each probe's is greater.
    package var token: RecordIdentifier?
    /// The newest request that it answers.
    package var request: Int64
    package var probedAt: UTCTime

    package init(folder: SharedFolderKind, node: NodeID, path: String, account: String) {
        self.folder = folder
        self.node = node
        self.path = path
        self.account = account
        milliseconds = 0
        fileSystem = ""
        request = 0
        probedAt = .now()
    }

    /// Name of a node's file in each folder.
    static func fileName(_ node: NodeID) -> String { ".securitygateway-probe-\(node)" }
}

extension FolderProbe {
    /// What is missing and what to do, with account, folder and right; `nil` when all is well.
    package var remedy: LocalizedText? { problem.map { $0.remedy(account: account, path: path) } }
}

extension FolderShortcoming {
    /// - Parameters:
    ///   - account: of the node's process.
    ///   - path: of the folder.
    package func remedy(account: String, path: String) -> LocalizedText {
        switch missing {
        case .answer:
            LocalizedText(
                "\(path) does not answer (\(cause)). Look whether the share's server and the network are up.",
                ja: "\(path) が応答しません（\(cause)）。共有のサーバーとネットワークを確認してください。")
        case .mount:
            LocalizedText(
                "\(path) is not the shared folder (\(cause)). Mount the share there; nothing is written until then.",
                ja: "\(path) は共有フォルダーではありません（\(cause)）。共有をマウントしてください。それまで何も書き込みません。")
        case .identity:
            LocalizedText(
                "\(path) is another folder than the cluster's (\(cause)). Mount the share that the other nodes use.",
                ja: "\(path) はクラスターのフォルダーではありません（\(cause)）。ほかのノードと同じ共有をマウントしてください。")
        case .create: right("create files", "ファイルを作成する", "write to it", account, path)
        case .rename: right("rename files", "ファイル名を変更する", "write to it", account, path)
        case .read: right("read files", "ファイルを読み取る", "read it", account, path)
        case .delete: right("delete files", "ファイルを削除する", "write to it", account, path)
        case .sync:
            LocalizedText(
                "\(path) does not make files durable for “\(account)” (\(cause)). Use a share that supports fsync, and look for room on it.",
                ja: "アカウント「\(account)」で \(path) のファイルを確実に保存できません（\(cause)）。fsync に対応した共有を使用し、空き容量を確認してください。")
        case .readOthers:
            LocalizedText(
                "“\(account)” cannot read in \(path) what another node wrote (\(cause)). All nodes must mount the same share and run as the same user, or one whose group may read the files.",
                ja: "アカウント「\(account)」は \(path) でほかのノードが書き込んだファイルを読み取れません（\(cause)）。全ノードで同じ共有をマウントし、同じユーザー（または読み取り権限のあるグループ）で実行してください。")
        }
    }

    private func right(_ english: String, _ japanese: String, _ permission: String, _ account: String, _ path: String) -> LocalizedText {
        LocalizedText(
            "The account “\(account)” may not \(english) in \(path) (\(cause)). Give it the right to \(permission) (chown or chmod on the folder, and the rights of the share).",
            ja: "アカウント「\(account)」には \(path) で\(japanese)権限がありません（\(cause)）。フォルダーの所有者・モードと共有の権限を確認してください。")
    }
}
