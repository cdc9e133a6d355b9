import Filtering
import Settings

/// Words of the rule builder's choices.
enum RuleWords {
    /// By the value of the choice; `header` takes the name beside it.
    static let fields: [(value: String, title: LocalizedText)] = [
        ("header", LocalizedText("Header field", ja: "ヘッダー")), ("sender", LocalizedText("Envelope sender", ja: "エンベロープの差出人")),
        ("recipient", LocalizedText("Recipient", ja: "宛先")), ("recipient-domain", LocalizedText("Recipient's domain", ja: "宛先のドメイン")),
        ("body", LocalizedText("Text of the message", ja: "本文")), ("attachment", LocalizedText("Attachment's name", ja: "添付ファイル名")),
        ("size", LocalizedText("Size in bytes", ja: "サイズ（バイト）")), ("direction", LocalizedText("Direction", ja: "方向")),
        ("data:my-number", LocalizedText("Number of My Numbers", ja: "マイナンバーの件数")),
        ("data:corporate-number", LocalizedText("Number of corporate numbers", ja: "法人番号の件数")),
        ("data:card", LocalizedText("Number of payment cards", ja: "カード番号の件数")),
        ("data:iban", LocalizedText("Number of IBANs", ja: "IBAN の件数")),
    ]

    static func title(_ comparison: ContentCondition.Comparison) -> LocalizedText {
        switch comparison {
        case .contains: LocalizedText("contains", ja: "を含む")
        case .equals: LocalizedText("equals", ja: "と等しい")
        case .matches: LocalizedText("matches (pattern)", ja: "が正規表現に一致")
        case .exists: LocalizedText("exists", ja: "が存在する")
        case .atLeast: LocalizedText("is at least", ja: "が次の値以上")
        }
    }

    static func title(_ kind: ContentAction.Kind) -> LocalizedText {
        switch kind {
        case .score: LocalizedText("Add a score", ja: "スコアを加算")
        case .quarantine: LocalizedText("Quarantine", ja: "隔離")
        case .reject: LocalizedText("Reject", ja: "拒否")
        case .tag: LocalizedText("Tag the subject", ja: "件名にタグを付ける")
        case .header: LocalizedText("Add a header field", ja: "ヘッダーを追加")
        case .strip: LocalizedText("Strip attachments (from so many bytes)", ja: "添付ファイルを分離（指定バイト数以上）")
        }
    }

    /// A condition in the reader's words.
    static func text(_ condition: ContentCondition, _ language: Language) -> String {
        var field = condition.field.word
        var name = ""
        if case .header(let header) = condition.field {
            field = "header"
            name = " \(header)"
        }
        let title = (fields.first { $0.value == field }?.title[language] ?? field) + name
        let comparison = Self.title(condition.comparison)[language]
        let not = condition.isNegated ? (language == .japanese ? "（否定）" : "not: ") : ""
        let value = condition.value.isEmpty ? "" : "“\(condition.value)”"
        return language == .japanese ? "\(not)\(title) \(value)\(comparison)" : "\(not)\(title) \(comparison) \(value)".trimmingWhiteSpace
    }

    static func text(_ action: ContentAction, _ language: Language) -> String {
        "\(title(action.kind)[language]) \(action.value)".trimmingWhiteSpace
    }
}
