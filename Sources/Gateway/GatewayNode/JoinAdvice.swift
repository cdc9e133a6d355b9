import Settings

/// What to do about each line of the preflight table.
enum JoinAdvice {
    static let home = LocalizedText(
        "Choose an empty folder with --home that belongs to the user who runs this.", ja: "実行ユーザーが所有する空のフォルダーを --home で指定してください。")
    static let database = LocalizedText(
        "Check host, port, path or alias, user and password. The server must let this machine in: RemoteBindAddress in its firebird.conf (Debian: localhost only) and the firewall.",
        ja:
            "ホスト、ポート、パスまたはエイリアス、ユーザー、パスワードを確認してください。サーバーの firebird.conf の RemoteBindAddress（Debian の既定値は localhost のみ）とファイアウォールで、このマシンからの接続を許可してください。"
    )
    static let emptyDatabase = LocalizedText(
        "Make the cluster's first node with “securitygateway init --database-host …”, then join further ones.",
        ja: "最初のノードを securitygateway init --database-host … で作成してから、ほかのノードを追加してください。")
    static let version = LocalizedText(
        "Install the cluster's version here: all nodes run the same one.", ja: "クラスターと同じバージョンをインストールしてください。全ノードを同じバージョンにする必要があります。")
    static let key = LocalizedText(
        "Issue a key for this node on a running one: “securitygateway registration-key issue”, or “Add a node” on the Clustering page.",
        ja: "動作中のノードの securitygateway registration-key issue、または「クラスター」画面の「ノードを追加」で、このノード用のキーを発行してください。")
    static let name = LocalizedText("Choose another one with --node-name.", ja: "--node-name で別の名前を指定してください。")
    static let zone = LocalizedText(
        "Give this machine the database server's time zone: “timedatectl set-timezone”.",
        ja: "timedatectl set-timezone で、データベースサーバーと同じタイムゾーンに設定してください。")
    static let clock = LocalizedText(
        "Synchronize both machines with the same NTP servers (chrony, systemd-timesyncd); a node whose clock is more than 5 s off does not join.",
        ja: "両方のマシンを同じ NTP サーバーで同期してください（chrony、systemd-timesyncd）。5 秒を超えてずれているノードは追加できません。")
    static let roundTrip = LocalizedText(
        "All nodes and the database server belong on one fast network; mail waits for several round trips.",
        ja: "全ノードとデータベースサーバーは同じ高速なネットワークに置いてください。メールの受信は往復時間の数倍かかります。")
    static let messageData = LocalizedText(
        "Name the cluster's folder with --message-data: mounted here, and with the right to create and delete for the user who runs this.",
        ja: "クラスターの共有フォルダーを --message-data で指定してください。このマシンにマウントし、実行ユーザーに作成と削除の権限を与えてください。")
}
