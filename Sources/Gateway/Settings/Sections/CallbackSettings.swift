package import Mail

/// Whether, and how, the mail servers of senders' domains are asked if the sender exists (call-back verification). Off by default.
package struct CallbackSettings: SettingsSection {
    package var isEnabled = false
    package var action = Action.score
    package var refusedScore = FilterScore(tenths: 30)
    package var skipsDMARCPass = true
    package var skipsSPFPass = false
    package var exceptedDomains: [DomainName] = []
    package var sender = ReversePath.null
    package var timeLimitSeconds = 10
    package var simultaneousQuestions = 20
    package var questionsPerHost = 2
    package var questionsPerHostAndMinute = 60
    package var acceptedLifetimeHours = 168
    package var refusedLifetimeHours = 6
    package var maximumAnswers = 50_000
    package var permittedNetworks: [NetworkRange] = []
    package var port = 25

    package init() {}

    /// What a refused sender leads to.
    package enum Action: String, Sendable, Hashable {
        case score
        case quarantine
        case reject
    }

    package static let name = "callback"
    package static let title = LocalizedText("Call-back verification of senders", ja: "差出人の検証（コールバック）")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = decisionFields + questionFields + memoryFields

    private static let decisionFields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isEnabled, title: LocalizedText("Ask about senders", ja: "差出人を照会する"),
            LocalizedText(
                "Mail from outside: the mail servers of the envelope sender's domain are asked whether they take mail for the sender. Nothing is sent: MAIL and RCPT, never DATA. Off by default: the servers of people whose addresses are forged are asked, too, and some list hosts that ask often. Leave the two settings below on SPF and DMARC so that few are asked.",
                ja:
                    "外部からのメールについて、エンベロープの差出人のドメインのメールサーバーに、その差出人宛のメールを受け付けるかどうかを照会します。MAIL と RCPT だけを送り、DATA は送信しません。アドレスを詐称された人のサーバーにも照会し、頻繁な照会を拒否リストに登録する事業者もあるため、既定では無効です。照会を減らすため、下の DMARC と SPF の設定と併用してください。"
            )
        ).weighing,
        .choice(
            "action", \.action,
            [
                (.score, LocalizedText("Add the score", ja: "スコアを加算する")),
                (.quarantine, LocalizedText("Quarantine", ja: "隔離する")),
                (.reject, LocalizedText("Refuse (550)", ja: "拒否する（550）")),
            ],
            title: LocalizedText("When the sender is refused", ja: "差出人が拒否された場合"),
            LocalizedText(
                "The mail servers refused RCPT for good because the mailbox does not exist. Anything else is no refusal: a full mailbox, policy (5.7.x), 4xx, silence, no connection, or that they do not take the null sender. By default it only counts: newsletters and machines write with addresses that take no mail.",
                ja:
                    "メールサーバーが、メールボックスが存在しないとして RCPT を恒久的に拒否した場合の扱いです。容量超過、ポリシーによる拒否（5.7.x）、4xx、無応答、接続不可、空の差出人の拒否などは拒否とみなしません。受信できないアドレスから送るニュースレターや機器もあるため、既定ではスコアの加算だけを行います。"
            )
        ).weighing,
        .score(
            "refused-score", \.refusedScore, title: LocalizedText("Score of a refused sender", ja: "拒否された差出人のスコア"),
            LocalizedText("Counts with “Add the score”.", ja: "「スコアを加算する」の場合に加算します。")),
        .boolean(
            "skip-dmarc-pass", \.skipsDMARCPass, title: LocalizedText("Not when DMARC passes", ja: "DMARC が pass なら照会しない"),
            LocalizedText(
                "The domain in From answers for such mail. On by default: it is most honest mail, and need not wait.",
                ja: "From のドメインが保証しているメールです。正当なメールの大半が該当し、照会を待たずに済むため、既定で有効です。")),
        .boolean(
            "skip-spf-pass", \.skipsSPFPass, title: LocalizedText("Not when SPF passes", ja: "SPF が pass なら照会しない"),
            LocalizedText(
                "The sender's domain lets the client send for it. Off by default: spammers have domains with SPF, too, and addresses made up in them.",
                ja: "差出人のドメインがクライアントからの送信を許可しているメールです。迷惑メールの送信者も SPF のあるドメインと架空のアドレスを使うため、既定では無効です。")),
        .list(
            "excepted-domains", \.exceptedDomains, maximumCount: 1000,
            title: LocalizedText("Senders' domains not asked", ja: "照会しない差出人のドメイン"),
            LocalizedText(
                "One a line; a name counts for the domains below it, too. For servers that answer wrongly or do not want to be asked.",
                ja: "1 行に 1 件入力します。下位のドメインにも適用します。誤った応答をするサーバーや照会を望まないサーバーを登録します。"),
            format: { $0.ascii },
            parse: { (text) throws(SettingsValueError) in
                // Why it is no domain is not more helpful than the text itself.
                guard let name = try? DomainName(text) else {
                    throw SettingsValueError("“\(text)” is not a domain name", ja: "「\(text)」はドメイン名ではありません")
                }
                return name
            }),
    ]

    private static let questionFields: [SettingsField<Self>] = [
        .value(
            "sender", \.sender, maximumBytes: EmailAddress.maximumOctets,
            title: LocalizedText("Sender of questions", ja: "照会に使う差出人"),
            LocalizedText(
                "The address in MAIL FROM. Empty: the null sender <>, so that two gateways that ask never ask each other in a circle. An address such as postmaster@example.com is taken by servers that refuse the null sender; it must exist, because they may ask about it.",
                ja:
                    "MAIL FROM に使うアドレスです。空の場合は空の差出人 <> を使い、互いに照会し続けることを防ぎます。空の差出人を拒否するサーバーには postmaster@example.com などのアドレスで照会できます。相手から照会される可能性があるため、実在するアドレスを指定してください。"
            ),
            format: \.description,
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return .null }
                guard let address = try? EmailAddress(text) else {
                    throw SettingsValueError("“\(text)” is not an e-mail address", ja: "「\(text)」はメールアドレスではありません")
                }
                return .address(address)
            }),
        .integer(
            "time-limit-seconds", \.timeLimitSeconds, 1...60, .seconds, title: LocalizedText("Time for a question", ja: "照会の制限時間"),
            LocalizedText(
                "DNS, connection and dialogue together; then it could not be decided and the mail goes on. 10 seconds are enough for a second server after a silent one.",
                ja: "DNS、接続、応答を合わせた時間です。超えた場合は「判定できない」とし、メールの処理を続けます。1 台が応答しなくても次のサーバーに照会できるよう、既定値は 10 秒です。")),
        .integer(
            "simultaneous-questions", \.simultaneousQuestions, 1...200, title: LocalizedText("Questions at once", ja: "同時に照会できる数"),
            LocalizedText(
                "Of one node. More mail at once goes on without a question. 20: a wave of spam must not become a wave of connections.",
                ja: "ノードごとの上限です。超えた分のメールは照会せずに処理します。迷惑メールの急増が接続の急増にならないよう、既定値は 20 です。")),
        .integer(
            "questions-per-host", \.questionsPerHost, 1...20, title: LocalizedText("Questions at once to one host", ja: "同じホストに同時に照会できる数"),
            LocalizedText(
                "By address (IPv6: by /64), whatever domains it serves; of one node. 2, so that nobody's server is troubled by addresses forged in its name.",
                ja: "アドレス（IPv6 は /64）とノードごとの上限で、ドメインが異なっても合算します。アドレスを詐称された側のサーバーに負担をかけないよう、既定値は 2 です。")),
        .integer(
            "questions-per-host-and-minute", \.questionsPerHostAndMinute, 1...6000,
            title: LocalizedText("Questions a minute to one host", ja: "同じホストへの 1 分あたりの照会数"),
            LocalizedText("More mail goes on without a question.", ja: "超えた分のメールは照会せずに処理します。")),
        .list(
            "permitted-networks", \.permittedNetworks, maximumCount: 50,
            title: LocalizedText("Private networks that may be asked", ja: "照会を許可する内部ネットワーク"),
            LocalizedText(
                "Private, loopback, link-local, multicast and reserved addresses, and those of this machine, are never connected to, because strangers' DNS names the hosts; except these. Empty by default.",
                ja:
                    "接続先は外部の DNS が指定するため、プライベート、ループバック、リンクローカル、マルチキャスト、予約済みのアドレスと、このマシンのアドレスには接続しません。ここに指定したネットワークだけを例外とします。既定では空です。"
            ),
            format: { $0.description }, parse: NetworkRange.parse),
        .integer(
            "port", \.port, 1...65535, title: LocalizedText("Port", ja: "ポート"),
            LocalizedText(
                "25, where mail servers listen for each other; another only in trial set-ups.", ja: "メールサーバー間で使う 25 です。試験環境以外では変更しないでください。")
        ),
    ]

    private static let memoryFields: [SettingsField<Self>] = [
        .integer(
            "accepted-lifetime-hours", \.acceptedLifetimeHours, 1...2160, .hours,
            title: LocalizedText("Accepted senders are remembered", ja: "有効な差出人の保持時間"),
            LocalizedText(
                "So long a sender that was accepted is not asked about again, on each node. A week: addresses seldom vanish.",
                ja: "受け付けられた差出人を、この間は再び照会しません（ノードごと）。アドレスがなくなることは少ないため、既定値は 1 週間です。")),
        .integer(
            "refused-lifetime-hours", \.refusedLifetimeHours, 1...168, .hours,
            title: LocalizedText("Refused senders are remembered", ja: "無効な差出人の保持時間"),
            LocalizedText(
                "So long a refused sender counts as refused without a question. 6 hours: a server that refused by mistake is soon asked again. What could not be decided is left in peace for 5 minutes.",
                ja: "拒否された差出人を、この間は照会せずに無効とみなします。誤って拒否したサーバーに早く再照会できるよう、既定値は 6 時間です。判定できなかった場合は 5 分間照会しません。")),
        .integer(
            "maximum-answers", \.maximumAnswers, 100...1_000_000, title: LocalizedText("Answers remembered", ja: "保持する回答の数"),
            LocalizedText(
                "Of each kind; the oldest go first. 50,000 of each take some 40 MB at most.",
                ja: "種類ごとの上限です。古いものから削除します。50,000 件ずつで最大約 40 MB のメモリを使います。")),
    ]

    /// Whether a sender's domain, or one above it, is excepted.
    package func excepts(_ domain: DomainName) -> Bool {
        guard !exceptedDomains.isEmpty else { return false }
        return exceptedDomains.contains { domain == $0 || domain.ascii.hasSuffix("." + $0.ascii) }
    }
}
