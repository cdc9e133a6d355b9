import Settings

/// One file of transcripts with its index: all dialogues of one node that began within ten minutes, `<day>/<time>-<node>`. Both names are
/// computed from a transcript's identifier and its node, so that no row has to hold a place in a file, and nodes that share the folder
/// never write to the same file. A folder with an identity adds its `part`: a file is appended to in the folder it was begun in and nowhere
/// else, so its copies in other folders are beginnings of it and a move never meets two files of one name.
struct TranscriptSegment: Hashable {
    /// `20261127`
    let day: String
    /// `1510`, the beginning of its ten minutes, UTC.
    let time: String
    let node: NodeID
    /// Of the folder's identity; empty where the folder has none.
    let part: String

    /// Short enough that an index is read in one go, long enough that a day has few files.
    static let sliceMilliseconds: Int64 = 600_000
    static let textSuffix = ".txt"
    static let indexSuffix = ".index"

    init(of identifier: RecordIdentifier, node: NodeID, part: String = "") {
        let slice = Self.slice(UTCTime(milliseconds: identifier.milliseconds))
        self.init(day: slice.day, time: slice.time, node: node, part: part)
    }

    private init(day: String, time: String, node: NodeID, part: String) {
        self.part = part
        self.day = day
        self.time = time
        self.node = node
    }

    /// From the name of an index in a day's folder; `nil` for any other file.
    init?(day: String, indexName name: String) {
        guard name.hasSuffix(Self.indexSuffix) else { return nil }
        let parts = name.dropLast(Self.indexSuffix.utf8.count).split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), DigitName.isNumber(parts[0], digits: 4), let node = NodeID(parts[1]) else { return nil }
        self.init(day: day, time: String(parts[0]), node: node, part: parts.count == 3 ? String(parts[2]) : "")
    }

    var textPath: String { path + Self.textSuffix }
    var indexPath: String { path + Self.indexSuffix }
    private var path: String { "\(day)/\(time)-\(node)" + (part.isEmpty ? "" : "-\(part)") }

    /// The last digits of a folder's identity: random ones.
    static func part(of identity: RecordIdentifier?) -> String { identity.map { String($0.description.suffix(8)) } ?? "" }

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
