import Settings

/// The content rules.
enum ContentRuleText: String, CaseIterable, PageText {
    case title, lead, empty, emptyHelp, addRule, addLeakRules, leakHelp
    case order, name, nameHelp, conditions, actions, domain, domainHelp, everybody, state, enabled, disabled
    case moveUp, moveDown, editTitle, newTitle, enabledLabel, stopsLabel, stops, all, any, needsAny
    case conditionsHelp, actionsHelp, negation, holds, holdsNot, field, headerName, comparison, value, action, nothing
    case moreRows, save, delete, deleteTitle, deleteText
    case stripped
    case trial, trialHelp, tryRules, message, messageHelp, stored, storedHelp, sender, recipients, recipientsHelp, direction
    case verdict, score, result, matched, notMatched, undecided, noneAsked, holding

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Content rules", ja: "コンテンツルール")
        case .lead:
            LocalizedText(
                "What is done with mail by its header, texts, attachments and way. Rules are asked in this order, for all mail, that of users and trusted networks too.",
                ja: "ヘッダー、本文、添付ファイル、経路に応じたメールの扱いです。ルールは表の順に、ユーザーと信頼するネットワークからのメールも含めて適用します。")
        case .empty: LocalizedText("There are no rules", ja: "ルールはありません")
        case .emptyHelp: LocalizedText("Add one, or the ready-made rules against leaks of numbers.", ja: "ルールを追加するか、番号の漏えい対策ルールを追加してください。")
        case .addRule: LocalizedText("Add a rule", ja: "ルールを追加")
        case .addLeakRules: LocalizedText("Add ready-made leak rules", ja: "漏えい対策ルールを追加")
        case .leakHelp:
            LocalizedText(
                "For My Number, corporate numbers, payment cards and IBAN in outbound mail; switched off until you switch them on.",
                ja: "送信メール中のマイナンバー、法人番号、カード番号、IBAN が対象です。追加した時点では無効です。")
        case .order: LocalizedText("Order", ja: "順序")
        case .name: LocalizedText("Name", ja: "名前")
        case .nameHelp: LocalizedText("Shown as the reason; refused senders read it.", ja: "理由として表示されます。拒否された差出人にも見えます。")
        case .conditions: LocalizedText("Conditions", ja: "条件")
        case .actions: LocalizedText("Actions", ja: "動作")
        case .domain: LocalizedText("For mail of", ja: "対象")
        case .domainHelp: LocalizedText("To or from this domain, or all mail.", ja: "このドメイン宛て、またはこのドメインからのメールに限定できます。")
        case .everybody: LocalizedText("All mail", ja: "すべてのメール")
        case .state: LocalizedText("State", ja: "状態")
        case .enabled: LocalizedText("On", ja: "有効")
        case .disabled: LocalizedText("Off", ja: "無効")
        case .moveUp: LocalizedText("Move {} up", ja: "{} を上へ")
        case .moveDown: LocalizedText("Move {} down", ja: "{} を下へ")
        case .editTitle: LocalizedText("Rule {}", ja: "ルール {}")
        case .newTitle: LocalizedText("New rule", ja: "新しいルール")
        case .enabledLabel: LocalizedText("The rule is on", ja: "このルールを有効にする")
        case .stopsLabel: LocalizedText("When it matches, no later rule is asked", ja: "一致した場合は以降のルールを適用しない")
        case .stops: LocalizedText("stops", ja: "以降を適用しない")
        case .all: LocalizedText("All conditions hold", ja: "すべての条件を満たす")
        case .any: LocalizedText("One condition holds", ja: "いずれかの条件を満たす")
        case .needsAny: LocalizedText("The rule matches when", ja: "一致とみなす場合")
        case .conditionsHelp:
            LocalizedText(
                "Letters count the same in upper and lower case and in full width. “Matches” takes a regular expression without back references. Sizes and numbers of finds are compared by “at least”. Rows without a field are left out.",
                ja: "大文字と小文字、全角と半角は区別しません。「正規表現に一致」では後方参照を使用できません。サイズと件数は「以上」で比較します。項目を選択していない行は無視します。")
        case .actionsHelp:
            LocalizedText(
                "Score: a number such as 3.0. Tag: text in front of the subject of inbound mail. Header: a field such as X-Class: internal. Strip: empty for all attachments, or the bytes from which on they are taken out.",
                ja: "スコア: 3.0 のような数値。タグ: 受信メールの件名の先頭に付ける文字列。ヘッダー: X-Class: internal のような項目。分離: 空欄ではすべて、数値を指定するとそのバイト数以上の添付ファイル。")
        case .negation: LocalizedText("Holds or not", ja: "成立条件")
        case .holds: LocalizedText("if", ja: "次を満たす")
        case .holdsNot: LocalizedText("if not", ja: "次を満たさない")
        case .field: LocalizedText("Field", ja: "項目")
        case .headerName: LocalizedText("Header field", ja: "ヘッダー名")
        case .comparison: LocalizedText("Comparison", ja: "比較")
        case .value: LocalizedText("Value", ja: "値")
        case .action: LocalizedText("Action", ja: "動作")
        case .nothing: LocalizedText("—", ja: "—")
        case .moreRows: LocalizedText("More rows", ja: "行を追加")
        case .save: LocalizedText("Save the rule", ja: "ルールを保存")
        case .delete: LocalizedText("Delete the rule", ja: "ルールを削除")
        case .deleteTitle: LocalizedText("Delete the rule “{}”?", ja: "ルール「{}」を削除しますか？")
        case .deleteText: LocalizedText("It has no effect from now on.", ja: "削除すると直ちに無効になります。")
        case .stripped: LocalizedText("Attachments taken out: {}", ja: "分離する添付ファイル: {}")
        case .trial: LocalizedText("What would happen", ja: "適用結果の確認")
        case .trialHelp:
            LocalizedText(
                "The message is judged by the content rules alone, this one as it stands above. Nothing is saved, sent or kept.",
                ja: "上に入力したルールを含むコンテンツルールだけで判定します。保存も送信も行いません。")
        case .tryRules: LocalizedText("Try", ja: "確認")
        case .message: LocalizedText("Message", ja: "メッセージ")
        case .messageHelp:
            LocalizedText("With its header, as it would be sent; at most 512 KiB.", ja: "ヘッダーを含むメッセージ全体を貼り付けてください（512 KiB まで）。")
        case .stored: LocalizedText("Or a message in quarantine", ja: "または隔離中のメッセージ")
        case .storedHelp: LocalizedText("Its identifier, 32 hexadecimal digits.", ja: "識別子（32 桁の 16 進数）を入力します。")
        case .sender: LocalizedText("Envelope sender", ja: "エンベロープの差出人")
        case .recipients: LocalizedText("Recipients", ja: "宛先")
        case .recipientsHelp: LocalizedText("One a line.", ja: "1 行に 1 件入力します。")
        case .direction: LocalizedText("Direction", ja: "方向")
        case .verdict: LocalizedText("Verdict", ja: "判定")
        case .score: LocalizedText("Score", ja: "スコア")
        case .result: LocalizedText("Result", ja: "結果")
        case .matched: LocalizedText("Matches", ja: "一致")
        case .notMatched: LocalizedText("Does not match", ja: "不一致")
        case .undecided: LocalizedText("Undecided", ja: "判定不能")
        case .noneAsked: LocalizedText("No rule concerns this message.", ja: "このメッセージに適用されるルールはありません。")
        case .holding: LocalizedText("What holds", ja: "成立した条件")
        }
    }
}
