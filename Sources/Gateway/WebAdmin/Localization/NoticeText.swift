import Settings

/// What an action has done, said on the page after it. The names stand in a cookie.
enum NoticeText: String, CaseIterable, PageText {
    case domainAdded
    case domainChanged
    case domainDeleted
    case recipientsAdded
    case recipientsRemoved
    case settingsSaved
    case queueRetried
    case queueHeld
    case queueReleased
    case queueDeleted
    case queueUntouched
    case administratorAdded
    case administratorDeleted
    case passwordSet
    case languageSaved
    case signedOut
    case welcome
    case userAdded
    case userChanged
    case userDeleted
    case passwordRemoved
    case contentRuleSaved
    case contentRuleDeleted
    case sieveScriptSaved
    case sieveScriptDeleted
    case leakRulesAdded
    case accessListAdded
    case accessListChanged
    case accessListDeleted
    case greylistDeleted
    case dmarcReportSent
    case dmarcReportSkipped
    case dmarcReportDone
    case banAdded
    case bansLifted
    case quarantineReleased
    case quarantineDeleted
    case quarantineUntouched
    case apiKeyRevoked
    case maintenanceStarted
    case digestsAsked
    case attachmentsDeleted
    case attachmentsExtended
    case digestsWanted
    case digestsStopped
    case learningStarted
    case learningTaught
    case learningKnown
    case learningNoContent
    case learningTaughtSome
    case quarantineReleasedTaughtNot
    case learningNothingSelected
    case learningUnlearned
    case verificationsForgotten
    case directoriesSaved
    case foldersProbed
    case folderMoveBegun
    case folderMoveCancelled
    case folderReadingEnded
    case registrationKeyRevoked
    case primaryDesignated
    case nodeDrain
    case nodeUndrain
    case nodeRemoved
    case settingsReturned
    case settingsImported
    case signingKeyCreated
    case signingKeyActivated
    case signingKeyRemoved

    var text: LocalizedText {
        switch self {
        case .domainAdded:
            LocalizedText("The domain was added. The gateway takes mail for it from now on.", ja: "ドメインを追加しました。このドメイン宛のメールを受信します。")
        case .domainChanged: LocalizedText("The domain was saved.", ja: "ドメインを保存しました。")
        case .domainDeleted: LocalizedText("The domain was deleted.", ja: "ドメインを削除しました。")
        case .recipientsAdded: LocalizedText("Addresses added: {}.", ja: "{} 件のアドレスを追加しました。")
        case .recipientsRemoved: LocalizedText("Addresses removed: {}.", ja: "{} 件のアドレスを削除しました。")
        case .settingsSaved: LocalizedText("The settings were saved.", ja: "設定を保存しました。")
        case .queueRetried: LocalizedText("Entries tried again now: {}.", ja: "{} 件を今すぐ再試行します。")
        case .queueHeld: LocalizedText("Entries put on hold: {}.", ja: "{} 件を保留しました。")
        case .queueReleased: LocalizedText("Entries released: {}.", ja: "{} 件の保留を解除しました。")
        case .queueDeleted: LocalizedText("Entries deleted: {}.", ja: "{} 件を削除しました。")
        case .queueUntouched:
            LocalizedText(
                "Nothing was done: the selected entries are gone or are being delivered at this moment.",
                ja: "変更はありません。選択したものはすでに配送済みか、配送中です。")
        case .administratorAdded: LocalizedText("The administrator was added.", ja: "管理者を追加しました。")
        case .administratorDeleted: LocalizedText("The administrator was deleted.", ja: "管理者を削除しました。")
        case .passwordSet: LocalizedText("The password was set.", ja: "パスワードを設定しました。")
        case .languageSaved: LocalizedText("The language was saved.", ja: "言語を保存しました。")
        case .signedOut: LocalizedText("You are signed out.", ja: "サインアウトしました。")
        case .userAdded: LocalizedText("The user was added.", ja: "ユーザーを追加しました。")
        case .userChanged: LocalizedText("The user was saved.", ja: "ユーザーを保存しました。")
        case .userDeleted: LocalizedText("The user was deleted.", ja: "ユーザーを削除しました。")
        case .passwordRemoved: LocalizedText("The password was removed.", ja: "パスワードを削除しました。")
        case .attachmentsDeleted: LocalizedText("Attachments deleted: {}.", ja: "添付ファイルを {} 件削除しました。")
        case .attachmentsExtended: LocalizedText("Attachments kept longer: {}.", ja: "添付ファイル {} 件の期限を延長しました。")
        case .digestsAsked: LocalizedText("Digests are sent within seconds.", ja: "まもなく通知メールを送信します。")
        case .digestsWanted: LocalizedText("You are told by mail what is kept back for you.", ja: "隔離されたメールをメールでお知らせします。")
        case .digestsStopped: LocalizedText("You get no more mails about your quarantine.", ja: "隔離の通知メールの配信を停止しました。")
        case .maintenanceStarted:
            LocalizedText("Maintenance begins within seconds. Reload the page to see it.", ja: "まもなくメンテナンスを開始します。ページを再読み込みして確認してください。")
        case .learningStarted:
            LocalizedText(
                "The primary begins to learn within seconds. Reload the page to see how far it is.",
                ja: "まもなくプライマリが学習を開始します。ページを再読み込みして進み具合を確認してください。")
        case .learningTaught:
            LocalizedText("Messages that the next learning takes in: {}.", ja: "{} 件を次回の学習で取り込みます。")
        case .learningKnown: LocalizedText("It is learned as this already.", ja: "すでに学習済みです。")
        case .learningNoContent:
            LocalizedText(
                "Nothing could be taught: the content is kept only while a message is queued or in quarantine.",
                ja: "学習できませんでした。本文は配送キューまたは隔離にある間だけ保存されます。")
        case .learningTaughtSome:
            LocalizedText(
                "Some messages could not be taught, since their content is not kept any more or nothing can be learned from it: {}. The others are taken in.",
                ja: "{} 件は、本文が保存されていないか学習に使えないため、学習できませんでした。残りは次回の学習で取り込みます。")
        case .quarantineReleasedTaughtNot:
            LocalizedText(
                "The messages were released, but some could not be taught: {}.", ja: "解放しましたが、{} 件は学習できませんでした。")
        case .learningNothingSelected: LocalizedText("Select at least one message.", ja: "1 件以上選択してください。")
        case .learningUnlearned: LocalizedText("Messages unlearned: {}.", ja: "{} 件の学習を取り消しました。")
        case .verificationsForgotten: LocalizedText("Answers forgotten: {}.", ja: "{} 件の回答を消去しました。")
        case .banAdded: LocalizedText("Banned. All nodes follow within moments.", ja: "制限しました。全ノードにまもなく反映されます。")
        case .bansLifted: LocalizedText("Bans lifted: {}.", ja: "{} 件の制限を解除しました。")
        case .dmarcReportSent: LocalizedText("The report is in the queue.", ja: "レポートを配送キューに入れました。")
        case .dmarcReportSkipped: LocalizedText("Nobody can be sent the report.", ja: "レポートを送信できる宛先がありません。")
        case .dmarcReportDone: LocalizedText("There is nothing left to send.", ja: "送信するものはありません。")
        case .greylistDeleted: LocalizedText("Entries deleted: {}. These senders wait anew.", ja: "{} 件を削除しました。該当する差出人は再び待機します。")
        case .settingsReturned: LocalizedText("Settings put back: {}.", ja: "{} 件の設定を元に戻しました。")
        case .settingsImported: LocalizedText("Imported; things added or changed: {}.", ja: "インポートしました（追加・変更 {} 件）。")
        case .signingKeyCreated:
            LocalizedText("The key was made. Publish its record, then activate it.", ja: "鍵を作成しました。レコードを公開してから使用を開始してください。")
        case .signingKeyActivated: LocalizedText("Mail is signed with this key from now on.", ja: "この鍵でメールに署名します。")
        case .signingKeyRemoved: LocalizedText("The key was removed.", ja: "鍵を削除しました。")
        case .apiKeyRevoked: LocalizedText("The API key was revoked.", ja: "API キーを失効させました。")
        case .primaryDesignated: LocalizedText("Saved. The role moves within seconds.", ja: "保存しました。役割は数秒で移ります。")
        case .nodeDrain:
            LocalizedText("The drain has begun; the page shows what still runs.", ja: "切り離しを開始しました。残っている処理はこのページで確認できます。")
        case .nodeUndrain: LocalizedText("The node comes back within seconds.", ja: "ノードは数秒で復帰します。")
        case .nodeRemoved:
            LocalizedText("The node was removed; recipients given to the others: {}.", ja: "ノードを削除しました。ほかのノードに渡した宛先は {} 件です。")
        case .registrationKeyRevoked: LocalizedText("The registration key was revoked.", ja: "登録キーを失効させました。")
        case .welcome: LocalizedText("Welcome. Add your first domain next.", ja: "ようこそ。次に、最初のドメインを追加してください。")
        case .contentRuleSaved: LocalizedText("The rule was saved.", ja: "ルールを保存しました。")
        case .contentRuleDeleted: LocalizedText("The rule was deleted.", ja: "ルールを削除しました。")
        case .sieveScriptSaved: LocalizedText("The script was saved.", ja: "スクリプトを保存しました。")
        case .sieveScriptDeleted: LocalizedText("The script was deleted.", ja: "スクリプトを削除しました。")
        case .leakRulesAdded: LocalizedText("Ready-made rules added, switched off: {}.", ja: "情報漏えい対策のルールを {} 件追加しました（無効の状態）。")
        case .accessListAdded: LocalizedText("The entry was added.", ja: "項目を追加しました。")
        case .accessListChanged: LocalizedText("The note was saved.", ja: "メモを保存しました。")
        case .accessListDeleted: LocalizedText("Entries deleted: {}.", ja: "{} 件を削除しました。")
        case .quarantineReleased: LocalizedText("Messages released: {}.", ja: "{} 件を解放しました。")
        case .quarantineDeleted: LocalizedText("Messages deleted: {}.", ja: "{} 件を削除しました。")
        case .quarantineUntouched:
            LocalizedText(
                "Nothing was done: the selected messages are no longer in quarantine.", ja: "変更はありません。選択したメールはすでに隔離から出ています。")
        case .foldersProbed:
            LocalizedText(
                "Every node tries its folders now; this page shows it in a few seconds.", ja: "全ノードでフォルダーを確認しています。数秒後にこの画面に表示します。")
        case .folderMoveBegun:
            LocalizedText("The move begins: every node tries the new place.", ja: "移動を開始しました。全ノードで移動先を確認しています。")
        case .folderMoveCancelled: LocalizedText("The move was cancelled.", ja: "移動を取り消しました。")
        case .folderReadingEnded: LocalizedText("The old place is not read any more.", ja: "以前の場所の参照を終了しました。")
        case .directoriesSaved:
            LocalizedText(
                "Saved. The nodes use a changed path when they are started again; copy the files before that.",
                ja: "保存しました。変更したパスはノードの再起動後に使用します。その前にファイルをコピーしてください。")
        }
    }
}
