import Settings

/// The cluster's nodes and their keys.
enum ClusterText: String, CaseIterable, PageText {
    case title
    case lead
    case nodes
    case node
    case version
    case state
    case inService
    case stopped
    case lastSeen
    case revision
    case lag
    case thisNode
    case keys
    case keysLead
    case key
    case note
    case noteHelp
    case issued
    case usedBy
    case free
    case bound
    case revoked
    case noKeys
    case add
    case addLead
    case issue
    case shownOnce
    case onNewNode
    case embedded
    case loopback
    case toCluster
    case revoke
    case revokeTitle
    case revokeFree
    case revokeBound
    case primary
    case secondary
    case role
    case designated
    case noPrimary
    case anyNode
    case takeover
    case takeoverOn
    case takeoverOff
    case primaryLead
    case silent
    case dead
    case since
    case designate
    case designateAny
    case designateTitle
    case designateText
    case designateAnyText
    case when
    case who
    case event
    case target
    case detail

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Clustering", ja: "クラスター")
        case .lead:
            LocalizedText(
                "All nodes share one database, one configuration and one set of folders. Any of them takes any message.",
                ja: "全ノードがデータベース、設定、共有フォルダーを共有し、どのノードでもメールを受信できます。")
        case .nodes: LocalizedText("Nodes", ja: "ノード")
        case .node: LocalizedText("Node", ja: "ノード")
        case .version: LocalizedText("Version", ja: "バージョン")
        case .state: LocalizedText("State", ja: "状態")
        case .inService: LocalizedText("In service", ja: "稼働中")
        case .stopped: LocalizedText("Stopped", ja: "停止")
        case .lastSeen: LocalizedText("Last heartbeat (UTC)", ja: "最後のハートビート（UTC）")
        case .revision: LocalizedText("Settings revision", ja: "設定リビジョン")
        case .lag: LocalizedText("{} ({} behind)", ja: "{}（{} 件の遅れ）")
        case .thisNode: LocalizedText("this node", ja: "このノード")
        case .keys: LocalizedText("Registration keys", ja: "登録キー")
        case .keysLead:
            LocalizedText(
                "Each node has a key of its own; one key never serves two nodes. When a key is revoked its node leaves at once.",
                ja: "ノードごとに専用のキーが必要で、1 つのキーを 2 つのノードで使うことはできません。キーを失効させると、そのノードはただちにクラスターから外れます。")
        case .key: LocalizedText("Key", ja: "キー")
        case .note: LocalizedText("Note", ja: "メモ")
        case .noteHelp: LocalizedText("Which node the key is for; may be empty.", ja: "どのノード用のキーか。省略できます。")
        case .issued: LocalizedText("Issued (UTC)", ja: "発行日時（UTC）")
        case .usedBy: LocalizedText("Used by", ja: "使用ノード")
        case .free: LocalizedText("Free", ja: "未使用")
        case .bound: LocalizedText("In use", ja: "使用中")
        case .revoked: LocalizedText("Revoked", ja: "失効済み")
        case .noKeys: LocalizedText("No registration key yet", ja: "登録キーはまだありません")
        case .add: LocalizedText("Add a node", ja: "ノードを追加")
        case .addLead:
            LocalizedText(
                "Install the same version on the new machine, mount the shared folders there, and issue a key for it here.",
                ja: "新しいマシンに同じバージョンをインストールし、共有フォルダーをマウントしてから、ここで登録キーを発行してください。")
        case .issue: LocalizedText("Issue a key", ja: "キーを発行")
        case .shownOnce:
            LocalizedText(
                "Copy the key now: it is shown this once only. Whoever has it can become this node.",
                ja: "今すぐコピーしてください。表示されるのは一度だけです。このキーを持つ人は、そのノードとして参加できます。")
        case .onNewNode:
            LocalizedText(
                "On the new machine, as the user the node shall run as (it asks for the database password and the key):",
                ja: "新しいマシンで、ノードの実行ユーザーとして次を実行してください（データベースのパスワードとキーを尋ねられます）。")
        case .embedded:
            LocalizedText(
                "This node's database is embedded: no other node can use it. Move it to a Firebird server first (manual: “Moving to a database server”, sgdbtool -setdbconnect).",
                ja: "このノードは組み込みデータベースを使用しているため、ほかのノードから利用できません。先に Firebird サーバーへ移行してください（マニュアルの「データベースサーバーへの移行」、sgdbtool -setdbconnect）。")
        case .loopback:
            LocalizedText(
                "The database server's address above is this machine's own (loopback). Put the address by which the new machine reaches it in its place.",
                ja: "上のデータベースサーバーのアドレスはこのマシン自身（ループバック）です。新しいマシンから到達できるアドレスに置き換えてください。")
        case .toCluster: LocalizedText("I have copied it", ja: "コピーしました")
        case .revoke: LocalizedText("Revoke", ja: "失効させる")
        case .revokeTitle: LocalizedText("Revoke this registration key?", ja: "この登録キーを失効させますか?")
        case .revokeFree: LocalizedText("No node uses it yet; none will be able to.", ja: "まだ使用しているノードはありません。今後も使用できなくなります。")
        case .revokeBound:
            LocalizedText(
                "The node {} leaves the cluster at once. Mail it has accepted is finished by the others.",
                ja: "ノード {} はただちにクラスターから外れます。受信済みのメールはほかのノードが配送します。")
        case .primary: LocalizedText("Primary", ja: "プライマリ")
        case .secondary: LocalizedText("Secondary", ja: "セカンダリ")
        case .role: LocalizedText("Role", ja: "役割")
        case .designated: LocalizedText("Designated", ja: "指定ノード")
        case .noPrimary: LocalizedText("None at the moment", ja: "現在なし")
        case .anyNode: LocalizedText("Any node", ja: "指定なし")
        case .takeover: LocalizedText("Automatic takeover", ja: "自動引き継ぎ")
        case .takeoverOn: LocalizedText("On", ja: "有効")
        case .takeoverOff: LocalizedText("Off", ja: "無効")
        case .primaryLead:
            LocalizedText(
                "The primary alone does maintenance and removes old mail from quarantine. The designated node has the role whenever it is in service.",
                ja: "メンテナンスと、隔離期限を過ぎたメールの削除はプライマリだけが行います。指定ノードは、稼働している間つねにプライマリになります。")
        case .silent: LocalizedText("Silent", ja: "応答なし")
        case .dead: LocalizedText("Declared dead", ja: "停止と判定")
        case .since: LocalizedText("Since (UTC)", ja: "状態の開始（UTC）")
        case .designate: LocalizedText("Designate", ja: "プライマリに指定")
        case .designateAny: LocalizedText("Let any node be the primary", ja: "指定を解除")
        case .designateTitle: LocalizedText("Change the designated primary?", ja: "プライマリの指定を変更しますか?")
        case .designateText:
            LocalizedText(
                "{} becomes the primary within seconds if it is in service, else when it returns. Mail is not affected.",
                ja: "{} が稼働中なら数秒でプライマリになります。停止中なら復帰したときに引き継ぎます。メールの処理に影響はありません。")
        case .designateAnyText:
            LocalizedText(
                "The present primary keeps its role; when it stops, any other node takes it.",
                ja: "現在のプライマリはそのまま役割を続け、停止したときはほかのどのノードでも引き継げます。")
        case .when: LocalizedText("Time (UTC)", ja: "日時（UTC）")
        case .who: LocalizedText("Who", ja: "操作者")
        case .event: LocalizedText("Event", ja: "出来事")
        case .target: LocalizedText("Node or key", ja: "対象")
        case .detail: LocalizedText("Detail", ja: "詳細")
        }
    }
}
