import MessageLog
import Settings

/// A sentence that the gateway wrote into the log, in the reader's language. Rows hold it in English; its fixed words are its code and
/// what stands between them its parameter, so that rows of every age can be shown. What others said (a server's reply) stays as it is.
struct StoredSentence: Sendable {
    private let beginning: String
    private let text: LocalizedText
    /// The parameter is an `AuditActor`.
    private let namesActor: Bool

    private init(_ beginning: String, _ english: String, ja japanese: String, namesActor: Bool = false) {
        self.beginning = beginning
        text = LocalizedText(english, ja: japanese)
        self.namesActor = namesActor
    }

    /// - Parameter findings: of the message's judgement; their sentences are known in every language.
    static func text(_ stored: String, findings: [MessageJudgement.Finding] = [], _ language: Language) -> String {
        if let sentence = all.first(where: { $0.fits(stored) }) {
            return sentence.filled(String(stored.dropFirst(sentence.beginning.count)), language)
        }
        // A server's reply, ours to the client too, was given in English and stands as it was given.
        guard language != .english, Int(stored.prefix(3)) == nil else { return stored }
        return findings.filter { $0.outcome == .found && !$0.text.english.isEmpty }.reduce(stored) {
            replaced($0, $1.text, language)
        }
    }

    /// A reason has a finding's sentence whole, or only the first one where details follow.
    private static func replaced(_ stored: String, _ finding: LocalizedText, _ language: Language) -> String {
        let whole = stored.replacing(finding.english, with: finding[language])
        guard whole == stored, let english = finding.english.firstRange(of: ". "), let other = finding[language].firstIndex(of: "。") else {
            return whole
        }
        return stored.replacing(finding.english[..<english.lowerBound] + ".", with: finding[language][...other])
    }

    private var hasParameter: Bool { text.english.contains("{}") }

    private func fits(_ stored: String) -> Bool {
        hasParameter ? stored.hasPrefix(beginning) && stored.count > beginning.count : stored == beginning
    }

    private func filled(_ parameter: String, _ language: Language) -> String {
        let shown = namesActor ? ActorWords.text(parameter, language) : Self.text(parameter, language)
        return text[language].replacing("{}", with: shown)
    }

    private static let all: [StoredSentence] = ofReception + ofHands + ofDelivery

    private static let ofReception = [
        StoredSentence("queued", "Queued for delivery.", ja: "配送キューに入れました。"),
        StoredSentence("delivery report for message ", "Delivery report for message {}.", ja: "メッセージ {} の配送通知です。"),
        StoredSentence(
            "committed after the deadline and withdrawn; the sender was told to try again",
            "It was stored too late and withdrawn; the sender was told to try again.",
            ja: "保存が制限時間に間に合わなかったため取り消し、送信元に再送を求めました。"),
        StoredSentence("QUIT", "The client ended the session (QUIT).", ja: "クライアントがセッションを終了しました（QUIT）。"),
        StoredSentence("RSET", "The client gave the message up (RSET).", ja: "クライアントが送信を取りやめました（RSET）。"),
        StoredSentence("STARTTLS", "The client began anew with TLS.", ja: "クライアントが TLS でやり直しました。"),
        StoredSentence("connection lost", "The connection was lost.", ja: "接続が切断されました。"),
        StoredSentence("timeout", "The client said nothing for too long.", ja: "クライアントが時間内に応答しませんでした。"),
        StoredSentence("no answer in time", "The gateway found no answer in time.", ja: "ゲートウェイが時間内に判断できませんでした。"),
        StoredSentence("shutdown", "The node was stopped.", ja: "ノードが停止しました。"),
        StoredSentence("too many errors", "The client made too many errors.", ja: "クライアントのエラーが多すぎます。"),
        StoredSentence("too many failed sign-ins", "Too many failed sign-ins.", ja: "認証の失敗が多すぎます。"),
        StoredSentence("message too big", "The message is too big.", ja: "メッセージが大きすぎます。"),
    ]

    private static let ofHands = [
        StoredSentence("released from quarantine by ", "Released from quarantine by {}.", ja: "隔離から解放しました（{}）。", namesActor: true),
        StoredSentence("deleted from quarantine by ", "Deleted from quarantine by {}.", ja: "隔離から削除しました（{}）。", namesActor: true),
        StoredSentence("was in quarantine for too long", "It was in quarantine for too long.", ja: "隔離の保存日数を過ぎました。"),
        StoredSentence("retry by ", "Tried again by {}.", ja: "再試行しました（{}）。", namesActor: true),
        StoredSentence("hold by ", "Put on hold by {}.", ja: "保留しました（{}）。", namesActor: true),
        StoredSentence("release by ", "Released by {}.", ja: "保留を解除しました（{}）。", namesActor: true),
        StoredSentence("delete by ", "Deleted by {}.", ja: "削除しました（{}）。", namesActor: true),
    ]

    private static let ofDelivery = [
        StoredSentence("withdrawn: ", "Withdrawn: {}", ja: "取り消しました: {}"),
        StoredSentence("report ", "Report {}.", ja: "配送通知 {}"),
        StoredSentence("given back: this node is stopping", "Given back: the node is stopping.", ja: "ノードの停止に伴い、配送を中断しました。"),
    ]
}

/// Who did something, as `AuditActor` writes it: `administrator:NAME`, `command:uid=N`, `api-key:NAME`, `user:ADDRESS`, `node`.
enum ActorWords {
    static func text(_ stored: String, _ language: Language) -> String {
        for (beginning, text) in beginnings where stored.hasPrefix(beginning) {
            return text.filled(language, String(stored.dropFirst(beginning.count)))
        }
        return stored == "node" ? AuditText.byNode[language] : stored
    }

    private static let beginnings: [(String, AuditText)] = [
        ("administrator:", .byAdministrator), ("command:uid=", .byCommand), ("api-key:", .byAPIKey), ("user:", .byUser),
    ]
}
