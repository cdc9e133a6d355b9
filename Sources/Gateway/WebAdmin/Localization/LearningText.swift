import SampleLearning
import Settings

/// Bayesian learning.
enum LearningText: String, CaseIterable, PageText {
    case title, lead, learnNow, settings, ledger
    case state, generation, noGeneration, publishedAt, spam, ham, tokens, judging, judgingYes, judgingTooFew, judgingOff, waiting,
        waitingCounts
    case unshared
    case lost, beginAnew, beginAnewTitle, beginAnewText
    case nodes, node, uses, usesNone, since, notSaid, problem
    case runs, run, changed, progress, progressCounts, learned, corrected, forgotten, setAside, note, manual, empty, emptyHelp
    case asked, running, done, stopped, reading, training, publishing, tidying
    case ledgerTitle, ledgerLead, searchText, kind, entryState, origin, by, subject, any, emptyLedger, emptyLedgerHelp, emptyFilter, select,
        unlearnSelected, nothingSelected, unlearnTitle, unlearnText, confirmUnlearn
    case stateWaiting, stateLearned, stateLeaving
    case originFolder, originCommand, originLog, originQuarantine, originTraining, originAutomatic
    case isSpam, isHam, releaseHam, withSelected, teachTitle
    case why, whyLead, probability, score, knownTokens, token, push, inHam, inSpam, noEvidence

    var text: LocalizedText {
        switch self {
        case .title: LocalizedText("Bayesian learning", ja: "ベイズ学習")
        case .lead:
            LocalizedText(
                "The gateway learns from messages that people call spam or non-spam, and judges mail by it. Once a day the primary learns what lies in the folders BayesHam and BayesSpam and publishes it to all nodes.",
                ja: "スパムまたは非スパムと分類されたメールから学習し、その結果でメールを判定します。プライマリが 1 日 1 回、BayesHam と BayesSpam フォルダーのメールを学習し、全ノードに配布します。")
        case .learnNow: LocalizedText("Learn now", ja: "今すぐ学習")
        case .settings: LocalizedText("Settings", ja: "設定")
        case .ledger: LocalizedText("What was taught", ja: "学習したメール")
        case .state: LocalizedText("State", ja: "状態")
        case .generation: LocalizedText("Generation", ja: "世代")
        case .noGeneration: LocalizedText("Nothing is learned yet", ja: "まだ学習していません")
        case .publishedAt: LocalizedText("Published", ja: "公開日時")
        case .spam: LocalizedText("Spam", ja: "スパム")
        case .ham: LocalizedText("Non-spam", ja: "非スパム")
        case .tokens: LocalizedText("Tokens", ja: "トークン")
        case .judging: LocalizedText("Gives scores", ja: "スコアの加算")
        case .judgingYes: LocalizedText("Yes", ja: "はい")
        case .judgingTooFew: LocalizedText("From {} learned messages of each kind on", ja: "種類ごとに {} 件を学習してから")
        case .judgingOff: LocalizedText("Switched off in the settings", ja: "設定で無効")
        case .waiting: LocalizedText("Waiting for the next learning", ja: "次回の学習待ち")
        case .waitingCounts: LocalizedText("{0} spam, {1} non-spam, {2} to forget", ja: "スパム {0} 件、非スパム {1} 件、忘却 {2} 件")
        case .unshared:
            LocalizedText(
                "The cluster has several nodes, and these folders have no path that they share: {}. Each node uses a folder of its own then, and only the primary learns and judges. Set paths on the pages Directories and Cluster.",
                ja:
                    "クラスターに複数のノードがありますが、次のフォルダーには共有のパスが設定されていません: {}。この場合は各ノードが自分のフォルダーを使用し、学習と判定はプライマリだけで行われます。「フォルダー」または「クラスター」のページでパスを設定してください。"
            )
        case .lost:
            LocalizedText(
                "What was learned before cannot be read, and learning has stopped so that nothing is lost. Put the file back into BayesReplication if you can; the next run goes on by itself.",
                ja: "以前の学習結果を読み取れないため、失われないように学習を中断しています。可能であればファイルを BayesReplication に復元してください。次回の実行で自動的に再開します。")
        case .beginAnew: LocalizedText("Begin with what is left", ja: "残っている分から学習し直す")
        case .beginAnewTitle: LocalizedText("Begin with what is left?", ja: "残っている分から学習し直しますか？")
        case .beginAnewText:
            LocalizedText(
                "Learning goes on with the newest earlier generation that can be read, or with nothing. Every node forgets what was learned since; this cannot be undone.",
                ja: "読み取れる最新の以前の世代、またはまったく学習していない状態から再開します。それ以降に学習した内容は全ノードで失われ、元に戻せません。")
        case .nodes: LocalizedText("What each node uses", ja: "各ノードの状態")
        case .node: LocalizedText("Node", ja: "ノード")
        case .uses: LocalizedText("Uses", ja: "使用中の世代")
        case .usesNone: LocalizedText("None", ja: "なし")
        case .since: LocalizedText("Since (UTC)", ja: "使用開始（UTC）")
        case .notSaid: LocalizedText("Has not said yet", ja: "未報告")
        case .problem: LocalizedText("Problem", ja: "問題")
        case .runs: LocalizedText("Runs", ja: "実行履歴")
        case .run: LocalizedText("Run", ja: "実行")
        case .changed: LocalizedText("Last step (UTC)", ja: "最終処理（UTC）")
        case .progress: LocalizedText("Files", ja: "ファイル")
        case .progressCounts: LocalizedText("{0} of {1}", ja: "{0} / {1}")
        case .learned: LocalizedText("Learned", ja: "学習")
        case .corrected: LocalizedText("Corrected", ja: "訂正")
        case .forgotten: LocalizedText("Forgotten", ja: "忘却")
        case .setAside: LocalizedText("Set aside", ja: "除外")
        case .note: LocalizedText("Note", ja: "備考")
        case .manual: LocalizedText("by hand", ja: "手動")
        case .empty: LocalizedText("No run yet", ja: "まだ実行していません")
        case .emptyHelp: LocalizedText("“Learn now” begins one.", ja: "「今すぐ学習」で開始できます。")
        case .asked: LocalizedText("Asked for", ja: "開始待ち")
        case .running: LocalizedText("Running", ja: "実行中")
        case .done: LocalizedText("Done", ja: "完了")
        case .stopped: LocalizedText("Stopped", ja: "中断")
        case .reading: LocalizedText("reading", ja: "読み取り")
        case .training: LocalizedText("computing", ja: "計算")
        case .publishing: LocalizedText("publishing", ja: "公開")
        case .tidying: LocalizedText("tidying up", ja: "整理")
        case .ledgerTitle: LocalizedText("What was taught", ja: "学習したメール")
        case .ledgerLead:
            LocalizedText(
                "Every message that is learned or waits to be. Of learned mail only names of words are kept, not its text.",
                ja: "学習済みのメールと学習待ちのメールです。学習したメールの本文は保存せず、語のハッシュ値だけを保存します。")
        case .searchText: LocalizedText("Part of sender, subject or who taught it", ja: "送信者、件名、操作者の一部")
        case .kind: LocalizedText("Taught as", ja: "種類")
        case .entryState: LocalizedText("State", ja: "状態")
        case .origin: LocalizedText("From", ja: "学習元")
        case .by: LocalizedText("By", ja: "操作者")
        case .subject: LocalizedText("Subject · Sender", ja: "件名・送信者")
        case .any: LocalizedText("Any", ja: "すべて")
        case .emptyLedger: LocalizedText("Nothing was taught yet", ja: "まだ学習していません")
        case .emptyLedgerHelp:
            LocalizedText(
                "Mark messages as spam or non-spam in the message log or the quarantine, or put files into BayesHam and BayesSpam.",
                ja: "メッセージログまたは隔離でメールをスパムか非スパムに分類するか、BayesHam と BayesSpam にファイルを置いてください。")
        case .emptyFilter: LocalizedText("No message matches the filter", ja: "条件に一致するメールはありません")
        case .select: LocalizedText("Select {}", ja: "{} を選択")
        case .unlearnSelected: LocalizedText("Unlearn the selected ones", ja: "選択したものの学習を取り消す")
        case .nothingSelected: LocalizedText("Select at least one message.", ja: "1 件以上選択してください。")
        case .unlearnTitle: LocalizedText("Unlearn the selected messages ({})?", ja: "選択した {} 件の学習を取り消しますか？")
        case .unlearnText:
            LocalizedText(
                "What waits is removed now; what is learned is forgotten with the next learning.", ja: "学習待ちのものは直ちに削除し、学習済みのものは次回の学習で忘れます。")
        case .confirmUnlearn: LocalizedText("Unlearn ({})", ja: "{} 件を取り消す")
        case .stateWaiting: LocalizedText("Waiting", ja: "学習待ち")
        case .stateLearned: LocalizedText("Learned", ja: "学習済み")
        case .stateLeaving: LocalizedText("Being forgotten", ja: "取り消し待ち")
        case .originFolder: LocalizedText("Folder", ja: "フォルダー")
        case .originCommand: LocalizedText("Command or API", ja: "コマンド・API")
        case .originLog: LocalizedText("Message log", ja: "メッセージログ")
        case .originQuarantine: LocalizedText("Quarantine", ja: "隔離")
        case .originTraining: LocalizedText("Training address", ja: "学習用アドレス")
        case .originAutomatic: LocalizedText("Automatic", ja: "自動")
        case .isSpam: LocalizedText("This is spam", ja: "スパムとして学習")
        case .isHam: LocalizedText("This is not spam", ja: "非スパムとして学習")
        case .releaseHam: LocalizedText("Release and learn as non-spam", ja: "解放して非スパムとして学習")
        case .withSelected: LocalizedText("With the selected ones:", ja: "選択したメールを:")
        case .teachTitle: LocalizedText("Teach", ja: "学習")
        case .why: LocalizedText("Why this spam probability", ja: "スパム確率の理由")
        case .whyLead:
            LocalizedText(
                "The strongest tokens of the message, by what is learned now. A positive push speaks for spam, a negative one against it.",
                ja: "現在の学習結果で影響が最も大きいトークンです。正の値はスパム、負の値は非スパムを示します。")
        case .probability: LocalizedText("Spam probability", ja: "スパムの確率")
        case .score: LocalizedText("Score", ja: "スコア")
        case .knownTokens: LocalizedText("Known tokens", ja: "既知のトークン")
        case .token: LocalizedText("Token", ja: "トークン")
        case .push: LocalizedText("Push", ja: "影響")
        case .inHam: LocalizedText("In non-spam", ja: "非スパム内")
        case .inSpam: LocalizedText("In spam", ja: "スパム内")
        case .noEvidence: LocalizedText("No token of the message is known.", ja: "既知のトークンがありません。")
        }
    }
}

extension SampleKind {
    var title: LocalizedText { isSpam ? LearningText.spam.text : LearningText.ham.text }

    func badge(_ language: Language) -> Badge { Badge(title, isSpam ? .bad : .good, language) }
}

extension LedgerEntry.State {
    var title: LocalizedText {
        switch self {
        case .waiting: LearningText.stateWaiting.text
        case .learned: LearningText.stateLearned.text
        case .leaving: LearningText.stateLeaving.text
        }
    }

    func badge(_ language: Language) -> Badge { Badge(title, self == .learned ? .good : .informative, language) }
}

extension LedgerEntry.Origin {
    var title: LocalizedText {
        switch self {
        case .folder: LearningText.originFolder.text
        case .command: LearningText.originCommand.text
        case .log: LearningText.originLog.text
        case .quarantine: LearningText.originQuarantine.text
        case .training: LearningText.originTraining.text
        case .automatic: LearningText.originAutomatic.text
        }
    }
}

extension LearningRun {
    func badge(_ language: Language) -> Badge {
        switch state {
        case .asked: Badge(LearningText.asked.text, .informative, language)
        case .running: Badge(LearningText.running.text, .informative, language)
        case .done: Badge(LearningText.done.text, .good, language)
        case .stopped: Badge(LearningText.stopped.text, .bad, language)
        }
    }
}

extension LearningRun.Step {
    var title: LocalizedText {
        switch self {
        case .reading: LearningText.reading.text
        case .training: LearningText.training.text
        case .publishing: LearningText.publishing.text
        case .tidying: LearningText.tidying.text
        }
    }
}
