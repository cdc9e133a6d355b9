/// What the sending host's address, its name in DNS and its greeting count. Each check counts a little: honest hosts fail one of them.
package struct SenderCheckSettings: SettingsSection {
    package var checksReverseLookup = true
    package var missingNameScore = FilterScore(tenths: 15)
    package var unconfirmedNameScore = FilterScore(tenths: 10)
    package var checksHello = true
    package var unknownHelloScore = FilterScore(tenths: 10)
    package var addressHelloScore = FilterScore(tenths: 5)
    package var forgedHelloScore = FilterScore(tenths: 50)

    package init() {}

    package static let name = "sender-checks"
    package static let title = LocalizedText("Reverse look-up and HELO", ja: "逆引きと HELO")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "reverse-lookup", \.checksReverseLookup, title: LocalizedText("Reverse look-up", ja: "逆引きの確認"),
            LocalizedText(
                "Asks DNS for the name of the sending address (PTR) and whether that name leads back to it.",
                ja: "送信元アドレスの名前（PTR）を DNS で調べ、その名前が同じアドレスを指すか確認します。")
        ).weighing,
        .score(
            "missing-name-score", \.missingNameScore, title: LocalizedText("No name", ja: "名前がない場合のスコア"),
            LocalizedText("The address has no PTR record.", ja: "アドレスに PTR レコードがない場合に加算します。")),
        .score(
            "unconfirmed-name-score", \.unconfirmedNameScore, title: LocalizedText("Unconfirmed name", ja: "名前が一致しない場合のスコア"),
            LocalizedText("None of the names leads back to the address.", ja: "どの名前も元のアドレスを指していない場合に加算します。")),
        .boolean(
            "hello", \.checksHello, title: LocalizedText("HELO name", ja: "HELO 名の確認"),
            LocalizedText(
                "Looks at the name given in HELO or EHLO (RFC 5321 section 4.1.1.1).", ja: "HELO または EHLO の名前を確認します（RFC 5321 4.1.1.1）。")
        ).weighing,
        .score(
            "unknown-hello-score", \.unknownHelloScore, title: LocalizedText("HELO name unknown in DNS", ja: "HELO 名が DNS にない場合のスコア"),
            LocalizedText(
                "The name is no host name, or has neither an address nor a mail exchanger.", ja: "ホスト名の形でないか、アドレスも MX もない場合に加算します。")),
        .score(
            "address-hello-score", \.addressHelloScore, title: LocalizedText("HELO with an address", ja: "HELO がアドレスの場合のスコア"),
            LocalizedText("The client gives an IP address instead of a name.", ja: "名前の代わりに IP アドレスを名乗った場合に加算します。")),
        .score(
            "forged-hello-score", \.forgedHelloScore, title: LocalizedText("HELO with our own name", ja: "自分の名前を名乗る場合のスコア"),
            LocalizedText(
                "The client gives this gateway's name or a protected domain as its own: never honest from outside.",
                ja: "このゲートウェイの名前または保護対象ドメインを名乗った場合に加算します。外部の正当なサーバーでは起こりません。")),
    ]
}
