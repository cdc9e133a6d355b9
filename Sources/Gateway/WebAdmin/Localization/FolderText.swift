import Settings
import SharedFolders

/// The shared folders on all nodes, and their moves.
enum FolderText: String, CaseIterable, PageText {
    case onAllNodes
    case onAllNodesLead
    case probeNow
    case folder
    case good
    case failing
    case unknown
    case milliseconds
    case readFrom
    case ownFolders
    case move
    case moveTitle
    case moveLead
    case newPath
    case newPathHelp
    case files
    case filesHelp
    case copyFiles
    case leaveFiles
    case forgetFiles
    case goOn
    case confirmTitle
    case confirmText
    case confirmLeave
    case confirmForget
    case moves
    case fromTo
    case homes
    case started
    case figures
    case rate
    case waitingFor
    case notFollowed
    case notProbed
    case copyingThere
    case cancelMove
    case cancelTitle
    case cancelText
    case endReading
    case endReadingTitle
    case endReadingText
    case refresh
    case oldFilesStay
    case probing
    case announcing
    case copying
    case switching
    case finishing
    case reading
    case done
    case cancelled
    case failed

    var text: LocalizedText {
        switch self {
        case .onAllNodes: LocalizedText("Shared folders on all nodes", ja: "全ノードの共有フォルダー")
        case .onAllNodesLead:
            LocalizedText(
                "Every node tries every folder when it starts and each minute: it creates, syncs, renames, reads back what another node wrote, and deletes.",
                ja: "各ノードは起動時と 1 分ごとに、すべてのフォルダーで作成・同期・名前変更・ほかのノードのファイルの読み取り・削除を試します。")
        case .probeNow: LocalizedText("Try now", ja: "今すぐ確認")
        case .folder: LocalizedText("Folder", ja: "フォルダー")
        case .good: LocalizedText("Good", ja: "正常")
        case .failing: LocalizedText("Failing", ja: "異常")
        case .unknown: LocalizedText("Not reported", ja: "未報告")
        case .milliseconds: LocalizedText("{0} ms, {1}", ja: "{0} ミリ秒、{1}")
        case .readFrom: LocalizedText("read what {} wrote", ja: "{} のファイルを読み取り済み")
        case .ownFolders:
            LocalizedText(
                "Each node has its own folder, since no path is set. Move it to a share.", ja: "パスが設定されていないため、ノードごとに別のフォルダーです。共有へ移動してください。")
        case .move: LocalizedText("Move…", ja: "移動…")
        case .moveTitle: LocalizedText("Move {}", ja: "{} の移動")
        case .moveLead:
            LocalizedText(
                "The cluster goes on working. Every node tries the new place first; then files are copied and verified, all nodes switch together, and what came meanwhile follows. No node is started again.",
                ja: "クラスターは運用を続けます。すべてのノードが新しい場所を確認したあと、ファイルをコピーして検証し、全ノードが一斉に切り替わり、その間に届いたファイルもコピーします。再起動は不要です。")
        case .newPath: LocalizedText("New place", ja: "移動先")
        case .newPathHelp:
            LocalizedText(
                "An absolute path that every node has, apart from all other folders. Its last part is made if it is missing.",
                ja: "すべてのノードから使え、ほかのフォルダーと重ならない絶対パスです。末尾のフォルダーがなければ作成します。")
        case .files: LocalizedText("Files", ja: "ファイル")
        case .filesHelp:
            LocalizedText(
                "Files that are left are read in the old place until you end that. The old files stay in every case.",
                ja: "コピーしない場合、終了の操作をするまで以前の場所のファイルも参照します。以前のファイルは常に残ります。")
        case .copyFiles: LocalizedText("Copy and verify", ja: "コピーして検証する")
        case .leaveFiles: LocalizedText("Leave, and read them there", ja: "残して参照する")
        case .forgetFiles: LocalizedText("Leave, and do not read them", ja: "残して参照しない")
        case .goOn: LocalizedText("Go on", ja: "次へ")
        case .confirmTitle: LocalizedText("Move the folder?", ja: "フォルダーを移動しますか？")
        case .confirmText:
            LocalizedText(
                "{0} of all nodes moves to {1}. It can be called off until the nodes write there.",
                ja: "全ノードの {0} を {1} に移動します。新しい場所への書き込みが始まるまでは取り消せます。")
        case .confirmLeave:
            LocalizedText(
                "{0} of all nodes is switched to {1}. Files stay in the old place and are read there.",
                ja: "全ノードの {0} を {1} に切り替えます。ファイルは以前の場所に残り、引き続き参照します。")
        case .confirmForget:
            LocalizedText(
                "{0} of all nodes is switched to {1}. Files in the old place are not read any more: mail whose content is there cannot be delivered until you copy it.",
                ja: "全ノードの {0} を {1} に切り替えます。以前の場所のファイルは参照しません。そこに本文があるメールは、コピーするまで配送できません。")
        case .moves: LocalizedText("Moves", ja: "移動の状況")
        case .fromTo: LocalizedText("{0} → {1}", ja: "{0} から {1} へ")
        case .homes: LocalizedText("the nodes' homes", ja: "各ノードのホーム")
        case .started: LocalizedText("Since", ja: "開始")
        case .figures: LocalizedText("{0} of {1} files", ja: "{0} / {1} 件")
        case .rate: LocalizedText("{} a second", ja: "毎秒 {}")
        case .waitingFor: LocalizedText("Waits for {0}: {1}", ja: "{0} を待っています: {1}")
        case .notFollowed: LocalizedText("it has not followed yet", ja: "まだ反映していません")
        case .notProbed: LocalizedText("it has not tried the new place yet", ja: "まだ移動先を確認していません")
        case .copyingThere: LocalizedText("it copies", ja: "コピー中です")
        case .cancelMove: LocalizedText("Cancel the move", ja: "移動を取り消す")
        case .cancelTitle: LocalizedText("Cancel the move of {}?", ja: "{} の移動を取り消しますか？")
        case .cancelText:
            LocalizedText("The folder stays where it is. What was copied stays in {}.", ja: "フォルダーは現在の場所のままです。コピー済みのファイルは {} に残ります。")
        case .endReading: LocalizedText("End reading the old place", ja: "以前の場所の参照を終了")
        case .endReadingTitle: LocalizedText("End reading the old place of {}?", ja: "{} の以前の場所の参照を終了しますか？")
        case .endReadingText:
            LocalizedText(
                "Files in {} are not read any more. Copy what is still needed first.", ja: "{} のファイルを参照しなくなります。必要なファイルは先にコピーしてください。")
        case .refresh: LocalizedText("Show how it stands", ja: "最新の状態を表示")
        case .oldFilesStay: LocalizedText("The old files are still in {}.", ja: "以前のファイルは {} に残っています。")
        case .probing: LocalizedText("Every node tries the new place", ja: "全ノードで移動先を確認中")
        case .announcing: LocalizedText("Every node prepares", ja: "全ノードで準備中")
        case .copying: LocalizedText("Copying", ja: "コピー中")
        case .switching: LocalizedText("Every node switches", ja: "全ノードで切り替え中")
        case .finishing: LocalizedText("Copying what came meanwhile", ja: "切り替えまでのファイルをコピー中")
        case .reading: LocalizedText("Done; the old place is read too", ja: "完了（以前の場所も参照）")
        case .done: LocalizedText("Done", ja: "完了")
        case .cancelled: LocalizedText("Cancelled", ja: "取り消し")
        case .failed: LocalizedText("Failed", ja: "失敗")
        }
    }

    static func state(_ state: FolderMove.State) -> FolderText {
        switch state {
        case .probing: .probing
        case .announcing: .announcing
        case .copying: .copying
        case .switching: .switching
        case .finishing: .finishing
        case .reading: .reading
        case .done: .done
        case .cancelled: .cancelled
        case .failed: .failed
        }
    }
}
