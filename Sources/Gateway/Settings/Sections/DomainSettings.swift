/// Settings of one protected domain.
package struct DomainSettings: SettingsSection {
    package var recipients = RecipientPolicy.any
    package var maximumMessageBytes = 0
    package var disclaimer = ""
    package var disclaimerHTML = ""
    package var scoring = ScoringRule.cluster
    package var quarantineScore = FilterScore(tenths: 50)
    package var rejectScore = FilterScore(tenths: 120)
    package var backscatter = Backscatter.off
    package var digest = Digest.cluster
    package var sealsInboundMail = false
    package var noteLanguage = NoteLanguage.cluster
    package var asksAboutSenders = true

    package init() {}

    package static let name = "domain"
    package static let title = LocalizedText("Domain", ja: "ドメイン")
    package static let scope = SettingsScopeKind.domain

    package static let fields: [SettingsField<Self>] = [
        .choice(
            "recipients", \.recipients,
            [
                (.any, LocalizedText("Every address of the domain", ja: "ドメインのすべてのアドレス")),
                (.listed, LocalizedText("Only listed addresses", ja: "登録したアドレスのみ")),
                (.callForward, LocalizedText("Listed ones, and those its mail servers accept", ja: "登録したアドレスとメールサーバーが受け付けるアドレス")),
            ],
            title: LocalizedText("Accepted recipients", ja: "受け付ける宛先"),
            LocalizedText(
                "Whether unlisted addresses of the domain are accepted. With “listed”, others get 550 5.1.1 at RCPT. With “call-forward” the domain's mail servers are asked about others, and what they refuse gets 550 5.1.1; how they are asked stands in the settings of user verification.",
                ja:
                    "登録していないアドレスを受け付けるかどうかです。「登録したアドレスのみ」では、それ以外の宛先に 550 5.1.1 を返します。「メールサーバーが受け付けるアドレス」を含める場合は、登録していない宛先をメールサーバーに照会し（コールフォワード）、拒否された宛先に 550 5.1.1 を返します。照会の方法は「ユーザー検証」の設定で指定します。"
            )),
        .integer(
            "maximum-message-bytes", \.maximumMessageBytes, 0...2_147_483_647, .bytes,
            title: LocalizedText("Largest message", ja: "メッセージの最大サイズ"),
            LocalizedText(
                "Smaller limit for messages to this domain; 0: the gateway's limit alone.", ja: "このドメイン宛の上限です。0 の場合は全体の上限だけを適用します。")),
        .value(
            "disclaimer", \.disclaimer, maximumBytes: 2_000, title: LocalizedText("Footer of outbound mail", ja: "送信メールのフッター"),
            LocalizedText(
                "Put under the texts of mail that users and trusted networks send from this domain to other domains, before it is signed; “\\n” stands for a line end. Mail that is signed or encrypted already is left as it is. Empty: none.",
                ja:
                    "ユーザーと信頼するネットワークがこのドメインから外部へ送信するメールの本文の末尾に、署名の前に追加します。「\\n」は改行を表します。署名または暗号化済みのメールは変更しません。空の場合は追加しません。"
            ),
            format: { $0 }, parse: { (text) throws(SettingsValueError) in text }),
        .value(
            "disclaimer-html", \.disclaimerHTML, maximumBytes: 2_000,
            title: LocalizedText("Footer of outbound mail in HTML", ja: "送信メールのフッター（HTML）"),
            LocalizedText(
                "For HTML texts; empty: the footer above.", ja: "HTML 形式の本文に追加します。空の場合は上のフッターを使用します。"),
            format: { $0 }, parse: { (text) throws(SettingsValueError) in text }),
        .choice(
            "scoring", \.scoring,
            [
                (.cluster, LocalizedText("As for all domains", ja: "全ドメイン共通の設定")),
                (.own, LocalizedText("Own thresholds", ja: "独自のしきい値")),
                (.unscored, LocalizedText("Left out: scores lead to nothing", ja: "除外（スコアによる処理をしない）")),
                (.record, LocalizedText("Record only", ja: "記録のみ")),
            ],
            title: LocalizedText("Scoring", ja: "スコア判定"),
            LocalizedText(
                "“Own thresholds” judges mail for this domain by the two scores below. “Left out” lets no score decide; block lists, viruses, blocked attachments and other demands still do. “Record only” stores what would be done and lets everything pass, viruses too. The subject's tag follows the settings of all domains.",
                ja:
                    "「独自のしきい値」では、このドメイン宛のメールを下の 2 つのスコアで判定します。「除外」ではスコアによる処理をしませんが、ブロックリスト、ウイルス、禁止した添付ファイルなどによる処理は行います。「記録のみ」では本来の判定を記録し、ウイルスを含めすべて通します。件名のタグは全ドメイン共通の設定に従います。"
            )),
        .score(
            "quarantine-score", \.quarantineScore, title: LocalizedText("Own score for quarantine", ja: "隔離する独自のスコア"),
            LocalizedText("Counts with own thresholds only.", ja: "「独自のしきい値」の場合だけ使用します。")),
        .score(
            "reject-score", \.rejectScore, title: LocalizedText("Own score for refusal", ja: "拒否する独自のスコア"),
            LocalizedText("Counts with own thresholds only.", ja: "「独自のしきい値」の場合だけ使用します。")),
        .choice(
            "backscatter", \.backscatter,
            [
                (.off, LocalizedText("Nothing", ja: "何もしない")), (.mark, LocalizedText("Mark return addresses", ja: "返送先に印を付ける")),
                (.check, LocalizedText("Mark them, and refuse reports without a mark", ja: "印を付け、印のない通知を拒否する")),
            ],
            title: LocalizedText("Bounces of forged mail (backscatter)", ja: "詐称メールの配送通知（バックスキャッター）"),
            LocalizedText(
                "Mail of the domain's users that leaves the gateway gets a return address with a mark that only this cluster can make (BATV, prvs=…). Reports with the null sender that come back without it are of mail that somebody else sent in the domain's name. Mark for a week before refusing, so that reports of older mail arrive; and only if all mail of the domain leaves through the gateway. Off by default: a few lists know their members by the return address.",
                ja:
                    "ドメインのユーザーのメールがゲートウェイから出る際、このクラスターだけが作れる印を返送先アドレスに付けます（BATV、prvs=…）。印のない空の差出人の通知は、他者がドメインを詐称して送信したメールに対するものです。以前のメールの通知も届くよう、拒否を始める前に 1 週間は印だけを付けてください。ドメインのすべてのメールがゲートウェイを経由する場合にだけ使用してください。返送先アドレスで会員を識別するメーリングリストもあるため、既定では無効です。"
            )),
        .boolean(
            "sender-callback", \.asksAboutSenders, title: LocalizedText("Call-back verification of senders", ja: "差出人の検証（コールバック）"),
            LocalizedText(
                "For mail for this domain, while `callback.enabled` is on. Off: what senders' mail servers say does not count for its recipients, and they are not asked when all recipients are of such domains.",
                ja:
                    "`callback.enabled` が有効な場合に、このドメイン宛のメールに適用します。無効にすると、差出人のメールサーバーの回答をこのドメインの宛先には反映せず、すべての宛先がこのようなドメインの場合は照会しません。"
            )),
        digestField,
        noteLanguageField,
        .boolean(
            "arc-seal", \.sealsInboundMail, title: LocalizedText("Seal mail from outside (ARC)", ja: "外部からのメールを封印する（ARC）"),
            LocalizedText(
                "Mail from outside for this domain is sealed when it is passed on (RFC 8617): what was found here of SPF, DKIM and DMARC stays provable for the servers behind, although the gateway adds fields and tags. Signed with the domain's active DKIM key (tab Signing), or with that of the domain in `sender-authentication.arc-sealing-domain`; without a key nothing is sealed. Needs `sender-authentication.arc`.",
                ja:
                    "外部からこのドメイン宛に届いたメールを、後段に渡す際に封印します（RFC 8617）。ゲートウェイがヘッダーやタグを追加しても、ここで確認した SPF、DKIM、DMARC の結果を後段のサーバーが検証できます。このドメインで使用中の DKIM 鍵（「署名」タブ）、または `sender-authentication.arc-sealing-domain` のドメインの鍵で署名します。鍵がなければ封印しません。`sender-authentication.arc` を有効にしておく必要があります。"
            )),
    ]

    /// The footer with its line ends.
    package var disclaimerText: String { disclaimer.replacing("\\n", with: "\n") }

    /// As for the scores of all domains.
    package func contradictions() -> [SettingsProblem] {
        guard scoring == .own, quarantineScore > rejectScore else { return [] }
        return [
            SettingsProblem(section: Self.name, field: "quarantine-score", message: FilteringSettings.thresholdsCrossed)
        ]
    }

    package enum ScoringRule: String, Sendable, Hashable {
        case cluster, own, unscored, record
    }

    /// How mail for the domain is judged otherwise than that for others; nil: like theirs.
    package var scoringException: ScoringException? {
        switch scoring {
        case .cluster: nil
        case .own: .own(quarantine: quarantineScore, reject: rejectScore)
        case .unscored: .unscored
        case .record: .record
        }
    }

    /// What is done about bounces of mail that was never sent from here.
    package enum Backscatter: String, Sendable, Hashable {
        case off
        /// Return addresses of outbound mail are marked.
        case mark
        /// And reports without a mark are refused.
        case check
    }

    package enum RecipientPolicy: String, Sendable, Hashable {
        case any, listed
        /// Unlisted addresses are asked about at the domain's mail servers.
        case callForward = "call-forward"
    }
}
