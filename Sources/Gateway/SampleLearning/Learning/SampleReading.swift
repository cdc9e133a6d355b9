import BayesianLearning
import Mail
import Settings

/// What is taken from a message to learn it: its name, its tokens, and what the ledger shows of it.
struct SampleReading: Sendable {
    let digest: SampleDigest
    let tokens: [UInt64]
    let sender: String
    let subject: String

    /// Larger files are set aside: the part that is looked at is far smaller, but a message is named by all of it.
    static let maximumBytes = 64 << 20

    /// - Throws: `UnusableSample` with the reason, for whoever finds the file among those set aside.
    init(_ bytes: [UInt8]) throws(UnusableSample) {
        guard !bytes.isEmpty else { throw UnusableSample(reason: LocalizedText("The file is empty.", ja: "ファイルが空です。")) }
        let structure = MessageReader().read(bytes)
        let header = structure.header
        guard header.first("From") != nil || header.first("Received") != nil || header.first("Subject") != nil else {
            throw UnusableSample(
                reason: LocalizedText(
                    "The file is no message: it has none of the header fields From, Received and Subject.",
                    ja: "メールではありません。From、Received、Subject のいずれのヘッダーもありません。"))
        }
        digest = SampleDigest(of: bytes)
        tokens = MessageTokenizer().tokens(of: structure).hashes
        sender = header.first("From")?.text ?? ""
        subject = header.subject ?? ""
    }
}

/// A file nothing can be learned from.
struct UnusableSample: Error, Sendable, Hashable {
    let reason: LocalizedText

    static let tooLarge = UnusableSample(
        reason: LocalizedText(
            "The file is larger than \(SampleReading.maximumBytes >> 20) MB.", ja: "ファイルが \(SampleReading.maximumBytes >> 20) MB を超えています。"))
}
