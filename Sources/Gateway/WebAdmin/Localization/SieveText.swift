import Settings

/// Sieve scripts.
enum SieveText: String, CaseIterable, PageText {
    case title, lead, empty, emptyHelp, owner, ownerHelp, wholeCluster, open, openTitle, name, nameHelp, state, active, inactive, changed
    case editTitle, activeLabel, script, scriptHelp, save, check, delete, deleteTitle, deleteText, noFaults, faultsTitle, place
    case trial, trialHelp, tryScript, message, messageHelp, stored, storedHelp, sender, recipient, recipientHelp, score, scoreHelp
    case result, keep, quarantine, administratorsQuarantine, gone, reject, redirectedTo, addedFields, deletedFields, steps, holds, holdsNot
    case failed, help, helpActions, helpTests, helpExtensions, helpOrder, usersOff
    case ownTitle, ownLead, ownRedirectsOff

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Sieve scripts", ja: "Sieve スクリプト")
        case .lead:
            LocalizedText(
                "What happens to accepted mail for each recipient: first the cluster's script, then that of the recipient's domain, then the recipient's own.",
                ja: "受け付けたメールの扱いを宛先ごとに決めます。クラスター、宛先ドメイン、宛先ユーザーの順に実行します。")
        case .empty: LocalizedText("There are no scripts", ja: "スクリプトはありません")
        case .emptyHelp: LocalizedText("Mail goes on as the checks decided.", ja: "メールは検査の判定どおりに処理されます。")
        case .owner: LocalizedText("For mail of", ja: "対象")
        case .ownerHelp:
            LocalizedText("“cluster”, a protected domain, or an address in one.", ja: "cluster、保護ドメイン、そのドメインのアドレスのいずれかを入力してください。")
        case .wholeCluster: LocalizedText("Whole cluster", ja: "クラスター全体")
        case .open: LocalizedText("Open", ja: "開く")
        case .openTitle: LocalizedText("Write or change a script", ja: "スクリプトの作成と編集")
        case .name: LocalizedText("Name", ja: "名前")
        case .nameHelp: LocalizedText("Stands in the log with the line that decided.", ja: "判定した行番号とともにログに記録されます。")
        case .state: LocalizedText("State", ja: "状態")
        case .active: LocalizedText("Active", ja: "有効")
        case .inactive: LocalizedText("Inactive", ja: "無効")
        case .changed: LocalizedText("Changed", ja: "変更日時")
        case .editTitle: LocalizedText("Sieve script: {}", ja: "Sieve スクリプト: {}")
        case .activeLabel: LocalizedText("Run mail through this script", ja: "このスクリプトを実行する")
        case .script: LocalizedText("Script", ja: "スクリプト")
        case .scriptHelp: LocalizedText("Sieve (RFC 5228), at most 64 KiB.", ja: "Sieve（RFC 5228）、64 KiB まで。")
        case .save: LocalizedText("Save the script", ja: "スクリプトを保存")
        case .check: LocalizedText("Check", ja: "構文を確認")
        case .delete: LocalizedText("Delete the script", ja: "スクリプトを削除")
        case .deleteTitle: LocalizedText("Delete the script of {}?", ja: "{} のスクリプトを削除しますか？")
        case .deleteText: LocalizedText("It has no effect from now on.", ja: "削除すると直ちに無効になります。")
        case .noFaults: LocalizedText("The script has no errors.", ja: "スクリプトに誤りはありません。")
        case .faultsTitle: LocalizedText("Errors in the script", ja: "スクリプトの誤り")
        case .place: LocalizedText("Line {}", ja: "{} 行目")
        case .trial: LocalizedText("What would happen", ja: "適用結果の確認")
        case .trialHelp:
            LocalizedText(
                "The script as it stands above is run with the recipient's other scripts. Nothing is saved, sent or kept.",
                ja: "上に入力したスクリプトを、宛先のほかのスクリプトとともに実行します。保存も送信も行いません。")
        case .tryScript: LocalizedText("Try", ja: "確認")
        case .message: LocalizedText("Message", ja: "メッセージ")
        case .messageHelp:
            LocalizedText("With its header, as it would be sent; at most 512 KiB.", ja: "ヘッダーを含むメッセージ全体を貼り付けてください（512 KiB まで）。")
        case .stored: LocalizedText("Or a message in quarantine", ja: "または隔離中のメッセージ")
        case .storedHelp: LocalizedText("Its identifier, as the log shows it.", ja: "ログに表示される識別子を入力してください。")
        case .sender: LocalizedText("Envelope sender", ja: "エンベロープの差出人")
        case .recipient: LocalizedText("Recipient", ja: "宛先")
        case .recipientHelp: LocalizedText("Whose scripts are run.", ja: "この宛先のスクリプトを実行します。")
        case .score: LocalizedText("Score", ja: "スコア")
        case .scoreHelp: LocalizedText("As if the checks had found so much; may stay empty.", ja: "検査のスコアを仮定する場合に入力してください。")
        case .result: LocalizedText("Result", ja: "結果")
        case .keep: LocalizedText("Delivered", ja: "配送")
        case .quarantine: LocalizedText("Put into quarantine", ja: "隔離")
        case .administratorsQuarantine: LocalizedText("Put into the administrators' quarantine", ja: "管理者の隔離に保存")
        case .gone: LocalizedText("Not delivered", ja: "配送しない")
        case .reject: LocalizedText("Rejected", ja: "拒否")
        case .redirectedTo: LocalizedText("Redirected to", ja: "転送先")
        case .addedFields: LocalizedText("Added fields", ja: "追加するフィールド")
        case .deletedFields: LocalizedText("Deleted fields", ja: "削除するフィールド")
        case .steps: LocalizedText("Step by step", ja: "実行の経過")
        case .holds: LocalizedText("true", ja: "真")
        case .holdsNot: LocalizedText("false", ja: "偽")
        case .failed: LocalizedText("Failed", ja: "失敗")
        case .help: LocalizedText("What scripts can say", ja: "使用できる構文")
        case .helpActions:
            LocalizedText(
                "Actions: keep, discard, stop, redirect \"address\", fileinto \"Quarantine\", fileinto \"Folder\" (a header field for the mail server), reject \"reason\", addheader, deleteheader, set.",
                ja:
                    "動作: keep、discard、stop、redirect \"アドレス\"、fileinto \"Quarantine\"、fileinto \"フォルダー\"（メールサーバー用のヘッダーフィールド）、reject \"理由\"、addheader、deleteheader、set。"
            )
        case .helpTests:
            LocalizedText(
                "Tests: header, address, envelope, exists, size, body, string, spamtest, virustest, allof, anyof, not, true, false; compared by :is, :contains, :matches, :regex, :value or :count.",
                ja:
                    "テスト: header、address、envelope、exists、size、body、string、spamtest、virustest、allof、anyof、not、true、false。比較: :is、:contains、:matches、:regex、:value、:count。"
            )
        case .helpExtensions: LocalizedText("Extensions for “require”", ja: "require で指定できる拡張")
        case .helpOrder:
            LocalizedText(
                "A message that all recipients' scripts reject is refused. If only some reject it, it is kept in the administrators' quarantine for those.",
                ja: "すべての宛先のスクリプトが拒否した場合にメールを拒否します。一部の宛先だけの場合は、その分を管理者の隔離に保存します。")
        case .usersOff:
            LocalizedText(
                "Users' scripts are not run: “user-scripts” in the settings is off.", ja: "設定の「ユーザーのスクリプト」が無効のため、ユーザーのスクリプトは実行されません。")
        case .ownTitle: LocalizedText("Your mail rules", ja: "メールの振り分け")
        case .ownLead:
            LocalizedText(
                "A Sieve script that says what happens to mail to you, after the rules of your organization.",
                ja: "あなた宛のメールの扱いを決める Sieve スクリプトです。組織のルールの後に実行されます。")
        case .ownRedirectsOff:
            LocalizedText("“redirect” is not allowed here: such mail is kept.", ja: "redirect は許可されていません。転送せずに通過させます。")
        }
    }
}
