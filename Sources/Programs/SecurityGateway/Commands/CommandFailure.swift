import AdministrationAPI
import Settings

/// Why a command did not do what it was asked; becomes a sentence on standard error and an exit status.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    var exitCode: Int32 = refused

    static let refused: Int32 = 1
    /// sysexits.h.
    static let usage: Int32 = 64
    static let unavailable: Int32 = 69
    static let temporary: Int32 = 75
    static let noPermission: Int32 = 77
}

extension CommandFailure {
    init(_ error: LocalSocketError, home: String, language: Language) {
        let text: LocalizedText
        switch error {
        case .noNode:
            text = LocalizedText(
                "no node runs on \(home). Start it with “securitygateway run --home \(home)”, or name the right folder with --home",
                ja: "\(home) でノードが動作していません。「securitygateway run --home \(home)」で起動するか、--home で正しいフォルダーを指定してください")
            exitCode = Self.unavailable
        case .notPermitted:
            text = LocalizedText(
                "this user may not speak to the node of \(home). Run the command as the user the node runs as",
                ja: "このユーザーには \(home) のノードと通信する権限がありません。ノードの実行ユーザーで実行してください")
            exitCode = Self.noPermission
        case .deadlineExceeded(let seconds):
            text = LocalizedText("the node did not answer within \(seconds) seconds", ja: "ノードが \(seconds) 秒以内に応答しませんでした")
            exitCode = Self.temporary
        case .failed(let reason):
            text = LocalizedText("the node could not be asked: \(reason)", ja: "ノードと通信できませんでした: \(reason)")
        }
        description = text[language]
    }

    /// A problem of the API. Each refused field stands on a line of its own.
    init(_ problem: ProblemDocument, language: Language) {
        let named = problem.errors.filter { $0.field != nil }
        let lines = named.map { "\($0.field ?? ""): \($0.message.text[language])" }
        let sentence =
            named.count == problem.errors.count && !named.isEmpty
            ? lines : [problem.message.text[language]] + lines + Self.versions(problem, language)
        description = sentence.map(PlainText.line).joined(separator: "\n  ")
        exitCode = problem.status == 503 ? Self.temporary : Self.refused
    }

    /// Both versions of each field after a lost race, and what to give with the next attempt.
    private static func versions(_ problem: ProblemDocument, _ language: Language) -> [String] {
        guard let conflict = problem.conflict else { return [] }
        func text(_ english: String, _ japanese: String) -> String { LocalizedText(english, ja: japanese)[language] }
        let fields = conflict.fields.map { field in
            text(
                "\(field.field): yours “\(field.yours)”, theirs “\(field.theirs)”",
                "\(field.field): 自分の値「\(field.yours)」、現在の値「\(field.theirs)」")
        }
        let who = conflict.changedBy.map { actor in
            let time = Shown.time(conflict.changedAt ?? "")
            return text("changed by \(actor) at \(time)", "\(time) に \(actor) が変更しました")
        }
        return fields + [who].compactMap { $0 }
            + [
                text(
                    "to save yours, try again with --revision \(conflict.revision)", "自分の値を保存するには --revision \(conflict.revision) を指定してください"
                )
            ]
    }

    static func usage(_ english: String, ja japanese: String, _ language: Language) -> CommandFailure {
        CommandFailure(description: LocalizedText(english, ja: japanese)[language], exitCode: usage)
    }
}
