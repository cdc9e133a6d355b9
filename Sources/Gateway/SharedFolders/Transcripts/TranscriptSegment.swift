import Settings

/// One file of transcripts with its index: all dialogues of one node that began within ten minutes, `<day>/<time>-<node>`. Both names are
/// computed from a transcript's identifier and its node, so that no row has to hold a place in a file, and nodes that share the folder
/// never write to the same file.
struct TranscriptSegment: Hashable {
    /// `20261127`
    let day: String
    /// `1510`, the beginning of its ten minutes, UTC.
    let time: String
    let node: NodeID

    /// Short enough that an index is read in one go, long enough that a day has few files.
    static let sliceMilliseconds: Int64 = 600_000
    static let textSuffix = ".txt"
    static let indexSuffix = ".index"

    init(of identifier: RecordIdentifier, node: NodeID) {
        let slice = Self.slice(UTCTime(milliseconds: identifier.milliseconds))
        self.init(day: slice.day, time: slice.time, node: node)
    }

    private init(day: String, time: String, node: NodeID) {
        self.day = day
        self.time = time
        self.node = node
    }

    /// From the name of an index in a day's folder; `nil` for any other file.
    init?(day: String, indexName name: String) {
        guard name.hasSuffix(Self.indexSuffix) else { return nil }
        let parts = name.dropLast(Self.indexSuffix.utf8.count).split(separator: "-", maxSplits: 1)
        guard parts.count == 2, DigitName.isNumber(parts[0], digits: 4), let node = NodeID(parts[1]) else { return nil }
        self.init(day: day, time: String(parts[0]), node: node)
    }

    var textPath: String { "\(day)/\(time)-\(node)\(Self.textSuffix)" }
    var indexPath: String { "\(day)/\(time)-\(node)\(Self.indexSuffix)" }

    /// Day and beginning of the ten minutes that hold a time.
    static func slice(_ time: UTCTime) -> (day: String, time: String) {
        let begin = UTCTime(milliseconds: time.milliseconds - time.milliseconds % sliceMilliseconds).description  // 2026-11-27T15:10:00Z
        let digits = Array(begin.utf8)
        return (
            String(decoding: digits[0..<4] + digits[5..<7] + digits[8..<10], as: UTF8.self),
            String(decoding: digits[11..<13] + digits[14..<16], as: UTF8.self)
        )
    }
}

/// Names made of digits, as folders of days and hours have them.
enum DigitName {
    static func isNumber(_ name: some StringProtocol, digits: Int) -> Bool {
        name.utf8.count == digits && name.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
