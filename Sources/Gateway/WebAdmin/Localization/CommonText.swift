import Settings

/// Texts of more than one page.
enum CommonText: String, CaseIterable, PageText {
    case product
    case menu
    case skip
    case node
    case dashboard
    case messages
    case queue
    case domains
    case settings
    case audit
    case administrators
    case reports
    case apiKeys
    case maintenance
    case learning
    case directories
    case account
    case signOut
    case language
    case english
    case japanese
    case save
    case add
    case edit
    case delete
    case remove
    case cancel
    case search
    case filter
    case clear
    case older
    case next
    case newest
    case first
    case pages
    case details
    case show
    case none
    case yes
    case no
    case utc
    case bytes
    case checkFields
    case back
    case cannotBeUndone
    case accessLists
    case contentRules
    case sieve
    case quarantine
    case greylist
    case aggregateReports
    case bans
    case cluster
    case scoring
    case transcripts
    case menuMail
    case menuSetUp
    case menuSystem

    var text: LocalizedText {
        switch self {
        case .product: LocalizedText("SecurityGateway", ja: "SecurityGateway")
        case .menu: LocalizedText("Menu", ja: "メニュー")
        case .skip: LocalizedText("Skip to the content", ja: "本文へ移動")
        case .node: LocalizedText("Node", ja: "ノード")
        case .dashboard: LocalizedText("Dashboard", ja: "ダッシュボード")
        case .messages: LocalizedText("Message log", ja: "メッセージログ")
        case .queue: LocalizedText("Delivery queue", ja: "配送キュー")
        case .domains: LocalizedText("Domains", ja: "ドメイン")
        case .settings: LocalizedText("Settings", ja: "設定")
        case .audit: LocalizedText("Audit log", ja: "監査ログ")
        case .administrators: LocalizedText("Administrators", ja: "管理者")
        case .maintenance: LocalizedText("Maintenance", ja: "メンテナンス")
        case .learning: LocalizedText("Bayesian learning", ja: "ベイズ学習")
        case .directories: LocalizedText("Directories", ja: "フォルダー")
        case .apiKeys: LocalizedText("API keys", ja: "API キー")
        case .reports: LocalizedText("Reports", ja: "レポート")
        case .account: LocalizedText("Your account", ja: "アカウント")
        case .signOut: LocalizedText("Sign out", ja: "サインアウト")
        case .language: LocalizedText("Language", ja: "言語")
        case .english: LocalizedText("English", ja: "English")
        case .japanese: LocalizedText("日本語", ja: "日本語")
        case .save: LocalizedText("Save", ja: "保存")
        case .add: LocalizedText("Add", ja: "追加")
        case .edit: LocalizedText("Edit", ja: "編集")
        case .delete: LocalizedText("Delete", ja: "削除")
        case .remove: LocalizedText("Remove", ja: "削除")
        case .cancel: LocalizedText("Cancel", ja: "キャンセル")
        case .search: LocalizedText("Search", ja: "検索")
        case .filter: LocalizedText("Filter", ja: "絞り込み")
        case .clear: LocalizedText("Clear", ja: "条件をクリア")
        case .older: LocalizedText("Older", ja: "以前のもの")
        case .next: LocalizedText("Next page", ja: "次のページ")
        case .newest: LocalizedText("Newest", ja: "最新に戻る")
        case .first: LocalizedText("First page", ja: "最初のページ")
        case .pages: LocalizedText("Pages", ja: "ページ")
        case .details: LocalizedText("Details", ja: "詳細")
        case .show: LocalizedText("Show", ja: "表示")
        case .none: LocalizedText("None", ja: "なし")
        case .yes: LocalizedText("Yes", ja: "はい")
        case .no: LocalizedText("No", ja: "いいえ")
        case .utc: LocalizedText("UTC", ja: "UTC")
        case .bytes: LocalizedText("{} bytes", ja: "{} バイト")
        case .checkFields: LocalizedText("Nothing was saved. Correct the marked fields.", ja: "保存していません。表示された項目を修正してください。")
        case .back: LocalizedText("Back", ja: "戻る")
        case .cannotBeUndone: LocalizedText("This cannot be undone.", ja: "この操作は取り消せません。")
        case .accessLists: LocalizedText("Allow and block lists", ja: "許可・ブロックリスト")
        case .contentRules: LocalizedText("Content rules", ja: "コンテンツルール")
        case .sieve: LocalizedText("Sieve scripts", ja: "Sieve スクリプト")
        case .bans: LocalizedText("Bans", ja: "接続制限")
        case .aggregateReports: LocalizedText("DMARC reports", ja: "DMARC レポート")
        case .greylist: LocalizedText("Greylist", ja: "グレーリスト")
        case .quarantine: LocalizedText("Quarantine", ja: "隔離")
        case .cluster: LocalizedText("Clustering", ja: "クラスター")
        case .scoring: LocalizedText("Scoring", ja: "スコア判定")
        case .transcripts: LocalizedText("SMTP transcripts", ja: "SMTP 通信記録")
        case .menuMail: LocalizedText("Mail", ja: "メール")
        case .menuSetUp: LocalizedText("Set-up", ja: "構成")
        case .menuSystem: LocalizedText("System", ja: "システム")
        }
    }
}
