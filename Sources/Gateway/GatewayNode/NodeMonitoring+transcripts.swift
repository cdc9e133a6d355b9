import Administration
import Settings
import SharedFolders

extension NodeMonitoring {
    private static let transcriptsDeadline = Duration.seconds(4)

    /// Mail goes on without them, so the node is not failing when they cannot be kept.
    func transcripts() async -> NodeHealth.Part {
        let title = SharedFolderKind.transcripts.title
        let folder = parts.transcripts
        guard parts.settings.snapshot.settings.transcripts.kept != .off else {
            return .working("transcripts", title, LocalizedText("none are kept, as set", ja: "設定により保存していません"))
        }
        var part: NodeHealth.Part
        do throws(SharedFolderError) {
            try await folder.probe(deadline: Self.transcriptsDeadline)
            if let failure = folder.condition.failure { throw failure }
            let dropped = folder.condition.dropped
            part = .working(
                "transcripts", title,
                dropped == 0
                    ? LocalizedText(folder.path, ja: folder.path)
                    : LocalizedText(
                        "\(folder.path); \(dropped) were dropped since the start, when the folder could not take them",
                        ja: "\(folder.path)（起動後、書き込めずに破棄した件数: \(dropped)）"))
        } catch {
            let dropped = folder.condition.dropped
            part = .failing(
                "transcripts", title,
                LocalizedText(
                    "cannot be used (\(error)). Mail goes on; transcripts are dropped (\(dropped) so far). Bring the folder back or make room.",
                    ja: "使用できません（\(error)）。メールの処理は続きますが、通信記録は破棄されます（これまでに \(dropped) 件）。フォルダーを元に戻すか空き容量を確保してください。"))
        }
        part.isVital = false
        return part
    }
}
