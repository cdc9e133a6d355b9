import DomainsAndUsers
import Settings

/// Keys of the REST API.
enum APIKeyText: String, CaseIterable, PageText {
    case title
    case lead
    case create
    case name
    case nameHelp
    case access
    case read
    case full
    case days
    case daysHelp
    case daysUnit
    case created
    case expires
    case lastUsed
    case never
    case state
    case valid
    case expired
    case revoked
    case revoke
    case revokeTitle
    case revokeText
    case shownOnceTitle
    case shownOnce
    case toList
    case empty
    case emptyHelp

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("API keys", ja: "API キー")
        case .lead:
            LocalizedText(
                "Programs use the REST API under /api/v1 of this site with a key: “Authorization: Bearer sgk_…”. It is described by /api/v1/openapi.yaml.",
                ja: "プログラムは、このサイトの /api/v1 で REST API をキー（Authorization: Bearer sgk_…）を使って利用できます。仕様は /api/v1/openapi.yaml にあります。")
        case .create: LocalizedText("Create a key", ja: "キーを作成")
        case .name: LocalizedText("Name", ja: "名前")
        case .nameHelp: LocalizedText("What the key is for; it stands in the audit log.", ja: "キーの用途です。監査ログに記録されます。")
        case .access: LocalizedText("Access", ja: "権限")
        case .read: LocalizedText("Read only", ja: "読み取りのみ")
        case .full: LocalizedText("Everything but API keys", ja: "API キーの管理以外すべて")
        case .days: LocalizedText("Valid for", ja: "有効期間")
        case .daysHelp: LocalizedText("1 to 3650. After that the key is refused.", ja: "1～3650。期限を過ぎたキーは使えません。")
        case .daysUnit: LocalizedText("days", ja: "日")
        case .created: LocalizedText("Created (UTC)", ja: "作成日時（UTC）")
        case .expires: LocalizedText("Valid until (UTC)", ja: "有効期限（UTC）")
        case .lastUsed: LocalizedText("Last used (UTC)", ja: "最終使用（UTC）")
        case .never: LocalizedText("never", ja: "未使用")
        case .state: LocalizedText("State", ja: "状態")
        case .valid: LocalizedText("Valid", ja: "有効")
        case .expired: LocalizedText("Expired", ja: "期限切れ")
        case .revoked: LocalizedText("Revoked", ja: "失効済み")
        case .revoke: LocalizedText("Revoke", ja: "失効させる")
        case .revokeTitle: LocalizedText("Revoke the API key {}?", ja: "API キー {} を失効させますか?")
        case .revokeText:
            LocalizedText("Programs that use it are refused at once, on every node.", ja: "このキーを使うプログラムは、すべてのノードでただちに拒否されます。")
        case .shownOnceTitle: LocalizedText("The key {}", ja: "キー {}")
        case .shownOnce:
            LocalizedText(
                "Copy it now: it is shown this once only. The gateway keeps nothing but a hash of it.",
                ja: "今すぐコピーしてください。表示されるのは一度だけです。ゲートウェイにはハッシュしか保存されません。")
        case .toList: LocalizedText("I have copied it", ja: "コピーしました")
        case .empty: LocalizedText("No API key yet", ja: "API キーはまだありません")
        case .emptyHelp: LocalizedText("Programs can use the API once they have a key.", ja: "キーを作成すると、プログラムから API を利用できます。")
        }
    }

    static func of(_ access: APIKeyAccess) -> APIKeyText {
        switch access {
        case .read: .read
        case .full: .full
        }
    }
}
