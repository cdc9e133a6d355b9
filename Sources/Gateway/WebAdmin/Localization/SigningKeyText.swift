import Settings

/// The keys that mail of a domain is signed with.
enum SigningKeyText: String, CaseIterable, PageText {
    case title
    case lead
    case empty
    case selector
    case selectorHelp
    case kind
    case kindHelp
    case rsa
    case ed25519
    case state
    case signs
    case idle
    case created
    case recordName
    case record
    case recordHelp
    case create
    case activate
    case activateTitle
    case activateText
    case remove
    case removeTitle
    case removeText

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Signing (DKIM)", ja: "署名（DKIM）")
        case .lead:
            LocalizedText(
                "Mail that users and trusted networks send in this domain's name is signed with the active keys, so that receivers can tell it from forged mail. Make a key, publish its record, then activate it.",
                ja: "ユーザーと信頼するネットワークがこのドメインの名前で送信するメールに、使用中の鍵で署名します。受信側は詐称メールと区別できます。鍵を作成し、レコードを公開してから使用を開始してください。")
        case .empty: LocalizedText("Mail of this domain is not signed.", ja: "このドメインのメールには署名していません。")
        case .selector: LocalizedText("Selector", ja: "セレクター")
        case .selectorHelp:
            LocalizedText(
                "The key's name in DNS: letters, digits and hyphens. Empty: one is made of the date.",
                ja: "DNS での鍵の名前です（英数字とハイフン）。空の場合は日付から作成します。")
        case .kind: LocalizedText("Kind", ja: "種類")
        case .kindHelp:
            LocalizedText(
                "RSA is what every receiver can verify. A domain may sign with one key of each kind.",
                ja: "RSA はすべての受信側で検証できます。種類ごとに 1 つの鍵で同時に署名できます。")
        case .rsa: LocalizedText("RSA, 2048 bits", ja: "RSA（2048 ビット）")
        case .ed25519: LocalizedText("Ed25519", ja: "Ed25519")
        case .state: LocalizedText("State", ja: "状態")
        case .signs: LocalizedText("signs", ja: "使用中")
        case .idle: LocalizedText("not in use", ja: "未使用")
        case .created: LocalizedText("Created", ja: "作成")
        case .recordName: LocalizedText("Name of the TXT record", ja: "TXT レコードの名前")
        case .record: LocalizedText("Line of a zone file", ja: "ゾーンファイルの行")
        case .recordHelp:
            LocalizedText(
                "The strings in quotes belong together; a form that asks for the text alone wants them without quotes and blanks between.",
                ja: "引用符の中の文字列は 1 つのテキストです。テキストだけを入力する画面では、引用符とその間の空白を除いて入力してください。")
        case .create: LocalizedText("Make a key", ja: "鍵を作成")
        case .activate: LocalizedText("Activate", ja: "使用を開始")
        case .activateTitle: LocalizedText("Sign with {}?", ja: "{} で署名しますか？")
        case .activateText:
            LocalizedText(
                "Its record must be in DNS already, and be seen there: receivers take mail whose key they do not find for unsigned. Another key of the same kind is used no longer; leave its record for a week.",
                ja: "レコードが DNS に公開済みであることを確認してください。鍵が見つからない場合、受信側は署名がないものとして扱います。同じ種類の別の鍵は使用しなくなりますが、そのレコードは 1 週間残してください。")
        case .remove: LocalizedText("Remove", ja: "削除")
        case .removeTitle: LocalizedText("Remove the key {}?", ja: "鍵 {} を削除しますか？")
        case .removeText:
            LocalizedText(
                "Mail is signed with it no longer, and the key cannot be had back. Leave its record in DNS for a week, for mail that is on its way.",
                ja: "この鍵では署名しなくなり、元に戻せません。配送中のメールのため、DNS のレコードは 1 週間残してください。")
        }
    }
}
