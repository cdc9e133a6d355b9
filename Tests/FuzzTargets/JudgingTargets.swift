import Filtering
import Quarantine

@testable import BayesianLearning

enum JudgingTargets {
    /// The input is a message; the classifier's tokens are bounded and the same each time.
    static func tokens(_ bytes: [UInt8]) {
        let tokenizer = MessageTokenizer()
        let tokens = tokenizer.tokens(of: bytes)
        precondition(tokens.hashes.count <= tokenizer.limits.tokens, "too many tokens")
        precondition(tokenizer.tokens(of: bytes) == tokens, "other tokens of the same bytes")
    }

    /// The input is a file without its checksum, which nothing would get past: a snapshot, or the samples it was made of.
    static func snapshot(_ bytes: [UInt8]) {
        let file = SealedFile.sealed(bytes)
        if let snapshot = try? BayesSnapshot(reading: file) {
            precondition((try? BayesSnapshot(reading: snapshot.bytes)) != nil, "a snapshot that cannot be read again")
            _ = snapshot.model.featureCount
        }
        if let samples = try? LearnedSamples(reading: file, maximumPerKind: 20) {
            precondition((try? LearnedSamples(reading: samples.bytes)) != nil, "samples that cannot be read again")
        }
    }

    /// The first line is a pattern of a content rule, the rest a text.
    static func pattern(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count == 2, let pattern = try? LinearPattern(String(decoding: first, as: UTF8.self)) else {
            return
        }
        var steps = 100_000
        _ = pattern.matches(FoldedText(String(decoding: parts[1], as: UTF8.self)), steps: &steps)
        precondition(steps >= -LinearPattern.maximumInstructions, "more steps than allowed")
    }

    /// What a person sees of the message.
    static func preview(_ bytes: [UInt8]) {
        let view = SafeMessageView(bytes, isCut: false)
        for field in view.headerFields { precondition(!field.text.contains("\n") && !field.name.contains("\n"), "a line more") }
        for text in view.texts { precondition(!text.text.contains("\u{0}") && !text.text.contains("\u{1B}"), "a control character") }
    }
}
