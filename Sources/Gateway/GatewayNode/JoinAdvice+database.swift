import GatewayDatabase
import Settings

extension JoinAdvice {
    /// What to do about a database that cannot be joined; the error says what is wrong.
    static func remedy(_ error: GatewayDatabaseError) -> LocalizedText {
        switch error {
        case .newerSchema: version
        case .away: database
        case .wrongLogin:
            LocalizedText(
                "Check user and password; the user must have been made for Srp on the server (“create user … using plugin Srp”).",
                ja: "ユーザーとパスワードを確認してください。サーバーのユーザーは Srp 用に作成されている必要があります（create user … using plugin Srp）。")
        case .wireEncryptionMismatch:
            LocalizedText(
                "Set WireCrypt = Required and AuthServer = Srp256 in the server's firebird.conf and restart it.",
                ja: "サーバーの firebird.conf に WireCrypt = Required と AuthServer = Srp256 を設定し、再起動してください。")
        case .missing, .notADatabase, .anotherProduct, .foreignHistory, .wrongOnDiskStructure:
            LocalizedText(
                "Name the cluster's own database with --database-name, as the server sees it: the database-name in node.conf of a running node. Nothing was changed in this one.",
                ja:
                    "クラスターのデータベースを、サーバーから見たパスまたはエイリアスで --database-name に指定してください（稼働中のノードの node.conf の database-name）。指定されたデータベースは変更していません。"
            )
        case .wrongServerVersion:
            LocalizedText(
                "The cluster needs a Firebird 3.0 server: Debian's package firebird3.0-server.",
                ja: "Firebird 3.0 のサーバーが必要です（Debian の firebird3.0-server パッケージ）。")
        case .forcedWritesOff:
            LocalizedText(
                "Switch them on at the server: gfix -write sync DATABASE.", ja: "サーバーで gfix -write sync DATABASE を実行して有効にしてください。")
        case .accessDenied:
            LocalizedText(
                "Check DatabaseAccess in the server's firebird.conf, the rights of the file and its folder, and those of the user.",
                ja: "サーバーの firebird.conf の DatabaseAccess、ファイルとフォルダーの権限、ユーザーの権限を確認してください。")
        case .othersAtWork: version
        case .alreadyThere, .inUse, .other:
            LocalizedText(
                "Look at the server's firebird.log, and try again.", ja: "サーバーの firebird.log を確認してから、再度実行してください。")
        }
    }
}
