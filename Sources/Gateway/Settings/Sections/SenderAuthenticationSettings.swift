import Mail

/// Whether mail comes from whom it says: SPF, DKIM, ARC and DMARC, what each counts, and whether domains' wishes are followed.
package struct SenderAuthenticationSettings: SettingsSection {
    package var checksSPF = true
    package var spfFailScore = FilterScore(tenths: 30)
    package var spfSoftFailScore = FilterScore(tenths: 10)
    package var checksDKIM = true
    package var dkimFailScore = FilterScore(tenths: 5)
    package var checksDMARC = true
    package var rejectAction = RejectAction.reject
    package var quarantineAction = QuarantineAction.quarantine
    package var dmarcFailScore = FilterScore(tenths: 40)
    package var dmarcNoneScore = FilterScore(tenths: 10)
    package var missingFromScore = FilterScore(tenths: 40)
    package var checksARC = true
    /// In A-labels.
    package var trustedSealers: [String] = []
    /// In A-labels; empty: each domain seals with its own key.
    package var sealingDomain = ""
    package var writesResults = true
    /// Empty: the node's own name.
    package var resultsName = ""

    package init() {}

    /// What is done with mail that its domain wants refused.
    package enum RejectAction: String, Sendable, Hashable {
        case reject, quarantine, score
    }

    /// What is done with mail that its domain wants kept back.
    package enum QuarantineAction: String, Sendable, Hashable {
        case quarantine, score
    }

    package static let name = "sender-authentication"
    package static let title = LocalizedText("Sender authentication", ja: "送信ドメイン認証")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "spf", \.checksSPF, title: LocalizedText("SPF", ja: "SPF の確認"),
            LocalizedText(
                "Asks the sender's domain whether the client may send for it (RFC 7208).",
                ja: "送信元ドメインの SPF レコードで、接続元が送信を許可されているか確認します（RFC 7208）。")
        ).weighing,
        .score(
            "spf-fail-score", \.spfFailScore, title: LocalizedText("SPF: fail", ja: "SPF fail のスコア"),
            LocalizedText(
                "The domain says that the client may not send for it. Counts nothing when DMARC passes: honest forwarding fails SPF.",
                ja: "ドメインが接続元からの送信を禁止している場合に加算します。正当な転送でも失敗するため、DMARC が pass の場合は加算しません。")),
        .score(
            "spf-softfail-score", \.spfSoftFailScore, title: LocalizedText("SPF: softfail", ja: "SPF softfail のスコア"),
            LocalizedText(
                "The domain says that the client should probably not send for it. Counts nothing when DMARC passes.",
                ja: "ドメインが接続元からの送信をおそらく不正としている場合に加算します。DMARC が pass の場合は加算しません。")),
        .boolean(
            "dkim", \.checksDKIM, title: LocalizedText("DKIM", ja: "DKIM の確認"),
            LocalizedText(
                "Verifies the message's signatures, ten at most (RFC 6376). SHA-1 and RSA keys under 1024 bits count as no signature (RFC 8301).",
                ja: "メッセージの署名を 10 個まで検証します（RFC 6376）。SHA-1 と 1024 ビット未満の RSA 鍵は署名とみなしません（RFC 8301）。")
        ).weighing,
        .score(
            "dkim-fail-score", \.dkimFailScore, title: LocalizedText("DKIM: no signature is valid", ja: "DKIM の署名がすべて無効な場合のスコア"),
            LocalizedText(
                "There are signatures, and none of them is valid. Mailing lists break honest ones.",
                ja: "署名があり、有効なものが 1 つもない場合に加算します。メーリングリストでは正当な署名も壊れることがあります。")),
        .boolean(
            "dmarc", \.checksDMARC, title: LocalizedText("DMARC", ja: "DMARC の確認"),
            LocalizedText(
                "Looks whether SPF or DKIM passed for the domain in From, and if not, what that domain asks for (RFC 7489). Needs SPF and DKIM to be on.",
                ja: "From のドメインについて SPF または DKIM が成功しているかを調べ、そうでなければドメインのポリシーを適用します（RFC 7489）。SPF と DKIM を有効にしておく必要があります。")
        ).weighing,
        .choice(
            "dmarc-reject", \.rejectAction,
            [
                (.reject, LocalizedText("refuse", ja: "拒否")), (.quarantine, LocalizedText("quarantine", ja: "隔離")),
                (.score, LocalizedText("only a score", ja: "スコアのみ")),
            ], title: LocalizedText("DMARC: the domain wants mail refused", ja: "DMARC: ポリシーが reject の場合"),
            LocalizedText(
                "What is done with mail that fails and whose domain publishes p=reject.", ja: "DMARC に失敗し、ドメインが p=reject を公開している場合の処理です。")
        ).weighing,
        .choice(
            "dmarc-quarantine", \.quarantineAction,
            [(.quarantine, LocalizedText("quarantine", ja: "隔離")), (.score, LocalizedText("only a score", ja: "スコアのみ"))],
            title: LocalizedText("DMARC: the domain wants mail kept back", ja: "DMARC: ポリシーが quarantine の場合"),
            LocalizedText(
                "What is done with mail that fails and whose domain publishes p=quarantine.",
                ja: "DMARC に失敗し、ドメインが p=quarantine を公開している場合の処理です。")
        ).weighing,
        .score(
            "dmarc-fail-score", \.dmarcFailScore, title: LocalizedText("DMARC: fail, as a score", ja: "DMARC fail のスコア"),
            LocalizedText(
                "For mail that fails where one of the two above is set to “only a score”.", ja: "上の 2 項目で「スコアのみ」を選んだ場合に加算します。")),
        .score(
            "dmarc-none-score", \.dmarcNoneScore, title: LocalizedText("DMARC: fail without a wish", ja: "DMARC: ポリシーが none の場合のスコア"),
            LocalizedText("For mail that fails and whose domain publishes p=none.", ja: "DMARC に失敗し、ドメインが p=none を公開している場合に加算します。")),
        .score(
            "missing-from-score", \.missingFromScore, title: LocalizedText("No usable From", ja: "From が使用できない場合のスコア"),
            LocalizedText(
                "There is no address in From, or there are addresses of more than four domains: DMARC cannot be asked.",
                ja: "From にアドレスがない、または 4 つを超えるドメインのアドレスがあり、DMARC を適用できない場合に加算します。")),
        .boolean(
            "arc", \.checksARC, title: LocalizedText("ARC", ja: "ARC の確認"),
            LocalizedText(
                "Verifies the chain that forwarders and mailing lists seal (RFC 8617).", ja: "転送サーバーやメーリングリストが付けた ARC チェーンを検証します（RFC 8617）。"
            )),
        .list(
            "arc-trusted", \.trustedSealers, maximumCount: 500,
            title: LocalizedText("Trusted sealers", ja: "信頼する ARC 署名者"),
            LocalizedText(
                "Domains whose seals are believed: if the newest seal of a valid chain is theirs and they say that DMARC passed, a failure here counts nothing. Empty by default.",
                ja: "信頼するドメインです。有効なチェーンの最新の封印がこのドメインのもので、DMARC が pass だったと記録されていれば、ここでの失敗を無視します。既定では空です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                do throws(MailSyntaxError) {
                    return try DomainName(text).ascii
                } catch {
                    throw SettingsValueError("“\(text)” is not a domain", ja: "「\(text)」はドメインではありません")
                }
            }),
        .value(
            "arc-sealing-domain", \.sealingDomain, title: LocalizedText("Domain that seals for all", ja: "封印に使用する共通のドメイン"),
            LocalizedText(
                "Mail for domains with `arc-seal` is sealed with the active DKIM key of this protected domain instead of their own. Empty: each domain seals with its own key.",
                ja: "`arc-seal` を有効にしたドメイン宛のメールを、各ドメインの鍵ではなく、この保護対象ドメインで使用中の DKIM 鍵で封印します。空の場合は各ドメインの鍵を使用します。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return "" }
                do throws(MailSyntaxError) {
                    return try DomainName(text).ascii
                } catch {
                    throw SettingsValueError("“\(text)” is not a domain", ja: "「\(text)」はドメインではありません")
                }
            }),
        .boolean(
            "write-results", \.writesResults, title: LocalizedText("Write the results into the message", ja: "結果をメッセージに書き込む"),
            LocalizedText(
                "Puts the field Authentication-Results in front of mail from outside (RFC 8601). Fields that came with the message and bear the same name are renamed at delivery.",
                ja: "外部からのメールの先頭に Authentication-Results を追加します（RFC 8601）。同じ名前で外部から付けられていたものは、配送時に別の名前に変えます。")),
        .value(
            "results-name", \.resultsName, title: LocalizedText("Name in the results", ja: "結果に記す名前"),
            LocalizedText(
                "Who the results say they come from (authserv-id), as mail servers behind expect it; one name for all nodes is best. Empty: the node's own name.",
                ja: "結果に記す識別名（authserv-id）です。後段のメールサーバーの設定に合わせ、全ノードで同じ名前にすることをお勧めします。空の場合はノード自身の名前を使います。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return "" }
                do throws(MailSyntaxError) {
                    return try DomainName(text).ascii
                } catch {
                    throw SettingsValueError("a name such as mx.example.com is expected", ja: "mx.example.com のような名前を入力してください")
                }
            }),
    ]
}
