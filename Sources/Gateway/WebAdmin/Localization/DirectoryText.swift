import Administration
import Settings
import SharedFolders

/// The folders.
enum DirectoryText: String, CaseIterable, PageText {
    case title
    case lead
    case ownNode
    case path
    case realPath
    case origin
    case state
    case good
    case failing
    case marker
    case markerPresent
    case markerMissing
    case markerForeign
    case markerUnreadable
    case space
    case spaceFigures
    case fileSystem
    case bySetting
    case byNodeConfiguration
    case byDefault
    case next
    case change
    case changeLead
    case restart
    case shared

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Directories", ja: "フォルダー")
        case .lead:
            LocalizedText(
                "The folders this node works with, as they are now. All nodes of a cluster use the same shared folders.",
                ja: "このノードが使用するフォルダーの現在の状態です。クラスターのすべてのノードが同じ共有フォルダーを使用します。")
        case .ownNode: LocalizedText("This node only", ja: "このノード専用")
        case .path: LocalizedText("Path", ja: "パス")
        case .realPath: LocalizedText("Really at", ja: "実際の場所")
        case .origin: LocalizedText("Set by", ja: "指定元")
        case .state: LocalizedText("State", ja: "状態")
        case .good: LocalizedText("Can be used", ja: "使用できます")
        case .failing: LocalizedText("Cannot be used", ja: "使用できません")
        case .marker: LocalizedText("Marker file", ja: "識別ファイル")
        case .markerPresent: LocalizedText("is there", ja: "あり")
        case .markerMissing:
            LocalizedText("is missing: is the share mounted?", ja: "ありません。共有がマウントされているか確認してください。")
        case .markerForeign: LocalizedText("names another folder of the product", ja: "製品の別のフォルダーを示しています")
        case .markerUnreadable: LocalizedText("cannot be read", ja: "読み取れません")
        case .space: LocalizedText("Free space", ja: "空き容量")
        case .spaceFigures: LocalizedText("{0} of {1} ({2} % used)", ja: "{0} / {1}（使用率 {2} %）")
        case .fileSystem: LocalizedText("File system", ja: "ファイルシステム")
        case .bySetting: LocalizedText("setting", ja: "設定")
        case .byNodeConfiguration: LocalizedText("node.conf", ja: "node.conf で指定")
        case .byDefault: LocalizedText("default", ja: "既定")
        case .next: LocalizedText("After a restart", ja: "再起動後のパス")
        case .change: LocalizedText("Change a path", ja: "パスの変更")
        case .changeLead:
            LocalizedText(
                "A new folder must be absolute, must not lie in another one, and every node must be able to write there; its last part is made if it is missing. Empty: the default place in the node's home.",
                ja: "絶対パスで、ほかのフォルダーと重ならず、すべてのノードが書き込める場所を指定してください。末尾のフォルダーがなければ作成します。空の場合はノードのホームの既定の場所を使用します。")
        case .restart:
            LocalizedText(
                "A path that is changed here is in force when the nodes are started again, and files are not moved: stop the nodes, copy the files, start them. “Move…” does it all on the running cluster.",
                ja: "ここで変更したパスはノードの再起動後に有効になり、ファイルは移動しません。ノードを停止し、ファイルをコピーしてから起動してください。「移動…」なら運用を続けたまますべて行えます。")
        case .shared: LocalizedText("Shared by all nodes", ja: "全ノードで共有")
        }
    }

    static func origin(_ origin: NodeDirectory.Origin) -> DirectoryText {
        switch origin {
        case .setting: .bySetting
        case .nodeConfiguration: .byNodeConfiguration
        case .byDefault: .byDefault
        }
    }

    static func marker(_ state: FolderMarker.State) -> DirectoryText {
        switch state {
        case .present: .markerPresent
        case .missing: .markerMissing
        case .foreign: .markerForeign
        case .unreadable: .markerUnreadable
        }
    }
}
