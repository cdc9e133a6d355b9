import Settings

/// Country screening.
enum CountryText: String, CaseIterable, PageText {
    case title
    case address
    case addressHelp
    case lookUp
    case country
    case unknown
    case finding
    case wanted
    case unwanted
    case notScreened
    case database
    case none
    case problem

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Which country is this address?", ja: "アドレスの国を調べる")
        case .address: LocalizedText("IP address", ja: "IP アドレス")
        case .addressHelp:
            LocalizedText(
                "Looked up in the database that this node has open; it is open while country screening is on.",
                ja: "このノードが読み込んでいるデータベースで調べます。データベースは国別スクリーニングが有効な間だけ読み込みます。")
        case .lookUp: LocalizedText("Look up", ja: "調べる")
        case .country: LocalizedText("Country", ja: "国")
        case .unknown: LocalizedText("unknown", ja: "不明")
        case .finding: LocalizedText("By the saved rules", ja: "保存した設定での判定")
        case .wanted: LocalizedText("Passes", ja: "通過")
        case .unwanted: LocalizedText("Unwanted", ja: "対象")
        case .notScreened: LocalizedText("Not screened", ja: "対象外")
        case .database: LocalizedText("Database", ja: "データベース")
        case .none: LocalizedText("none is open", ja: "読み込んでいません")
        case .problem: LocalizedText("Problem", ja: "問題")
        }
    }
}
