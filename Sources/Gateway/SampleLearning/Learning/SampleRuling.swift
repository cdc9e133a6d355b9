import Settings
import SharedFolders

/// What becomes of a file's message. Pure.
///
/// The file's folder says what it is, unless the ledger knows better: a file the gateway stored is ruled by the entry that was written with
/// it, and any file by an entry that is newer, so that one that could not be removed never overrules what people said afterwards.
enum SampleRuling: Sendable, Hashable {
    case learn(SampleKind)
    case forget

    /// The clocks of nodes and of a share may differ by so much.
    private static let tolerance: Int64 = 2_000

    init(_ file: SampleFile, _ digest: SampleDigest, _ entry: LedgerEntry?) {
        let kind = SampleKind(isSpam: file.kind == .bayesSpam)
        guard let entry else {
            self = .learn(kind)
            return
        }
        let isNewer = entry.changedAt.milliseconds > file.changedNanoseconds / 1_000_000 + Self.tolerance
        let isOurs = file.name == digest.fileName
        switch entry.state {
        case .leaving: self = isOurs || isNewer ? .forget : .learn(kind)
        case .waiting: self = .learn(isOurs || isNewer ? entry.kind : kind)
        case .learned: self = .learn(isNewer ? entry.kind : kind)
        }
    }
}
