import Delivery
import MessageLog
import Settings

/// A word with a colour that says how good or bad it is.
struct Badge: Sendable {
    let text: String
    /// Suffix of the style sheet's class `badge-…`.
    let tone: String

    init(_ text: LocalizedText, _ tone: Tone, _ language: Language) {
        self.text = text[language]
        self.tone = tone.rawValue
    }

    enum Tone: String {
        case good, bad, warning, neutral, informative
    }
}

extension MailDirection {
    var title: LocalizedText {
        switch self {
        case .inbound: LocalizedText("Inbound", ja: "受信")
        case .outbound: LocalizedText("Outbound", ja: "送信")
        case .internal: LocalizedText("Internal", ja: "内部")
        }
    }
}

extension MessageResult {
    var title: LocalizedText {
        switch self {
        case .accepted: LocalizedText("Accepted", ja: "受付")
        case .refused: LocalizedText("Refused", ja: "拒否")
        case .postponed: LocalizedText("Deferred", ja: "一時拒否")
        case .quarantined: LocalizedText("Quarantined", ja: "隔離")
        }
    }

    private var tone: Badge.Tone {
        switch self {
        case .accepted: .good
        case .refused: .bad
        case .postponed, .quarantined: .warning
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, tone, language) }
}

extension RecipientState {
    var title: LocalizedText {
        switch self {
        case .queued: LocalizedText("Queued", ja: "配送待ち")
        case .delivered: LocalizedText("Delivered", ja: "配送済み")
        case .failed: LocalizedText("Failed", ja: "配送失敗")
        case .refused: LocalizedText("Refused", ja: "拒否")
        case .deleted: LocalizedText("Deleted", ja: "削除")
        case .quarantined: LocalizedText("In quarantine", ja: "隔離中")
        }
    }

    private var tone: Badge.Tone {
        switch self {
        case .quarantined: .warning
        case .queued: .informative
        case .delivered: .good
        case .failed, .refused: .bad
        case .deleted: .neutral
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, tone, language) }
}

extension DeliveryHistoryEvent.Kind {
    var title: LocalizedText {
        switch self {
        case .delivered: LocalizedText("Delivered", ja: "配送済み")
        case .deferred: LocalizedText("Deferred", ja: "配送延期")
        case .failed: LocalizedText("Failed", ja: "配送失敗")
        case .expired: LocalizedText("Expired", ja: "期限切れ")
        case .reported: LocalizedText("Sender told", ja: "差出人へ通知")
        case .delayReported: LocalizedText("Sender told of the delay", ja: "差出人へ遅延を通知")
        case .retried: LocalizedText("Tried again by hand", ja: "手動で再試行")
        case .held: LocalizedText("Put on hold", ja: "保留")
        case .released: LocalizedText("Released", ja: "解放")
        case .quarantined: LocalizedText("Put into quarantine", ja: "隔離")
        case .deleted: LocalizedText("Deleted", ja: "削除")
        }
    }

    private var tone: Badge.Tone {
        switch self {
        case .delivered: .good
        case .deferred, .delayReported, .quarantined: .warning
        case .failed, .expired: .bad
        case .reported, .retried, .released: .informative
        case .held, .deleted: .neutral
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, tone, language) }
}

extension QueueEntry {
    func badge(_ language: Language, now: UTCTime) -> Badge {
        if holder != nil { return Badge(QueueText.stateActive.text, .informative, language) }
        if isHeldByAdministrator { return Badge(QueueText.stateHeld.text, .neutral, language) }
        let isDue = nextAttemptAt <= now
        return Badge((isDue ? QueueText.stateDue : .stateWaiting).text, isDue ? .good : .warning, language)
    }
}
