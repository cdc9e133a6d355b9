import BayesianLearning
import Mail

/// Mails made up from two vocabularies that overlap, the same ones at every run.
struct SyntheticMail {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private static let hamWords =
        "meeting patch review kernel minutes agenda schedule thanks lunch draft report build branch merge train hotel".split(separator: " ")
    private static let spamWords =
        "viagra casino winner lottery pills cheap offer money guaranteed prize bonus click unsubscribe rates loan debt".split(
            separator: " ")
    private static let sharedWords = "the and you for with this that have from your our today please about time price free mail will".split(
        separator: " ")

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func mail(isSpam: Bool) -> [UInt8] {
        let own = isSpam ? Self.spamWords : Self.hamWords
        var words: [String] = []
        for _ in 0..<30 {
            let from = next() % 3 == 0 ? own : Self.sharedWords
            words.append(String(from[Int(next() % UInt64(from.count))]))
        }
        let subject = words.prefix(4).joined(separator: " ")
        return Array(
            "From: A <a@example.com>\nSubject: \(subject)\nMessage-ID: <\(next())@example.com>\n\n\(words.joined(separator: " "))\n".utf8)
    }

    /// As many of each kind, mixed.
    static func samples(ofEach count: Int, seed: UInt64 = 1) -> [LearnedSample] {
        var generator = SyntheticMail(seed: seed)
        return (0..<2 * count).map { place in
            let isSpam = place % 2 == 1
            return LearnedSample(tokens: MessageTokenizer().tokens(of: generator.mail(isSpam: isSpam)).hashes, isSpam: isSpam)
        }
    }

    /// The texts of a message's tokens.
    static func texts(of message: String, limits: TokenLimits = TokenLimits()) -> Set<String> {
        Set(MessageTokenizer(limits: limits).tokens(of: MessageReader().read(Array(message.utf8)), keepsText: true).texts.values)
    }
}
