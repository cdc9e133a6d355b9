import AdministrationAPI
import ArgumentParser

/// `scoring`: how mail is judged, in one place.
struct ScoringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scoring", abstract: "Thresholds, what each finding counts, and the exceptions of domains.", subcommands: [Show.self])

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show how mail is judged.",
            discussion: "Changed with “settings set SECTION.NAME VALUE” and, for a domain, “settings set --domain DOMAIN domain.scoring …”."
        )

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("scoring"))
            try session.show(bytes, ScoringDocument.self) { Self.text($0, session) }
        }

        private static func text(_ scoring: ScoringDocument, _ session: CommandSession) -> String {
            var list = TextList()
            list.add(session.text("mode", "動作"), scoring.mode)
            list.add(session.text("quarantine from", "隔離するスコア"), scoring.quarantineScore)
            list.add(session.text("reject from", "拒否するスコア"), scoring.rejectScore)
            list.add(session.text("tag from", "タグを付けるスコア"), scoring.tagsSubject ? scoring.tagScore : session.text("off", "無効"))
            var weights = TextTable(session.text("SETTING", "設定"), session.text("VALUE", "値"), session.text("MEANING", "意味"))
            for section in scoring.sections {
                for weight in section.weights {
                    weights.add(
                        "\(section.section).\(weight.name)", weight.value.replacing(",", with: ", "),
                        session.text("\(section.title.en): \(weight.title.en)", "\(section.title.ja): \(weight.title.ja)"))
                }
            }
            var text = list.text + "\n" + weights.text
            guard !scoring.exceptions.isEmpty else { return text }
            var exceptions = TextTable(
                session.text("DOMAIN", "ドメイン"), session.text("SCORING", "スコア判定"), session.text("QUARANTINE", "隔離"),
                session.text("REJECT", "拒否"))
            for exception in scoring.exceptions {
                exceptions.add(exception.domain, exception.scoring, exception.quarantineScore ?? "", exception.rejectScore ?? "")
            }
            text += "\n" + exceptions.text
            return text
        }
    }
}
