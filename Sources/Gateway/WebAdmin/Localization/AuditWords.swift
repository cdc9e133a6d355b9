import DomainsAndUsers
import Settings

/// What a row of the audit log says, in the reader's language. Rows hold an action's code, which has a title here, and details whose
/// fixed words are known; names and values stand as they were entered.
enum AuditWords {
    /// The code itself for an action of a newer version.
    static func action(_ code: String, _ language: Language) -> String {
        (titles[code] ?? ClusterEventWords.titles[code])?[language] ?? code
    }

    /// What the action was done to.
    static func target(_ target: String, of action: String, _ language: Language) -> String {
        guard action == "settings.change", language != .english else { return target }
        let parts = target.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, let field = field(parts[1]) else { return target }
        return "\(field[language])（\(parts[1])）"
    }

    static func detail(_ detail: String, of action: String, _ language: Language) -> String {
        guard language != .english else { return detail }
        let noun = String(action.prefix { $0 != "." })
        guard let words = words[noun] ?? ClusterEventWords.words[noun] else { return detail }
        // Before and after a change; each begins like what follows a semicolon.
        let states = detail.split(separator: " → ", omittingEmptySubsequences: false).map { state in
            words.reduce("; " + state) { text, word in text.replacing(word.english, with: word.japanese) }.dropFirst(2)
        }
        return states.joined(separator: " → ")
    }

    /// The title of a setting written as `section.name`.
    private static func field(_ text: String) -> LocalizedText? {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let section = GatewaySettings.section(parts[0]) else { return nil }
        return section.fields.first { $0.name == parts[1] }?.title
    }

    private static let titles: [String: LocalizedText] = [
        "directory.probe": LocalizedText("Folders tried on all nodes", ja: "全ノードのフォルダーの確認"),
        "directory.move": LocalizedText("Folder's move begun", ja: "フォルダーの移動の開始"),
        "directory.move-step": LocalizedText("Folder's move went on", ja: "フォルダーの移動の進行"),
        "directory.move-cancel": LocalizedText("Folder's move cancelled", ja: "フォルダーの移動の取り消し"),
        "directory.forget-old": LocalizedText("Old folder not read any more", ja: "以前のフォルダーの参照の終了"),
        "settings.change": LocalizedText("Setting changed", ja: "設定の変更"),
        "domain.add": LocalizedText("Domain added", ja: "ドメインの追加"),
        "domain.change": LocalizedText("Domain changed", ja: "ドメインの変更"),
        "domain.delete": LocalizedText("Domain deleted", ja: "ドメインの削除"),
        "signing-key.create": LocalizedText("Signing key made", ja: "署名鍵の作成"),
        "signing-key.activate": LocalizedText("Signing key activated", ja: "署名鍵の使用開始"),
        "signing-key.remove": LocalizedText("Signing key removed", ja: "署名鍵の削除"),
        "recipient.add": LocalizedText("Recipients listed", ja: "宛先アドレスの追加"),
        "recipient.remove": LocalizedText("Recipients taken off the list", ja: "宛先アドレスの削除"),
        "user.add": LocalizedText("User added", ja: "ユーザーの追加"),
        "user.change": LocalizedText("User changed", ja: "ユーザーの変更"),
        "user.delete": LocalizedText("User deleted", ja: "ユーザーの削除"),
        "user.password.set": LocalizedText("User's password set", ja: "ユーザーのパスワードの設定"),
        "user.password.remove": LocalizedText("User's password removed", ja: "ユーザーのパスワードの削除"),
        "user.password.change": LocalizedText("Own password changed", ja: "本人によるパスワードの変更"),
        "user.sign-in": LocalizedText("User signed in", ja: "ユーザーのサインイン"),
        "user.quarantine.release": LocalizedText("Own quarantine: released", ja: "本人による隔離の解放"),
        "user.quarantine.delete": LocalizedText("Own quarantine: deleted", ja: "本人による隔離の削除"),
        "user.quarantine.release-allow": LocalizedText("Own quarantine: released, sender allowed", ja: "本人による隔離の解放と差出人の許可"),
        "user.list.block": LocalizedText("Sender blocked by a user", ja: "本人による差出人のブロック"),
        "user.digest.subscribe": LocalizedText("Digests wanted", ja: "本人による通知メールの再開"),
        "user.digest.unsubscribe": LocalizedText("Digests not wanted any more", ja: "本人による通知メールの停止"),
        "attachment.delete": LocalizedText("Stripped attachments deleted", ja: "分離した添付ファイルの削除"),
        "attachment.extend": LocalizedText("Stripped attachments kept longer", ja: "分離した添付ファイルの期限の延長"),
        "digest.run": LocalizedText("Digests asked for", ja: "通知メールの送信の実行"),
        "administrator.add": LocalizedText("Administrator added", ja: "管理者の追加"),
        "administrator.delete": LocalizedText("Administrator deleted", ja: "管理者の削除"),
        "administrator.password": LocalizedText("Administrator's password set", ja: "管理者のパスワードの設定"),
        "administrator.sign-in": LocalizedText("Administrator signed in", ja: "管理者のサインイン"),
        "sieve-script.add": LocalizedText("Sieve script added", ja: "Sieve スクリプトの追加"),
        "sieve-script.change": LocalizedText("Sieve script changed", ja: "Sieve スクリプトの変更"),
        "sieve-script.delete": LocalizedText("Sieve script deleted", ja: "Sieve スクリプトの削除"),
        "content-rule.add": LocalizedText("Content rule added", ja: "コンテンツルールの追加"),
        "content-rule.change": LocalizedText("Content rule changed", ja: "コンテンツルールの変更"),
        "content-rule.move": LocalizedText("Content rules put in order", ja: "コンテンツルールの順序の変更"),
        "content-rule.delete": LocalizedText("Content rule deleted", ja: "コンテンツルールの削除"),
        "access-list.add": LocalizedText("List entry added", ja: "許可・ブロックリストの追加"),
        "access-list.change": LocalizedText("List entry's note changed", ja: "許可・ブロックリストのメモの変更"),
        "access-list.delete": LocalizedText("List entries deleted", ja: "許可・ブロックリストの削除"),
        "ban.add": LocalizedText("Banned", ja: "接続制限の追加"),
        "ban.lift": LocalizedText("Bans lifted", ja: "接続制限の解除"),
        "dmarc-report.send": LocalizedText("DMARC report sent by hand", ja: "DMARC レポートの手動送信"),
        "greylist.delete": LocalizedText("Greylist entries deleted", ja: "グレーリストの項目の削除"),
        "quarantine.release": LocalizedText("Released from quarantine", ja: "隔離の解放"),
        "quarantine.delete": LocalizedText("Deleted from quarantine", ja: "隔離の削除"),
        "queue.retry": LocalizedText("Queue: tried again", ja: "配送キューの再試行"),
        "queue.hold": LocalizedText("Queue: put on hold", ja: "配送キューの保留"),
        "queue.release": LocalizedText("Queue: released", ja: "配送キューの保留解除"),
        "queue.delete": LocalizedText("Queue: deleted", ja: "配送キューの削除"),
        "api-key.create": LocalizedText("API key created", ja: "API キーの作成"),
        "api-key.revoke": LocalizedText("API key revoked", ja: "API キーの失効"),
        "recipient.verify": LocalizedText("Recipient asked about at the mail server", ja: "宛先アドレスのメールサーバーへの照会"),
        "sender.verify": LocalizedText("Sender asked about at its mail server", ja: "差出人のメールサーバーへの照会"),
        "recipient.forget-verification": LocalizedText("Remembered answers on recipients forgotten", ja: "宛先アドレスの照会結果の消去"),
        "settings.export": LocalizedText("Settings exported", ja: "設定のエクスポート"),
        "settings.import": LocalizedText("Settings imported", ja: "設定のインポート"),
        "settings.return": LocalizedText("Settings put back to an earlier revision", ja: "設定を以前のリビジョンに戻す操作"),
        "registration-key.issue": LocalizedText("Registration key issued", ja: "登録キーの発行"),
        "registration-key.bind": LocalizedText("Registration key taken by a node", ja: "ノードによる登録キーの使用開始"),
        "registration-key.revoke": LocalizedText("Registration key revoked", ja: "登録キーの失効"),
        "engine.try": LocalizedText("Engine's connection tried", ja: "エンジンへの接続の確認"),
        "bayes.run": LocalizedText("Learning asked for", ja: "学習の実行"),
        "bayes.teach": LocalizedText("Message taught", ja: "メールの学習"),
        "bayes.unlearn": LocalizedText("Messages unlearned", ja: "メールの学習の取り消し"),
        "maintenance.run": LocalizedText("Maintenance asked for", ja: "メンテナンスの実行"),
    ]

    /// Words of the details by the noun of the action, longer ones first. Blanks around them keep names and values out.
    private static let words: [String: [(english: String, japanese: String)]] = [
        "settings": [("(default)", "（既定値）")],
        "user": [
            ("; no password", "; パスワードなし"), ("; password set", "; パスワード設定済み"), ("; disabled", "; 無効"), ("; enabled", "; 有効"),
            ("; aliases ", "; エイリアス "),
        ],
        "domain": [
            (" priority ", " 優先順位 "), (" opportunistic", " " + ConnectionSecurity.opportunistic.title.japanese),
            (" required", " " + ConnectionSecurity.required.title.japanese), (" as ", " ユーザー名 "),
        ],
        "sieve-script": [(", active, ", "、有効、"), (", inactive, ", "、無効、"), (" bytes", " バイト")],
        "access-list": [
            ("block sender-domain", "ブロック 差出人のドメイン"), ("allow sender-domain", "許可 差出人のドメイン"), ("block sender", "ブロック 差出人"),
            ("allow sender", "許可 差出人"), ("block host", "ブロック ホスト"), ("allow host", "許可 ホスト"),
            ("block network", "ブロック ネットワーク"), ("allow network", "許可 ネットワーク"), (" for ", " 対象ドメイン "),
        ],
        "api-key": [(", read, until ", "、読み取りのみ、有効期限 "), (", full, until ", "、API キーの管理以外すべて、有効期限 ")],
    ]
}
