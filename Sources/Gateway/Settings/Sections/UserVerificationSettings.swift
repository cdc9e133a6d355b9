package import Mail

/// How unknown recipients are asked about at the mail servers of domains that are verified by call-forward.
package struct UserVerificationSettings: SettingsSection {
    package var undecided = Undecided.tryAgainLater
    package var acceptedLifetimeMinutes = 1440
    package var refusedLifetimeMinutes = 60
    package var maximumAnswers = 50_000
    package var timeLimitSeconds = 10
    package var simultaneousQuestions = 10
    package var questionsPerMinute = 600
    package var sender = ReversePath.null
    package var randomAddressHours = 6

    package init() {}

    /// What is done with a recipient the mail servers said nothing about.
    package enum Undecided: String, Sendable, Hashable {
        case tryAgainLater = "try-again-later"
        case accept
    }

    package static let name = "user-verification"
    package static let title = LocalizedText("User verification", ja: "ユーザー検証")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "undecided", \.undecided,
            [
                (.tryAgainLater, LocalizedText("Ask the sender to try again later (451)", ja: "後で再送するよう求める（451）")),
                (.accept, LocalizedText("Accept", ja: "受け付ける")),
            ],
            title: LocalizedText("When the mail servers give no answer", ja: "メールサーバーの回答が得られない場合"),
            LocalizedText(
                "They are away, too slow, refuse TLS, or answer 4xx. By default the sender tries again: nothing is lost, and nothing is accepted that would have to be returned. More questions at once than are allowed are answered 451 in any case.",
                ja:
                    "停止中、応答が遅い、TLS を確立できない、4xx を返すなどの場合の扱いです。既定では送信側に再送を求めるため、メールは失われず、後で返送が必要になるメールも受け付けません。同時に照会できる数を超えた場合は、この設定にかかわらず 451 を返します。"
            )),
        .integer(
            "accepted-lifetime-minutes", \.acceptedLifetimeMinutes, 1...43_200, .minutes,
            title: LocalizedText("Accepted addresses are remembered", ja: "有効なアドレスの保持時間"),
            LocalizedText(
                "So long an address that a mail server accepts is not asked about again. A day: mailboxes seldom vanish, and mail for one that has comes back as usual.",
                ja: "メールサーバーが受け付けたアドレスを、この間は再び照会しません。メールボックスの削除は少なく、削除後に届いたメールは通常どおり返送されるため、既定値は 1 日です。")),
        .integer(
            "refused-lifetime-minutes", \.refusedLifetimeMinutes, 1...10_080, .minutes,
            title: LocalizedText("Refused addresses are remembered", ja: "無効なアドレスの保持時間"),
            LocalizedText(
                "So long a refused address is refused without a question. An hour: a new mailbox is reachable soon, and guessed addresses do not reach the mail server again and again.",
                ja: "メールサーバーが拒否したアドレスを、この間は照会せずに拒否します。新しいメールボックスに早く届くようにしながら、推測されたアドレスによる照会の繰り返しを防ぐため、既定値は 1 時間です。")),
        .integer(
            "maximum-answers", \.maximumAnswers, 100...1_000_000,
            title: LocalizedText("Answers remembered", ja: "保持する回答の数"),
            LocalizedText(
                "Of each kind, accepted and refused, so that guessed addresses do not push out good ones; the oldest go first. 50,000 of each take some 30 MB.",
                ja: "有効と無効のそれぞれの上限です。推測されたアドレスが有効なアドレスの記録を追い出すことはなく、古いものから削除します。50,000 件ずつで約 30 MB のメモリを使います。")),
        .integer(
            "time-limit-seconds", \.timeLimitSeconds, 1...60, .seconds,
            title: LocalizedText("Time for a question", ja: "照会の制限時間"),
            LocalizedText(
                "A RCPT command waits no longer for the mail servers. 10 seconds are enough for a second server after a silent one.",
                ja: "RCPT コマンドがメールサーバーの回答を待つ時間の上限です。1 台が応答しなくても次のサーバーに照会できるよう、既定値は 10 秒です。")),
        .integer(
            "simultaneous-questions", \.simultaneousQuestions, 1...100,
            title: LocalizedText("Questions at once", ja: "同時に照会できる数"),
            LocalizedText(
                "Of one domain; the same address is asked about only once. Whatever is above gets 451. 10, so that guessing strangers cannot use up the connections that deliveries need.",
                ja: "ドメインごとの上限です。同じアドレスの照会は 1 つにまとめます。超えた分には 451 を返します。アドレスを推測する相手に、配送に必要な接続を使い切られないよう、既定値は 10 です。")),
        .integer(
            "questions-per-minute", \.questionsPerMinute, 1...60_000,
            title: LocalizedText("Questions a minute", ja: "1 分あたりの照会数"),
            LocalizedText(
                "Of one domain; whatever is above gets 451. 600: a mail server does not notice ten a second, and a flood of guessed addresses becomes no flood there.",
                ja: "ドメインごとの上限で、超えた分には 451 を返します。1 秒あたり 10 件程度はメールサーバーの負担にならず、推測されたアドレスが大量に届いてもサーバーに集中しないよう、既定値は 600 です。")),
        .value(
            "sender", \.sender, maximumBytes: EmailAddress.maximumOctets,
            title: LocalizedText("Sender of questions", ja: "照会に使う差出人"),
            LocalizedText(
                "The address in MAIL FROM. Empty: the null sender <>, as RFC 5321 has it for what is not to be answered. For servers that refuse it, name an address they accept.",
                ja: "MAIL FROM に使うアドレスです。空の場合は空の差出人 <> を使います（RFC 5321）。空の差出人を拒否するサーバーの場合は、受け付けられるアドレスを指定してください。"),
            format: \.description,
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return .null }
                // Why it is no address is not more helpful than the address itself.
                guard let address = try? EmailAddress(text) else {
                    throw SettingsValueError("“\(text)” is not an e-mail address", ja: "「\(text)」はメールアドレスではありません")
                }
                return .address(address)
            }),
        .integer(
            "random-address-hours", \.randomAddressHours, 0...720, .hours,
            title: LocalizedText("Look for servers that accept everything every", ja: "すべて受け付けるサーバーの確認間隔"),
            LocalizedText(
                "So often, when an address was accepted, the server is asked about one made up at random. If it accepts that as well, verification has no use, and log, health and the page of the domain say so. 0: never.",
                ja: "アドレスが受け付けられた際に、この間隔で無作為に作ったアドレスも照会します。それも受け付けるサーバーでは検証の意味がないため、ログ、稼働状態、ドメインの画面で警告します。0 の場合は確認しません。")),
    ]
}
