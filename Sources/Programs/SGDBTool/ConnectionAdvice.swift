import GatewayDatabase
import Settings

/// What to do about each obstacle between the tool and a database.
enum ConnectionAdvice {
    static func unchanged(_ text: LocalizedText) -> LocalizedText {
        LocalizedText("\(text.english) Nothing was changed.", ja: "\(text.japanese)設定は変更していません。")
    }

    static let empty = LocalizedText(
        "the database is empty. Restore a backup of the embedded database into it with gbak first (manual: “Moving to a database server”).",
        ja: "データベースが空です。先に gbak で組み込みデータベースのバックアップを復元してください（マニュアルの「データベースサーバーへの移行」）。")

    static func stranger(_ nodes: [String]) -> LocalizedText {
        let names = nodes.isEmpty ? "-" : nodes.joined(separator: ", ")
        return LocalizedText(
            "the database does not know this node (its nodes: \(names)). It is another cluster's: make a node for it with “securitygateway join”, or name the right database.",
            ja: "データベースにこのノードは登録されていません（登録済みノード: \(names)）。別のクラスターのものです。securitygateway join でノードを作成するか、正しいデータベースを指定してください。")
    }

    /// A table; each case has its own sentence.
    static func text(_ error: GatewayDatabaseError) -> LocalizedText {
        switch error {
        case .away:
            with(
                error,
                "Check address and port, that the server runs, that RemoteBindAddress in its firebird.conf lets this machine in (Debian: localhost only), and the firewall.",
                "アドレスとポート、サーバーの起動、firebird.conf の RemoteBindAddress（Debian の既定値は localhost のみ）、ファイアウォールを確認してください。")
        case .wrongLogin:
            with(
                error,
                "Check both; the user must have been made for Srp (“create user … using plugin Srp”). Debian keeps SYSDBA's first password in /etc/firebird/3.0/SYSDBA.password.",
                "両方を確認してください。ユーザーは Srp 用に作成されている必要があります（create user … using plugin Srp）。Debian では SYSDBA の初期パスワードが /etc/firebird/3.0/SYSDBA.password にあります。"
            )
        case .wireEncryptionMismatch:
            with(error, "Set AuthServer = Srp256 too.", "サーバーの firebird.conf に WireCrypt = Required と AuthServer = Srp256 を設定してください。")
        case .accessDenied:
            with(
                error, "Check DatabaseAccess in the server's firebird.conf and the rights of the file and its folder.",
                "サーバーの firebird.conf の DatabaseAccess と、ファイルおよびフォルダーの権限を確認してください。")
        case .missing(let place):
            LocalizedText(
                "there is no database (\(place)). Check the path as the server sees it or the alias in its databases.conf; a new place gets its database by restoring a backup with gbak.",
                ja: "データベースがありません（\(place)）。サーバーから見たパス、または databases.conf のエイリアスを確認してください。新しい場所には、gbak でバックアップを復元してください。")
        case .inUse: with(error, "", "ほかのプロセスが使用しています。先に停止してください。")
        case .wrongOnDiskStructure: with(error, "", "Firebird のバージョンが異なるデータベースです。")
        case .notADatabase: with(error, "Name the right file.", "Firebird のデータベースではないか、破損しています。正しいファイルを指定してください。")
        case .wrongServerVersion:
            with(error, "Use Debian's firebird3.0-server.", "Firebird 3.0 が必要です。Debian の firebird3.0-server を使用してください。")
        case .anotherProduct:
            with(error, "Name the gateway's own database.", "別の製品のデータベースです。ゲートウェイのデータベースを指定してください。")
        case .newerSchema: with(error, "Update this node.", "新しいバージョンで変更されています。このノードを更新してください。")
        case .foreignHistory: with(error, "Name the gateway's own database.", "変更履歴が一致しません。ゲートウェイのデータベースを指定してください。")
        case .forcedWritesOff: with(error, "", "強制書き込みが無効です。gfix -write sync で有効にしてください。")
        case .othersAtWork: with(error, "", "ほかのバージョンのノードが動作中です。先に停止してください。")
        case .alreadyThere, .other:
            with(
                error, "Check DatabaseAccess in the server's firebird.conf and look at its firebird.log.",
                "サーバーの firebird.conf の DatabaseAccess と firebird.log を確認してください。")
        }
    }

    /// The error itself is English; what to do is in both languages.
    private static func with(_ error: GatewayDatabaseError, _ english: String, _ japanese: String) -> LocalizedText {
        LocalizedText("\(error). \(english)".trimmed, ja: "\(error)。\(japanese)")
    }
}
