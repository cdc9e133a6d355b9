/// From which countries mail and sign-ins are not wanted. Off by default: whoever writes to an address may be anywhere.
package struct CountrySettings: SettingsSection {
    package var isEnabled = false
    package var rule = Rule.refuseListed
    package var countries: [CountryCode] = [] {
        didSet { listed = Set(countries) }
    }
    package var action = Action.score
    package var score = FilterScore(tenths: 30)
    package var screensMail = true
    package var screensSignIns = false
    package var screensWebSignIns = false
    package var exceptedNetworks: [NetworkRange] = []
    package var databasePath = ""
    /// As a set: asked for each session.
    private var listed: Set<CountryCode> = []

    package init() {}

    /// What the list of countries means.
    package enum Rule: String, Sendable, Hashable {
        case refuseListed = "refuse-listed"
        case allowListed = "allow-listed"
    }

    /// What mail from an unwanted country leads to.
    package enum Action: String, Sendable, Hashable {
        case score
        case quarantine
        case reject
        /// Instead of the greeting.
        case disconnect
    }

    package static let name = "country-screening"
    package static let title = LocalizedText("Country screening", ja: "国別スクリーニング")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isEnabled, title: LocalizedText("Country screening", ja: "国別スクリーニング"),
            LocalizedText(
                "Looks up the country of client addresses in a database on this node; nobody is asked over the network. Off by default. Private addresses, trusted networks, load balancers, users who have signed in, and addresses that the database does not know are never screened; for mail, neither are allow-listed networks.",
                ja:
                    "クライアントのアドレスの国を、ノードにあるデータベースで調べます（外部への照会はしません）。既定では無効です。プライベートアドレス、信頼するネットワーク、ロードバランサー、サインインしたユーザー、データベースにないアドレスは対象外です。メールについては、許可リストのネットワークも対象外です。"
            )
        ).weighing,
        .choice(
            "rule", \.rule,
            [
                (.refuseListed, LocalizedText("The chosen countries are unwanted", ja: "選択した国を拒否の対象とする")),
                (.allowListed, LocalizedText("All but the chosen countries are unwanted", ja: "選択した国以外を拒否の対象とする")),
            ],
            title: LocalizedText("Rule", ja: "方式"),
            LocalizedText(
                "With the second, mail of large providers may come from a country that nobody expects: look at the log for a while with a score of 0 first.",
                ja: "「選択した国以外」では、大手事業者のメールが想定外の国から届くことがあります。まずスコアを 0 にして、しばらくログを確認してください。")),
        .selection(
            "countries", \.countries, CountryCode.all.map { ($0, $0.letters, $0.name) },
            title: LocalizedText("Countries", ja: "国"),
            LocalizedText(
                "By the codes of ISO 3166-1. With none chosen, nothing is screened. On the page your browser's search finds names.",
                ja: "ISO 3166-1 の国コードです。1 つも選択していない場合は何も対象になりません。ページではブラウザーの検索で国名を探せます。"),
            parse: CountryCode.parse),
        .boolean(
            "mail", \.screensMail, title: LocalizedText("Screen mail", ja: "メールを対象とする"),
            LocalizedText("Sessions from outside, on all SMTP ports.", ja: "すべての SMTP ポートの外部からのセッションが対象です。")),
        .choice(
            "action", \.action,
            [
                (.score, LocalizedText("Add the score", ja: "スコアを加算する")),
                (.quarantine, LocalizedText("Quarantine", ja: "隔離する")),
                (.reject, LocalizedText("Refuse recipients (550)", ja: "宛先を拒否する（550）")),
                (.disconnect, LocalizedText("Refuse the connection (554)", ja: "接続を拒否する（554）")),
            ],
            title: LocalizedText("Mail from an unwanted country", ja: "対象の国からのメール"),
            LocalizedText(
                "By default it only counts. “Refuse the connection” turns away users abroad before they can sign in; “Refuse recipients” does not, and names the recipients in the log.",
                ja: "既定ではスコアの加算だけを行います。「接続を拒否する」では国外のユーザーもサインインできません。「宛先を拒否する」ではサインインでき、宛先がログに残ります。")
        ).weighing,
        .score(
            "score", \.score, title: LocalizedText("Score of an unwanted country", ja: "対象の国のスコア"),
            LocalizedText("Counts with “Add the score”.", ja: "「スコアを加算する」の場合に加算します。")),
        .boolean(
            "sign-ins", \.screensSignIns, title: LocalizedText("Refuse SMTP sign-ins", ja: "SMTP のサインインを拒否する"),
            LocalizedText(
                "Users cannot sign in (AUTH) from an unwanted country: the answer is that for a wrong password. Against stolen passwords. Off by default: users travel.",
                ja: "対象の国からの SMTP 認証（AUTH）を、パスワードが違う場合と同じ応答で拒否します。盗まれたパスワードの悪用を防ぎます。ユーザーが国外から利用することもあるため、既定では無効です。")),
        .boolean(
            "web-sign-ins", \.screensWebSignIns, title: LocalizedText("Refuse web sign-ins", ja: "ウェブのサインインを拒否する"),
            LocalizedText(
                "Nobody, administrators included, can sign in to the web interface from an unwanted country; sessions that are open stay. The command on the node itself always works.",
                ja: "管理者を含め、対象の国からはウェブインターフェースにサインインできません（サインイン中のセッションは続きます）。ノード上のコマンドは常に使えます。")),
        .list(
            "excepted-networks", \.exceptedNetworks, maximumCount: 1000, title: LocalizedText("Addresses never screened", ja: "対象外のアドレス"),
            LocalizedText("Addresses and networks, one a line.", ja: "アドレスまたはネットワークを 1 行に 1 件入力します。"),
            format: { $0.description }, parse: NetworkRange.parse),
        .value(
            "database", \.databasePath, maximumBytes: 1024, title: LocalizedText("Database", ja: "データベース"),
            LocalizedText(
                "Path of a file on every node: .mmdb (GeoLite2 Country or City, DB-IP Lite and others) or the older .dat. Empty: that of Debian's package geoip-database, which is old in part. A new version of the file is taken up within a minute; put it in place by renaming.",
                ja:
                    "各ノード上のファイルのパスです。.mmdb（GeoLite2 Country/City、DB-IP Lite など）または旧形式の .dat を指定します。空の場合は Debian の geoip-database パッケージのファイルを使いますが、内容が古いことがあります。ファイルを更新すると 1 分以内に読み込みます（名前の変更で置き換えてください）。"
            ),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard text.isEmpty || text.hasPrefix("/") else {
                    throw SettingsValueError("a path that begins with “/” is expected", ja: "「/」で始まるパスを入力してください")
                }
                return text
            }),
    ]

    /// Whether a country is one from which nothing is wanted.
    package func isUnwanted(_ country: CountryCode) -> Bool {
        guard !listed.isEmpty else { return false }
        switch rule {
        case .refuseListed: return listed.contains(country)
        case .allowListed: return !listed.contains(country)
        }
    }
}
