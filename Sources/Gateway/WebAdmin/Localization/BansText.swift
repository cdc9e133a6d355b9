import Screening
import Settings

/// Bans and refused sign-ins.
enum BansText: String, CaseIterable, PageText {
    case title
    case lead
    case more
    case isOff
    case signIns
    case subject
    case subjectHelp
    case kind
    case reason
    case note
    case node
    case begun
    case until
    case untilLifted
    case minutes
    case minutesHelp
    case minutesProblem
    case any
    case searchText
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case add
    case select
    case liftSelected
    case nothingSelected
    case signInsTitle
    case signInsLead
    case signInSearchText
    case signInsEmpty
    case signInsEmptyHelp
    case way
    case name
    case address
    case tries
    case time
    case toBans

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Bans", ja: "接続制限")
        case .lead:
            LocalizedText(
                "Addresses that all nodes refuse at the connection, and users who may not send. What dynamic screening bans ends by itself; lift it here when it was a mistake, and put the address on the allow list.",
                ja: "全ノードが接続時に拒否するアドレスと、送信を停止したユーザーです。動的スクリーニングによる制限は自動的に終わります。誤って制限された場合はここで解除し、アドレスを許可リストに登録してください。")
        case .more: LocalizedText("Settings of dynamic screening", ja: "動的スクリーニングの設定")
        case .isOff:
            LocalizedText(
                "Dynamic screening is off: only bans entered by hand are made.", ja: "動的スクリーニングは無効です。手動で登録した制限だけが有効です。")
        case .signIns: LocalizedText("Refused sign-ins", ja: "拒否したサインイン")
        case .subject: LocalizedText("Address or user", ja: "アドレスまたはユーザー")
        case .subjectHelp:
            LocalizedText(
                "An IP address or network such as 192.0.2.0/24, or the address of a user whose sending is to be stopped.",
                ja: "IP アドレス、ネットワーク（例: 192.0.2.0/24）、または送信を停止するユーザーのアドレスを入力します。")
        case .kind: LocalizedText("Kind", ja: "種類")
        case .reason: LocalizedText("Reason", ja: "理由")
        case .note: LocalizedText("Note", ja: "メモ")
        case .node: LocalizedText("Node", ja: "ノード")
        case .begun: LocalizedText("Since", ja: "開始")
        case .until: LocalizedText("Until", ja: "終了")
        case .untilLifted: LocalizedText("lifted by hand", ja: "手動で解除するまで")
        case .minutes: LocalizedText("Minutes", ja: "時間（分）")
        case .minutesHelp: LocalizedText("Empty: until it is lifted.", ja: "空の場合は解除するまで続きます。")
        case .minutesProblem: LocalizedText("A number of minutes is expected.", ja: "分数を数字で入力してください。")
        case .any: LocalizedText("Any", ja: "すべて")
        case .searchText: LocalizedText("Part of address, user or note", ja: "アドレス、ユーザー、メモの一部")
        case .empty: LocalizedText("Nobody is banned", ja: "制限はありません")
        case .emptyHelp: LocalizedText("Bans of all nodes appear here.", ja: "全ノードの制限がここに表示されます。")
        case .emptyFilter: LocalizedText("No entry matches the filter", ja: "条件に一致する項目はありません")
        case .emptyFilterHelp: LocalizedText("Take a condition away.", ja: "条件を減らしてください。")
        case .add: LocalizedText("Add a ban", ja: "制限を追加")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .liftSelected: LocalizedText("Lift the selected ones", ja: "選択したものを解除")
        case .nothingSelected: LocalizedText("Select at least one entry.", ja: "1 件以上選択してください。")
        case .signInsTitle: LocalizedText("Refused sign-ins", ja: "拒否したサインイン")
        case .signInsLead:
            LocalizedText(
                "Wrong names and passwords of all nodes: over SMTP, at the pages, and keys of the API. Tries of one name and address within seconds are one row; what cannot be a name is shown as “?”.",
                ja: "全ノードの SMTP 認証、Web ページ、API キーで拒否したサインインです。同じ名前とアドレスによる数秒以内の試行は 1 行にまとめ、名前として使えない入力は「?」と表示します。")
        case .signInSearchText: LocalizedText("Part of name or address", ja: "名前またはアドレスの一部")
        case .signInsEmpty: LocalizedText("No refused sign-in", ja: "拒否したサインインはありません")
        case .signInsEmptyHelp: LocalizedText("They appear here within seconds.", ja: "数秒以内にここに表示されます。")
        case .way: LocalizedText("Where", ja: "方法")
        case .name: LocalizedText("Name", ja: "名前")
        case .address: LocalizedText("Address", ja: "アドレス")
        case .tries: LocalizedText("Tries", ja: "回数")
        case .time: LocalizedText("Last", ja: "最終")
        case .toBans: LocalizedText("To the bans", ja: "接続制限へ")
        }
    }
}

extension BanSubject.Kind {
    var title: LocalizedText {
        switch self {
        case .network: LocalizedText("IP address or network", ja: "IP アドレスまたはネットワーク")
        case .user: LocalizedText("User (sending)", ja: "ユーザー（送信）")
        }
    }
}

extension BanReason {
    var title: LocalizedText {
        switch self {
        case .connections: LocalizedText("Too many connections", ja: "接続が多すぎる")
        case .recipients: LocalizedText("Unknown recipients", ja: "存在しない宛先")
        case .signIns: LocalizedText("Failed sign-ins", ja: "認証の失敗")
        case .sending: LocalizedText("Sends unusually much", ja: "送信量の異常")
        case .addresses: LocalizedText("Sends from unusually many addresses", ja: "送信元アドレスの異常")
        case .manual: LocalizedText("Entered by hand", ja: "手動で登録")
        }
    }
}

extension SignInRefusal.Way {
    var title: LocalizedText {
        switch self {
        case .smtp: LocalizedText("SMTP", ja: "SMTP")
        case .administrator: LocalizedText("Administrators' pages", ja: "管理者のページ")
        case .user: LocalizedText("Users' pages", ja: "ユーザーのページ")
        case .apiKey: LocalizedText("API key", ja: "API キー")
        }
    }
}
