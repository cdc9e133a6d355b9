import Filtering
import MessageLog
import Settings

extension AccessListEntry.List {
    var title: LocalizedText {
        switch self {
        case .allow: LocalizedText("Allow", ja: "許可")
        case .block: LocalizedText("Block", ja: "ブロック")
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, self == .allow ? .good : .bad, language) }
}

extension AccessListEntry.Kind {
    var title: LocalizedText {
        switch self {
        case .sender: LocalizedText("Sender's address", ja: "差出人のアドレス")
        case .senderDomain: LocalizedText("Sender's domain", ja: "差出人のドメイン")
        case .host: LocalizedText("Host name", ja: "ホスト名")
        case .network: LocalizedText("IP address or network", ja: "IP アドレスまたはネットワーク")
        }
    }
}

extension MessageJudgement.Verdict {
    var title: LocalizedText {
        switch self {
        case .accept: LocalizedText("Accept", ja: "受付")
        case .tag: LocalizedText("Accept with a tag", ja: "タグを付けて受付")
        case .quarantine: LocalizedText("Quarantine", ja: "隔離")
        case .reject: LocalizedText("Reject", ja: "拒否")
        case .tryAgainLater: LocalizedText("Try again later", ja: "一時拒否")
        }
    }

    private var tone: Badge.Tone {
        switch self {
        case .accept: .good
        case .tag, .quarantine, .tryAgainLater: .warning
        case .reject: .bad
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, tone, language) }
}

extension MessageJudgement.Finding {
    /// What the finding counts, or that there was none.
    func badge(_ language: Language) -> Badge {
        switch outcome {
        case .notFound: return Badge(LocalizedText("Nothing found", ja: "該当なし"), .good, language)
        case .undecided: return Badge(LocalizedText("Could not be decided", ja: "判定不能"), .neutral, language)
        case .found: break
        }
        switch weight {
        case .score: return Badge(LocalizedText("Score \(score)", ja: "スコア \(score)"), score > .zero ? .warning : .good, language)
        case .allow: return Badge(LocalizedText("Allowed", ja: "許可"), .good, language)
        case .quarantine: return Badge(LocalizedText("Quarantine", ja: "隔離"), .warning, language)
        case .reject: return Badge(LocalizedText("Reject", ja: "拒否"), .bad, language)
        case .tryAgainLater: return Badge(LocalizedText("Try again later", ja: "一時拒否"), .warning, language)
        }
    }
}
