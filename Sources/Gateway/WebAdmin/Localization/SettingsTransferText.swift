import Settings

/// Export and import of settings.
enum SettingsTransferText: String, CaseIterable, PageText {
    case title, lead
    case exportTitle, exportHelp, export, exportSecrets, exportSecretsHelp
    case importTitle, importHelp, file, check
    case planTitle, planLead, importNow, nothing, more, kind, problems
    case setting, domain, recipients, user, accessList

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Export and import", ja: "エクスポートとインポート")
        case .lead:
            LocalizedText(
                "Settings, domains with mail servers, listed recipients and users, and the allow and block lists in one file. Settings of single nodes, administrators and keys are not in it.",
                ja: "設定、ドメイン（メールサーバー、登録した受信者、ユーザー）、許可リストと拒否リストを 1 つのファイルにまとめます。ノードごとの設定、管理者、鍵は含みません。")
        case .exportTitle: LocalizedText("Export", ja: "エクスポート")
        case .exportHelp:
            LocalizedText(
                "Without passwords: users of the file cannot sign in after an import elsewhere until a password is set.",
                ja: "パスワードは含みません。別の環境にインポートしたユーザーは、パスワードを設定するまでサインインできません。")
        case .export: LocalizedText("Download without secrets", ja: "秘密情報なしでダウンロード")
        case .exportSecrets: LocalizedText("Download with secrets", ja: "秘密情報を含めてダウンロード")
        case .exportSecretsHelp:
            LocalizedText(
                "With what is stored of users' passwords and with the passwords for mail servers. Keep the file as safe as the database; the audit log tells of it.",
                ja: "ユーザーのパスワード情報とメールサーバーのパスワードを含みます。データベースと同じように安全に保管してください。監査ログに記録されます。")
        case .importTitle: LocalizedText("Import", ja: "インポート")
        case .importHelp:
            LocalizedText(
                "The difference is shown first. What the file does not name stays as it is. Files above 2 MiB: securitygateway settings import.",
                ja: "先に差分を表示します。ファイルにないものは変更しません。2 MiB を超えるファイルは securitygateway settings import でインポートしてください。")
        case .file: LocalizedText("File of an export", ja: "エクスポートしたファイル")
        case .check: LocalizedText("Show the difference", ja: "差分を表示")
        case .planTitle: LocalizedText("What the import changes", ja: "インポートによる変更")
        case .planLead:
            LocalizedText("All of it is written as one revision, or nothing.", ja: "すべてを 1 つのリビジョンとして書き込みます。途中で失敗した場合は何も書き込みません。")
        case .importNow: LocalizedText("Import now", ja: "インポートする")
        case .nothing: LocalizedText("The file changes nothing", ja: "変更はありません")
        case .more: LocalizedText("… and {} more", ja: "ほか {} 件")
        case .kind: LocalizedText("Kind", ja: "種類")
        case .problems: LocalizedText("The file is refused; nothing was written", ja: "ファイルを受け付けられません。何も書き込んでいません")
        case .setting: LocalizedText("Setting", ja: "設定")
        case .domain: LocalizedText("Domain", ja: "ドメイン")
        case .recipients: LocalizedText("Recipients", ja: "受信者")
        case .user: LocalizedText("User", ja: "ユーザー")
        case .accessList: LocalizedText("List entry", ja: "リストの項目")
        }
    }
}
