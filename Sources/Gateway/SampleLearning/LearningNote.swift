package import BayesianLearning
package import Settings

/// What an administrator should know of a run, or of what a node judges by. Rows hold it in English, one sentence a line; its fixed words
/// are its code, so that it is shown in the reader's language.
package enum LearningNote: Sendable, Hashable {
    case beganFromLess
    case snapshotMadeAnew
    case notRead(file: String, cause: String)
    case notSetAside(file: String, cause: String)
    case notRemoved(file: String, cause: String)
    case samplesLost(generation: String)
    case olderThanInUse(BayesSnapshotNumber)
    case refused(generation: BayesSnapshotNumber, cause: String)

    package static let separator = "\n"

    package var text: LocalizedText {
        switch self {
        case .beganFromLess: Sentence.beganFromLess.text
        case .snapshotMadeAnew: Sentence.snapshotMadeAnew.text
        case .notRead(let file, let cause): Sentence.notRead.filled("\(file): \(cause)")
        case .notSetAside(let file, let cause): Sentence.notSetAside.filled("\(file): \(cause)")
        case .notRemoved(let file, let cause): Sentence.notRemoved.filled("\(file): \(cause)")
        case .samplesLost(let generation): Sentence.samplesLost.filled(generation)
        case .olderThanInUse(let number): Sentence.olderThanInUse.filled("\(number)")
        case .refused(let number, let cause): Sentence.refused.filled("\(number): \(cause)")
        }
    }

    /// As rows hold them.
    static func stored(_ notes: [LearningNote]) -> String {
        notes.map { $0.text.english.replacing(separator, with: " ") }.joined(separator: separator)
    }

    /// What a row holds in every language; what is not known stays as it is.
    package static func text(stored: String) -> LocalizedText {
        let lines = stored.split(separator: separator).map { line in
            for sentence in Sentence.allCases {
                if let found = sentence.read(line) { return found }
            }
            return LocalizedText(String(line), ja: String(line))
        }
        return LocalizedText(lines.map(\.english).joined(separator: " "), ja: lines.map(\.japanese).joined(separator: " "))
    }

    /// Whether a run stopped since what was learned before cannot be read.
    package static func isLoss(_ stored: String) -> Bool { Sentence.samplesLost.read(Substring(stored)) != nil }

    /// With a parameter at `{}`.
    private enum Sentence: CaseIterable {
        case beganFromLess, snapshotMadeAnew, notRead, notSetAside, notRemoved, samplesLost, olderThanInUse, refused

        var text: LocalizedText {
            switch self {
            case .beganFromLess:
                LocalizedText(
                    "What was learned before could not be read; it went on with what was left.", ja: "以前の学習結果を読み取れなかったため、残っている分から学習しました。")
            case .snapshotMadeAnew:
                LocalizedText("The published snapshot was damaged and has been made anew.", ja: "公開中のスナップショットが破損していたため、作り直しました。")
            case .notRead: LocalizedText("Could not be read: {}", ja: "読み取れませんでした: {}")
            case .notSetAside: LocalizedText("Could not be set aside: {}", ja: "除外できませんでした: {}")
            case .notRemoved: LocalizedText("Could not be removed: {}", ja: "削除できませんでした: {}")
            case .samplesLost:
                LocalizedText(
                    "What was learned before cannot be read, so nothing is learned: put the file samples-{}.bayes back into BayesReplication, or begin with what is left.",
                    ja: "以前の学習結果を読み取れないため、学習を中断しました。ファイル samples-{}.bayes を BayesReplication に復元するか、残っている分から学習し直してください。")
            case .olderThanInUse:
                LocalizedText("The published generation is older than the one in use, {}", ja: "公開中の世代は、使用中の世代より古いものです: {}")
            case .refused: LocalizedText("The published generation is refused, {}", ja: "公開中の世代を使用できません: {}")
            }
        }

        func filled(_ parameter: String) -> LocalizedText {
            LocalizedText(text.english.replacing("{}", with: parameter), ja: text.japanese.replacing("{}", with: parameter))
        }

        /// - Returns: `nil` unless the line is this sentence.
        func read(_ line: Substring) -> LocalizedText? {
            let parts = text.english.split(separator: "{}", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return line == text.english ? text : nil }
            guard line.hasPrefix(parts[0]), line.hasSuffix(parts[1]) else { return nil }
            let parameter = line.dropFirst(parts[0].count).dropLast(parts[1].count)
            return filled(String(parameter))
        }
    }
}
