import Settings

/// Domains, their mail servers and settings.
enum DomainText: String, CaseIterable, PageText {
    case title
    case lead
    case add
    case name
    case nameHelp
    case note
    case noteHelp
    case servers
    case serversHelp
    case host
    case port
    case priority
    case security
    case moreServers
    case portProblem
    case priorityProblem
    case empty
    case emptyHelp
    case recipients
    case deleteTitle
    case deleteText
    case delete
    case policyAny
    case policyListed
    case changePolicy
    case searchAddress
    case address
    case addAddresses
    case addAddressesHelp
    case noAddresses
    case noAddressesHelp
    case noAddressesFound
    case select
    case removeSelected
    case removeTitle
    case removeText
    case nothingSelected
    case serverUser
    case serverPassword
    case serverPasswordSet
    case serverCredentialHelp

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Domains", ja: "ドメイン")
        case .lead:
            LocalizedText(
                "Mail for these domains is accepted and passed on to their mail servers. Mail for any other domain is refused.",
                ja: "これらのドメイン宛のメールを受け付け、メールサーバーへ配送します。それ以外のドメイン宛は拒否します。")
        case .add: LocalizedText("Add a domain", ja: "ドメインを追加")
        case .name: LocalizedText("Domain", ja: "ドメイン")
        case .nameHelp: LocalizedText("Such as example.com or 例え.jp", ja: "例: example.com、例え.jp")
        case .note: LocalizedText("Note", ja: "メモ")
        case .noteHelp: LocalizedText("Only shown here.", ja: "この画面にだけ表示します。")
        case .servers: LocalizedText("Mail servers", ja: "メールサーバー")
        case .serversHelp:
            LocalizedText(
                "The server with the lowest priority number is tried first; equal ones share the load. Rows without a host are left out.",
                ja: "優先順位の数値が小さいサーバーから順に配送します。同じ値のサーバーには負荷を分散します。ホストが空の行は無視します。")
        case .host: LocalizedText("Host name or address", ja: "ホスト名またはアドレス")
        case .port: LocalizedText("Port", ja: "ポート")
        case .priority: LocalizedText("Priority", ja: "優先順位")
        case .security: LocalizedText("TLS", ja: "TLS")
        case .moreServers: LocalizedText("More rows", ja: "行を追加")
        case .portProblem: LocalizedText("A port is a number from 1 to 65535.", ja: "ポートは 1 から 65535 までの数値です。")
        case .priorityProblem: LocalizedText("A priority is a number from 0 to 65535.", ja: "優先順位は 0 から 65535 までの数値です。")
        case .empty: LocalizedText("No domain yet", ja: "ドメインがまだありません")
        case .emptyHelp:
            LocalizedText(
                "Add the first domain and its mail server; from then on the gateway takes mail for it.",
                ja: "最初のドメインとそのメールサーバーを追加してください。追加するとそのドメイン宛のメールを受信します。")
        case .recipients: LocalizedText("Recipients", ja: "宛先アドレス")
        case .deleteTitle: LocalizedText("Delete {}?", ja: "{} を削除しますか？")
        case .deleteText:
            LocalizedText(
                "The domain with its mail servers, its listed recipients and its settings is removed. From then on the gateway refuses mail for it; what is in the queue is still delivered.",
                ja: "ドメインと、そのメールサーバー、登録した宛先、設定を削除します。以後このドメイン宛のメールは拒否します。配送キューにあるメールの配送は続けます。")
        case .delete: LocalizedText("Delete the domain", ja: "ドメインを削除")
        case .policyAny:
            LocalizedText(
                "The domain accepts every address at present; the list has no effect until its settings say otherwise.",
                ja: "現在このドメインはすべてのアドレスを受け付けます。設定を変更するまで、この一覧は使用されません。")
        case .policyListed: LocalizedText("The domain accepts only the addresses below.", ja: "このドメインは以下のアドレスだけを受け付けます。")
        case .changePolicy: LocalizedText("Change this", ja: "設定を変更")
        case .searchAddress: LocalizedText("Part of the address", ja: "アドレスの一部")
        case .address: LocalizedText("Address", ja: "アドレス")
        case .addAddresses: LocalizedText("Add addresses", ja: "アドレスを追加")
        case .addAddressesHelp: LocalizedText("One a line; the part before the @ is enough.", ja: "1 行に 1 件入力してください。@ より前だけでも登録できます。")
        case .noAddresses: LocalizedText("No address is listed", ja: "登録済みのアドレスはありません")
        case .noAddressesHelp: LocalizedText("Add addresses below.", ja: "下の欄から追加してください。")
        case .noAddressesFound: LocalizedText("No listed address contains “{}”", ja: "「{}」を含むアドレスはありません")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .removeSelected: LocalizedText("Remove selected", ja: "選択したアドレスを削除")
        case .removeTitle: LocalizedText("Remove addresses?", ja: "アドレスを削除しますか？")
        case .removeText: LocalizedText("The selected addresses ({0}) are taken off the list of {1}.", ja: "{1} の一覧から {0} 件のアドレスを削除します。")
        case .serverUser: LocalizedText("User name (optional)", ja: "ユーザー名（省略可）")
        case .serverPassword: LocalizedText("Password", ja: "パスワード")
        case .serverPasswordSet: LocalizedText("Password: set; empty keeps it", ja: "パスワード: 設定済み（空欄なら変更しません）")
        case .serverCredentialHelp:
            LocalizedText(
                "With a user name the gateway signs in at the server, over TLS only; mail waits while the server refuses it.",
                ja: "ユーザー名を指定すると、ゲートウェイはメールサーバーで認証を行います。TLS の確立後にだけ送信し、認証を拒否された間はメールを待機させます。")
        case .nothingSelected: LocalizedText("Select at least one address.", ja: "アドレスを 1 件以上選択してください。")
        }
    }
}
