import Settings

/// Error pages: what happened and what to do.
enum ErrorText: String, CaseIterable, PageText {
    case notFoundTitle
    case notFoundAdvice
    case forbiddenTitle
    case forbiddenAdvice
    case tooLargeTitle
    case tooLargeAdvice
    case badRequestTitle
    case badRequestAdvice
    case conflictTitle
    case tooManyTitle
    case unavailableTitle
    case unavailableAdvice
    case internalTitle
    case internalAdvice
    case toDashboard
    case status

    var text: LocalizedText {
        switch self {
        case .notFoundTitle: LocalizedText("There is nothing here", ja: "ページが見つかりません")
        case .notFoundAdvice:
            LocalizedText(
                "The page or what it showed does not exist (any more).",
                ja: "ページまたは対象は存在しないか、削除されました。")
        case .forbiddenTitle: LocalizedText("The form was refused", ja: "フォームを受け付けませんでした")
        case .forbiddenAdvice:
            LocalizedText(
                "It did not come from a page of this gateway, or the page was opened before you signed in or out. Nothing was changed. Go back, reload the page and send it again.",
                ja: "このゲートウェイの画面から送信されていないか、サインインやサインアウトの前に開いた画面から送信されました。変更は行われていません。前の画面に戻って再読み込みし、もう一度送信してください。")
        case .tooLargeTitle: LocalizedText("That is too much at once", ja: "データが大きすぎます")
        case .tooLargeAdvice:
            LocalizedText("Nothing was changed. Split what you entered and send it in parts.", ja: "変更は行われていません。入力を分割して送信してください。")
        case .badRequestTitle: LocalizedText("The request was not understood", ja: "リクエストを処理できません")
        case .badRequestAdvice: LocalizedText("Nothing was changed. Go back and try again.", ja: "変更は行われていません。前の画面に戻ってやり直してください。")
        case .conflictTitle: LocalizedText("That is not possible now", ja: "現在この操作はできません")
        case .tooManyTitle: LocalizedText("Too many attempts", ja: "試行回数が多すぎます")
        case .unavailableTitle: LocalizedText("The database does not answer", ja: "データベースが応答していません")
        case .unavailableAdvice:
            LocalizedText(
                "Nothing was changed. Mail waits safely meanwhile: senders are asked to try again later. Reload this page in a minute; if it stays so, look at the database and the message folder, and run “securitygateway check” on this node.",
                ja:
                    "変更は行われていません。受信中のメールは送信元が後で再送するため失われません。しばらくしてから再読み込みしてください。続く場合はデータベースとメッセージフォルダーを確認し、このノードで「securitygateway check」を実行してください。"
            )
        case .internalTitle: LocalizedText("The page could not be shown", ja: "ページを表示できません")
        case .internalAdvice:
            LocalizedText(
                "This is a fault of the gateway. Its log holds the cause. Try again; if it stays so, report it with the lines of the log.",
                ja: "ゲートウェイ内部の問題です。原因はログに記録されています。やり直しても解決しない場合は、ログを添えて報告してください。")
        case .toDashboard: LocalizedText("To the dashboard", ja: "ダッシュボードへ")
        case .status: LocalizedText("Status {}", ja: "ステータス {}")
        }
    }
}
