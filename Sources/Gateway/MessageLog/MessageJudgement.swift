package import Settings

/// How a message was judged: what each check found, the sum, and the verdict. Stored with the message's row, shown on its page.
package struct MessageJudgement: Sendable, Hashable {
    package let verdict: Verdict
    /// The settings say “record only”: the verdict was written down and not acted upon.
    package let isRecordedOnly: Bool
    package let score: FilterScore
    /// In the order in which the checks ran; at most `maximumFindings`.
    package let findings: [Finding]

    package static let maximumFindings = 50

    /// What was done with the message afterwards; in front, so that it is not left out where there is little room.
    package func beginning(with finding: Finding) -> MessageJudgement {
        MessageJudgement(verdict: verdict, isRecordedOnly: isRecordedOnly, score: score, findings: [finding] + findings)
    }

    package enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        case accept, tag, quarantine, reject, tryAgainLater
    }

    /// What one check found.
    package struct Finding: Sendable, Hashable {
        /// The check's name, such as `reverse-lookup`.
        package let check: String
        package let outcome: Outcome
        package let weight: Weight
        /// What it counts; zero unless `weight` is `.score`.
        package let score: FilterScore
        package let microseconds: Int
        /// What was found, one sentence; empty when nothing was.
        package let text: LocalizedText

        package init(check: String, outcome: Outcome, weight: Weight, score: FilterScore, microseconds: Int, text: LocalizedText) {
            self.check = check.cut(to: 40)
            self.outcome = outcome
            self.weight = weight
            self.score = score
            self.microseconds = microseconds
            self.text = LocalizedText(text.english.cut(to: 250), ja: text.japanese.cut(to: 250))
        }
    }

    package enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        case found, notFound, undecided
    }

    package enum Weight: String, Sendable, Hashable, Codable, CaseIterable {
        case score, allow, quarantine, reject, tryAgainLater
    }

    package init(verdict: Verdict, isRecordedOnly: Bool, score: FilterScore, findings: [Finding]) {
        self.verdict = verdict
        self.isRecordedOnly = isRecordedOnly
        self.score = score
        self.findings = Array(findings.prefix(Self.maximumFindings))
    }
}

/// The findings as one column: a line each, its values separated by tabs. Texts hold neither, since `cut` makes them one line.
extension MessageJudgement {
    /// Longest form; findings that do not fit are left out, those that found nothing first.
    package static let maximumPackedBytes = 3000

    package var packedFindings: [UInt8] {
        let all = pack(findings)
        if all.count <= Self.maximumPackedBytes { return all }
        var kept = findings.filter { $0.outcome != .notFound }
        var bytes = pack(kept)
        while bytes.count > Self.maximumPackedBytes, kept.popLast() != nil { bytes = pack(kept) }
        return bytes
    }

    /// Reads what `packedFindings` made; lines of another form, from a newer version perhaps, are passed over.
    package static func findings(packed bytes: [UInt8]) -> [Finding] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let values = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard values.count == 7, let outcome = Outcome(rawValue: values[1]), let weight = Weight(rawValue: values[2]),
                let score = Int(values[3]), let microseconds = Int(values[4])
            else { return nil }
            return Finding(
                check: values[0], outcome: outcome, weight: weight, score: FilterScore(tenths: score), microseconds: microseconds,
                text: LocalizedText(values[5], ja: values[6]))
        }
    }

    private func pack(_ findings: [Finding]) -> [UInt8] {
        var text = ""
        for finding in findings {
            text += "\(finding.check)\t\(finding.outcome.rawValue)\t\(finding.weight.rawValue)\t\(finding.score.tenths)\t"
            text += "\(finding.microseconds)\t\(finding.text.english)\t\(finding.text.japanese)\n"
        }
        return Array(text.utf8)
    }
}
