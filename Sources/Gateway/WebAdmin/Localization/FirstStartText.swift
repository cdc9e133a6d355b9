import Settings

/// The page that makes the first administrator.
enum FirstStartText: String, CaseIterable, PageText {
    case title
    case lead
    case code
    case codeHelp
    case name
    case nameHelp
    case password
    case passwordHelp
    case passwordLength
    case passwordAgain
    case language
    case create
    case mismatch
    case missing

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("First start", ja: "初期設定")
        case .lead:
            LocalizedText(
                "Create the first administrator of this gateway. Afterwards this page is gone.",
                ja: "このゲートウェイの最初の管理者を作成します。作成後、このページは表示されなくなります。")
        case .code: LocalizedText("Set-up code", ja: "セットアップコード")
        case .codeHelp:
            LocalizedText("The node printed it at its start, on its console and in its log.", ja: "ノードの起動時にコンソールとログに表示されたコードです。")
        case .name: LocalizedText("Administrator name", ja: "管理者名")
        case .nameHelp: LocalizedText("Letters, digits and . _ @ -", ja: "英数字と . _ @ - を使用できます。")
        case .password: LocalizedText("Password", ja: "パスワード")
        case .passwordHelp:
            LocalizedText(
                "A few words that belong together only for you are good. There is no default password.",
                ja: "自分だけが思い出せる複数の単語の組み合わせをお勧めします。既定のパスワードはありません。")
        case .passwordLength: LocalizedText("At least {} characters.", ja: "{} 文字以上で入力してください。")
        case .passwordAgain: LocalizedText("Password again", ja: "パスワード（確認）")
        case .language: LocalizedText("Language of the pages", ja: "画面の言語")
        case .create: LocalizedText("Create administrator and sign in", ja: "管理者を作成してサインイン")
        case .mismatch: LocalizedText("The two passwords differ.", ja: "2 つのパスワードが一致しません。")
        case .missing: LocalizedText("Fill in this field.", ja: "入力してください。")
        }
    }
}
