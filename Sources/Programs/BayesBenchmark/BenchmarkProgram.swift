import BayesianLearning
import Glibc
import Mail

/// Trains and applies the classifier over lists of files, for `make bench-spam`. A tool of the developers; no part of the product.
///
///     BayesBenchmark train SNAPSHOT HAM-LIST SPAM-LIST
///     BayesBenchmark score SNAPSHOT LIST            one line a file: probability, tab, path
///     BayesBenchmark validate HAM-LIST SPAM-LIST    the same, each file judged by a model of four fifths that it is not in
///     BayesBenchmark explain SNAPSHOT FILE          the strongest tokens
///
/// The last line on standard error is `seconds N mails N`: processor time of the work itself, reading of files included.
@main
enum BenchmarkProgram {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            try run(arguments)
        } catch {
            complain("\(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        let clock = ProcessorClock()
        let mails: Int
        switch (arguments.first, arguments.count) {
        case ("train", 4): mails = try train(snapshot: arguments[1], ham: arguments[2], spam: arguments[3])
        case ("score", 3): mails = try score(snapshot: arguments[1], list: arguments[2])
        case ("validate", 3): mails = try validate(ham: arguments[1], spam: arguments[2])
        case ("explain", 3): mails = try explain(snapshot: arguments[1], file: arguments[2])
        default:
            complain("usage: BayesBenchmark train SNAPSHOT HAM SPAM | score SNAPSHOT LIST | validate HAM SPAM | explain SNAPSHOT FILE")
            exit(64)
        }
        complain("seconds \(clock.seconds) mails \(mails)")
    }

    private static func train(snapshot: String, ham: String, spam: String) throws -> Int {
        let samples = try samples(ham: ham, spam: spam).map(\.sample)
        let model = try BayesTrainer().train(samples)
        let number = BayesSnapshotNumber(epoch: 1, sequence: 1)
        try Files.write(BayesSnapshot(number: number, model: model).bytes, to: snapshot)
        return samples.count
    }

    private static func score(snapshot: String, list: String) throws -> Int {
        let model = try BayesSnapshot(reading: Files.read(snapshot)).model
        let tokenizer = MessageTokenizer()
        let paths = try Files.lines(of: list)
        for path in paths {
            let score = try model.score(tokenizer.tokens(of: Files.read(path)))
            print("\(score.probability)\t\(path)")
        }
        return paths.count
    }

    private static func validate(ham: String, spam: String) throws -> Int {
        let samples = try samples(ham: ham, spam: spam)
        let folds = 5
        for fold in 0..<folds {
            let model = try BayesTrainer().train(samples.filter { $0.fold % folds != fold }.map(\.sample))
            for (path, sample, _) in samples.filter({ $0.fold % folds == fold }) {
                print("\(model.score(MessageTokens(hashes: sample.tokens)).probability)\t\(path)")
            }
        }
        return samples.count
    }

    private static func explain(snapshot: String, file: String) throws -> Int {
        let model = try BayesSnapshot(reading: Files.read(snapshot)).model
        let tokens = MessageTokenizer().tokens(of: MessageReader().read(try Files.read(file)), keepsText: true)
        let explanation = model.explanation(of: tokens)
        print("probability \(explanation.score.probability), \(explanation.score.knownTokens) of \(tokens.hashes.count) tokens known")
        for evidence in explanation.evidence {
            let push = (evidence.push * 100).rounded() / 100
            print("\(push)\tham \(evidence.ham)\tspam \(evidence.spam)\t\(evidence.text ?? "?")")
        }
        return 1
    }

    /// A line of a list is a path, or a path, a tab and a number: mails with the same number never part in `validate`.
    private static func samples(ham: String, spam: String) throws -> [(path: String, sample: LearnedSample, fold: Int)] {
        let tokenizer = MessageTokenizer()
        var all: [(path: String, sample: LearnedSample, fold: Int)] = []
        for (list, isSpam) in [(ham, false), (spam, true)] {
            for line in try Files.lines(of: list) {
                let parts = line.split(separator: "\t")
                let path = String(parts[0])
                let tokens = try tokenizer.tokens(of: Files.read(path)).hashes
                all.append((path, LearnedSample(tokens: tokens, isSpam: isSpam), parts.count > 1 ? Int(parts[1]) ?? 0 : all.count))
            }
        }
        return all
    }

    private static func complain(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
