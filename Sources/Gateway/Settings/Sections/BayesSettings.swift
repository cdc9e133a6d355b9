import Mail

/// Judging by what was learned, and when it is learned.
package struct BayesSettings: SettingsSection {
    package var isEnabled = true
    package var scores = Self.usualScores
    package var minimumSamples = 200
    package var learnsNightly = true
    package var learningTime = TimeOfDay.midnight
    package var maximumSamples = 20_000
    /// `EmailAddress.lookupKey` of each; empty: there is none.
    package var spamAddress = ""
    package var hamAddress = ""
    package var learnsAutomatically = false
    package var automaticSpamScore = FilterScore(tenths: 120)
    package var automaticHamScore = FilterScore(tenths: -10)
    package var automaticDaily = 200

    package init() {}

    package static let name = "bayes"
    package static let title = LocalizedText("Bayesian classifier", ja: "ベイズ分類")
    package static let scope = SettingsScopeKind.cluster

    /// At 90 % one of a thousand good messages is met, so that alone does not reach quarantine; at 99 % it does.
    package static let usualScores = [(0, -10), (200, 0), (800, 20), (900, 35), (990, 50)].map {
        ScoreStep(fromPerMille: $0.0, score: FilterScore(tenths: $0.1))
    }

    package static let fields: [SettingsField<Self>] = [
        .boolean(
            "enabled", \.isEnabled, title: LocalizedText("Judge by what was learned", ja: "学習結果による判定"),
            LocalizedText(
                "Adds a score by how likely a message is spam. Until enough has been learned nothing is added.",
                ja: "スパムの確率に応じてスコアを加算します。十分に学習するまでは何も加算しません。")),
        .list(
            "scores", \.scores, maximumCount: 20, title: LocalizedText("Scores by probability", ja: "確率ごとのスコア"),
            LocalizedText(
                "Percent and points, such as 90=3.5: from 90 % on the message gets 3.5 points. The highest step that is reached counts; negative points speak for a message. At 90 % about one of a thousand good messages is met.",
                ja:
                    "「90=3.5」のように確率（%）とスコアを指定します。この例では 90 % 以上のメッセージに 3.5 点を加算します。到達した最も高い段階のスコアを使用し、負の値はメッセージに有利に働きます。90 % では正常なメールの約 1000 通に 1 通が該当します。"
            ), format: { $0.description }, parse: ScoreStep.parse),
        .integer(
            "minimum-samples", \.minimumSamples, 20...20_000,
            title: LocalizedText("Samples needed of each kind", ja: "種類ごとに必要なサンプル数"),
            LocalizedText(
                "Scores are given once so many spam and so many non-spam messages have been learned. 200 is the product's usual value; with fewer the score is not to be trusted. Takes effect with the next learning.",
                ja: "スパムと非スパムをそれぞれこの数だけ学習すると、スコアを加算し始めます。既定値は 200 です。少なすぎると判定は信頼できません。次回の学習から有効になります。")),
        .boolean(
            "nightly-learning", \.learnsNightly, title: LocalizedText("Learn every night", ja: "毎晩学習する"),
            LocalizedText(
                "The primary learns what lies in the folders BayesHam and BayesSpam once a day. Off: only when an administrator asks for it.",
                ja: "プライマリが BayesHam と BayesSpam フォルダーのメールを 1 日 1 回学習します。無効の場合は管理者が実行したときだけ学習します。")),
        .value(
            "learning-time", \.learningTime, maximumBytes: 5, title: LocalizedText("Learning time", ja: "学習時刻"),
            LocalizedText(
                "From when on a day's learning begins, by the nodes' clock. Midnight by default.",
                ja: "その日の学習を開始する時刻です（ノードの時計による）。既定値は午前 0 時です。"),
            format: { $0.description }, parse: TimeOfDay.parse),
        .integer(
            "maximum-samples", \.maximumSamples, 1_000...20_000,
            title: LocalizedText("Samples kept of each kind", ja: "種類ごとに保持するサンプル数"),
            LocalizedText(
                "Beyond it the oldest are forgotten, so that what is learned keeps up with the mail and its size is bounded. 20,000 of each kind take about 100 MB in the folder BayesReplication.",
                ja: "これを超えると古いものから忘れるため、学習結果は最近のメールに追随し、サイズも一定に収まります。種類ごとに 20,000 件で、BayesReplication フォルダーに約 100 MB を使用します。")),
        address(
            "spam-address", \.spamAddress, LocalizedText("Training address for spam", ja: "スパムの学習用アドレス"),
            LocalizedText("spam", ja: "スパム")),
        address(
            "ham-address", \.hamAddress, LocalizedText("Training address for non-spam", ja: "非スパムの学習用アドレス"),
            LocalizedText("non-spam", ja: "非スパム")),
        .boolean(
            "automatic", \.learnsAutomatically, title: LocalizedText("Learn by itself", ja: "自動学習"),
            LocalizedText(
                "Teaches messages that the other checks are sure of, up to 1 MiB each. Neither kind gets more than twice as many samples as the other. Off by default: a wrong check would teach its mistakes.",
                ja: "ほかの検査が確実に判定したメール（1 MiB まで）を自動的に学習させます。一方の種類が他方の 2 倍を超えることはありません。検査の誤りも学習してしまうため、既定では無効です。")),
        .score(
            "automatic-spam-score", \.automaticSpamScore, title: LocalizedText("Spam by itself from", ja: "スパムとして自動学習するスコア"),
            LocalizedText("Sum of the other checks' scores.", ja: "ほかの検査のスコアの合計です。")),
        .score(
            "automatic-ham-score", \.automaticHamScore, title: LocalizedText("Non-spam by itself up to", ja: "非スパムとして自動学習するスコア"),
            LocalizedText(
                "Sum of the other checks' scores; what an allow list excuses is non-spam too.", ja: "ほかの検査のスコアの合計です。許可リストに一致したメールも非スパムとします。"
            )),
        .integer(
            "automatic-daily", \.automaticDaily, 1...10_000,
            title: LocalizedText("Learned by itself in a day", ja: "1 日に自動学習する件数"),
            LocalizedText("At most so many of each kind, on each node.", ja: "ノードごと、種類ごとの上限です。")),
    ]

    private static func address(
        _ name: String, _ path: any WritableKeyPath<Self, String> & Sendable, _ title: LocalizedText, _ kind: LocalizedText
    ) -> SettingsField<Self> {
        .value(
            name, path, maximumBytes: 320, title: title,
            LocalizedText(
                "Users and trusted networks forward \(kind.english) to this address as attachments; the attached messages are learned and not delivered. Everybody else is refused. Empty: there is none.",
                ja:
                    "サインインしたユーザーと信頼するネットワークは、\(kind.japanese)を添付ファイルとしてこのアドレスに転送できます。添付されたメールは学習に使用し、配送しません。それ以外からは拒否します。空の場合は使用しません。"
            ), format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard !text.isEmpty else { return "" }
                guard let address = try? EmailAddress(text) else {
                    throw SettingsValueError("an address such as spam@example.com is expected", ja: "spam@example.com のようなアドレスを入力してください")
                }
                return address.lookupKey
            })
    }

    package func contradictions() -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        if !spamAddress.isEmpty, spamAddress == hamAddress {
            problems.append(
                SettingsProblem(
                    section: Self.name, field: "ham-address",
                    message: LocalizedText("it must differ from the address for spam", ja: "スパムの学習用アドレスと異なるアドレスを入力してください")))
        }
        if automaticHamScore >= automaticSpamScore {
            problems.append(
                SettingsProblem(
                    section: Self.name, field: "automatic-ham-score",
                    message: LocalizedText("it must be below the score of spam", ja: "スパムのスコアより小さい値を入力してください")))
        }
        if Set(scores.map(\.fromPerMille)).count < scores.count {
            problems.append(
                SettingsProblem(
                    section: Self.name, field: "scores",
                    message: LocalizedText("each percentage may stand once", ja: "同じ確率を重複して指定できません")))
        }
        if minimumSamples > maximumSamples {
            problems.append(
                SettingsProblem(
                    section: Self.name, field: "minimum-samples",
                    message: LocalizedText("no more can be needed than are kept", ja: "保持するサンプル数以下にしてください")))
        }
        return problems
    }

    /// Points of the highest step that a probability (0 to 1) reaches; zero below the lowest.
    package func score(of probability: Double) -> FilterScore {
        scores.filter { Double($0.fromPerMille) <= probability * 1000 }.max { $0.fromPerMille < $1.fromPerMille }?.score ?? .zero
    }
}
