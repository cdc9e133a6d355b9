import Settings

/// The allow and block lists.
enum AccessListText: String, CaseIterable, PageText {
    case title
    case lead
    case rule
    case list
    case kind
    case value
    case valueHelp
    case domain
    case domainHelp
    case everybody
    case note
    case any
    case searchText
    case empty
    case emptyHelp
    case emptyFilter
    case emptyFilterHelp
    case add
    case select
    case deleteSelected
    case nothingSelected
    case deleteTitle
    case deleteText
    case confirmDelete
    case editTitle

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Allow and block lists", ja: "許可・ブロックリスト")
        case .lead:
            LocalizedText(
                "Senders and hosts that are always or never welcome. A blocked one is refused as soon as it is known; an allowed one is excused from scores, not from attachment rules.",
                ja: "常に受け入れる、または常に拒否する差出人とホストです。ブロックした相手は判明した時点で拒否します。許可した相手にはスコアを適用しませんが、添付ファイルの規則は適用します。")
        case .rule:
            LocalizedText(
                "Entries of the recipient's domain decide before those for everybody; within one of these, allow beats block.",
                ja: "宛先ドメインの項目が全体の項目より優先されます。同じ範囲では許可がブロックより優先されます。")
        case .list: LocalizedText("List", ja: "リスト")
        case .kind: LocalizedText("Kind", ja: "種類")
        case .value: LocalizedText("Value", ja: "値")
        case .valueHelp:
            LocalizedText(
                "someone@example.com, example.com, mail.example.com, 192.0.2.1 or 192.0.2.0/24, as the kind says. Domains and hosts include everything below them.",
                ja: "種類に応じて someone@example.com、example.com、mail.example.com、192.0.2.1、192.0.2.0/24 のように入力します。ドメインとホストには下位の名前も含みます。")
        case .domain: LocalizedText("For recipients of", ja: "対象の宛先")
        case .domainHelp: LocalizedText("A protected domain, or everybody.", ja: "保護対象ドメインまたは全体を選択します。")
        case .everybody: LocalizedText("Everybody", ja: "全体")
        case .note: LocalizedText("Note", ja: "メモ")
        case .any: LocalizedText("Any", ja: "すべて")
        case .searchText: LocalizedText("Part of value, note or domain", ja: "値、メモ、ドメインの一部")
        case .empty: LocalizedText("The lists are empty", ja: "リストは空です")
        case .emptyHelp: LocalizedText("Add the first entry below.", ja: "下のフォームから追加してください。")
        case .emptyFilter: LocalizedText("No entry matches the filter", ja: "条件に一致する項目はありません")
        case .emptyFilterHelp: LocalizedText("Take a condition away.", ja: "条件を減らしてください。")
        case .add: LocalizedText("Add an entry", ja: "項目を追加")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .deleteSelected: LocalizedText("Delete the selected ones", ja: "選択したものを削除")
        case .nothingSelected: LocalizedText("Select at least one entry.", ja: "1 件以上選択してください。")
        case .deleteTitle: LocalizedText("Delete the selected entries ({})?", ja: "選択した {} 件を削除しますか？")
        case .deleteText: LocalizedText("They have no effect from now on.", ja: "削除すると直ちに無効になります。")
        case .confirmDelete: LocalizedText("Delete ({})", ja: "{} 件を削除")
        case .editTitle: LocalizedText("Note of {}", ja: "{} のメモ")
        }
    }
}
