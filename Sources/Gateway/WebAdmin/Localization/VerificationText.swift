import DomainsAndUsers
import Mail
import Settings
import UserVerification

/// User verification of a domain.
enum VerificationText: String, CaseIterable, PageText {
    case title
    case callForward
    case warning
    case ask
    case askHelp
    case askNow
    case result
    case client
    case server
    case noServer
    case reply
    case tls
    case listing
    case listed
    case alias
    case unlisted
    case accepted
    case refused
    case undecided
    case serversAway
    case decisionAccept
    case decisionRefuse
    case decisionLater
    case remembered
    case rememberedHelp
    case rememberedAccepted
    case rememberedRefused
    case acceptsEverything
    case notAsked
    case forget
    case howToAsk

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Verification", ja: "ユーザー検証")
        case .callForward:
            LocalizedText(
                "The domain accepts listed addresses, and those its mail servers accept when they are asked.",
                ja: "このドメインは、登録したアドレスと、メールサーバーへの照会で受け付けられたアドレスを受け付けます。")
        case .warning:
            LocalizedText(
                "The mail servers of this domain accept every address, even one made up at random: verifying recipients has no use. Let them refuse unknown recipients at RCPT, or list the addresses here.",
                ja: "このドメインのメールサーバーは、無作為に作ったアドレスも含めてすべて受け付けるため、宛先を検証する意味がありません。存在しない宛先を RCPT で拒否するようにサーバーを設定するか、アドレスをこのゲートウェイに登録してください。")
        case .ask: LocalizedText("Address", ja: "アドレス")
        case .askHelp:
            LocalizedText(
                "The domain's mail servers are asked now; no message is sent. The part before the @ is enough.",
                ja: "ドメインのメールサーバーに今すぐ照会します（メールは送信しません）。@ より前だけでも入力できます。")
        case .askNow: LocalizedText("Ask now", ja: "今すぐ照会")
        case .result: LocalizedText("What was found", ja: "照会の結果")
        case .client: LocalizedText("A client is answered", ja: "送信元への応答")
        case .server: LocalizedText("Mail server", ja: "メールサーバー")
        case .noServer: LocalizedText("none was reached", ja: "接続できませんでした")
        case .reply: LocalizedText("Its answer", ja: "メールサーバーの回答")
        case .tls: LocalizedText("TLS", ja: "TLS")
        case .listing: LocalizedText("Known here", ja: "ゲートウェイへの登録")
        case .listed: LocalizedText("listed, or a user's address", ja: "登録済み（ユーザーのアドレスを含む）")
        case .alias: LocalizedText("an alias of {}", ja: "{} のエイリアス")
        case .unlisted: LocalizedText("no", ja: "なし")
        case .accepted: LocalizedText("Accepted", ja: "有効")
        case .refused: LocalizedText("Refused", ja: "無効")
        case .undecided: LocalizedText("No statement on the address", ja: "判定できません")
        case .serversAway: LocalizedText("Mail servers could not be asked", ja: "照会できません")
        case .decisionAccept: LocalizedText("250, accepted", ja: "250（受け付けます）")
        case .decisionRefuse: LocalizedText("550 5.1.1, refused", ja: "550 5.1.1（拒否します）")
        case .decisionLater: LocalizedText("451, try again later", ja: "451（後で再送するよう求めます）")
        case .remembered: LocalizedText("Remembered answers", ja: "保持している回答")
        case .rememberedHelp:
            LocalizedText(
                "Answers are remembered on each node for the time set under user verification. After mailboxes were made or removed they can be forgotten on this node, {}.",
                ja: "回答は「ユーザー検証」で設定した時間、各ノードで保持します。メールボックスを作成または削除した場合は、このノード（{}）の回答を消去できます。")
        case .rememberedAccepted: LocalizedText("Accepted addresses", ja: "有効なアドレス")
        case .rememberedRefused: LocalizedText("Refused addresses", ja: "無効なアドレス")
        case .acceptsEverything: LocalizedText("An address made up at random", ja: "無作為に作ったアドレス")
        case .notAsked: LocalizedText("not asked yet", ja: "まだ照会していません")
        case .forget: LocalizedText("Forget the answers", ja: "回答を消去")
        case .howToAsk: LocalizedText("How mail servers are asked", ja: "照会の設定")
        }
    }

    /// - Parameter value: of the setting `domain.recipients`.
    static func policy(_ value: String?) -> LocalizedText {
        switch value.flatMap(DomainSettings.RecipientPolicy.init(rawValue:)) {
        case .any, nil: DomainText.policyAny.text
        case .listed: DomainText.policyListed.text
        case .callForward: callForward.text
        }
    }

    static func badge(_ statement: ProbeAnswer.Statement, _ language: Language) -> Badge {
        switch statement {
        case .accepts: Badge(accepted.text, .good, language)
        case .refuses: Badge(refused.text, .bad, language)
        case .undecided: Badge(undecided.text, .warning, language)
        case .serversAway: Badge(serversAway.text, .warning, language)
        }
    }

    static func decision(_ decision: VerificationDecision) -> VerificationText {
        switch decision {
        case .accept: .decisionAccept
        case .refuse: .decisionRefuse
        case .tryAgainLater: .decisionLater
        }
    }

    static func listing(_ listing: RecipientListing, _ language: Language) -> String {
        switch listing {
        case .listed: listed[language]
        case .alias(let user): alias.filled(language, user.description)
        case .unlisted: unlisted[language]
        }
    }
}
