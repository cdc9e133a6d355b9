import Firebird
import MessageLog
import Settings

/// Answers a search which parts of the log may have its texts, from the newest to the oldest, reading no more than it is asked for.
///
/// Late messages are read first: one that is no longer among them is in its block by then. What cannot be read (a segment that was
/// merged meanwhile) is walked over as if it were not indexed.
struct TextIndexReader {
    /// How to go on from a position.
    enum Leg {
        /// Ask every message down to here; `nil`: to the end.
        case walk(downTo: MessageLogCursor?)
        /// Ask those in these ranges, newest first; between them and down to `downTo` there is none.
        case ranges([Range<MessageLogCursor>], downTo: MessageLogCursor)
    }

    private var terms: TextTerms
    /// Blocks that have a bit, of those seen.
    private var counts: [Int: Int] = [:]
    private var seenBlocks = 0
    /// Read ahead; `nil` where slices are missing.
    private var blocks: [RecordIdentifier: [Int]?] = [:]
    private let late: [MessageLogCursor]
    /// Newest first.
    private let segments: [TextSegment]
    /// What was found out of the segment that was asked for last.
    private var known: (segment: RecordIdentifier, ranges: [Range<MessageLogCursor>]?)?

    /// A block in so many has what is asked for: walking is as good.
    private static let frequent = 4
    /// Blocks seen before the most telling bits are chosen.
    private static let sample = 64
    /// Segments asked for at once, before that and afterwards: usually all of them are wanted, unless the page is full soon.
    private static let (firstBatch, batch) = (4, 16)
    private static let newest = MessageLogCursor.start(of: UTCTime(milliseconds: .max))
    private static let oldest = MessageLogCursor.start(of: UTCTime(milliseconds: .min))

    /// - Returns: `nil` when the index is of no use.
    init?(_ terms: TextTerms?, _ transaction: FirebirdTransaction) throws {
        guard let terms else { return nil }
        self.terms = terms
        late = try TextLateness.places(transaction)
        segments = try transaction.query(
            """
            select \(unsafeSQL: TextSegment.columns) from text_segment where form = \(TextSegment.form)
            order by end_at desc, end_message desc
            """
        ).map(TextSegment.init)
        guard !segments.isEmpty, late.count <= TextLateness.maximum else { return nil }
    }

    /// What to do with the messages before `position`; `nil`: all.
    mutating func leg(before position: MessageLogCursor?, _ transaction: FirebirdTransaction) throws -> Leg {
        guard let segment = segments.first(where: { $0.begin < position ?? Self.newest }) else { return .walk(downTo: nil) }
        if segment.end < position ?? Self.newest { return .walk(downTo: segment.end) }
        if known?.segment != segment.identifier { known = (segment.identifier, try candidates(segment, transaction)) }
        guard let ranges = known?.ranges else { return .walk(downTo: segment.begin) }
        return .ranges(ranges.compactMap { $0.cut(before: position) }, downTo: segment.begin)
    }

    /// Ranges of all candidates of all segments, and of what is not indexed, newest first.
    /// - Returns: `nil` when they have more than `limit` blocks.
    mutating func allRanges(
        limit: Int, _ transaction: FirebirdTransaction
    ) throws -> (indexed: [Range<MessageLogCursor>], rest: [Range<MessageLogCursor>])? {
        var indexed: [Range<MessageLogCursor>] = []
        var rest: [Range<MessageLogCursor>] = []
        var position = Self.newest
        var count = 0
        for segment in segments {
            if segment.end < position { rest.append(segment.end..<position) }
            guard let blocks = try candidateBlocks(segment, transaction) else { return nil }
            count += blocks.count
            guard count <= limit else { return nil }
            guard let ranges = try ranges(blocks, of: segment, transaction) else { return nil }
            indexed += ranges
            position = segment.begin
        }
        if Self.oldest < position { rest.append(Self.oldest..<position) }
        return (indexed, rest)
    }

    /// - Returns: `nil` when walking over the segment is as good.
    private mutating func candidates(
        _ segment: TextSegment, _ transaction: FirebirdTransaction
    ) throws -> [Range<MessageLogCursor>]? {
        guard let blocks = try candidateBlocks(segment, transaction) else { return nil }
        guard blocks.count * Self.frequent <= segment.blockCount || blocks.count <= 2 else { return nil }
        return try ranges(blocks, of: segment, transaction)
    }

    /// Newest first, neighbours put together.
    private func ranges(
        _ blocks: [Int], of segment: TextSegment, _ transaction: FirebirdTransaction
    ) throws -> [Range<MessageLogCursor>]? {
        let hasLate = late.contains { segment.begin <= $0 && $0 < segment.end }
        guard !blocks.isEmpty || hasLate else { return [] }
        let row = try transaction.queryOne("select block_ends from text_segment where id = \(segment.identifier)")
        guard let row else { return nil }
        let ends = try TextSlices.decode(try row.decode(0))
        guard ends.count == segment.blockCount else { return nil }
        var wanted = Set(blocks)
        for place in late where segment.begin <= place && place < segment.end {
            if let block = ends.firstIndex(where: { place < $0 }) { wanted.insert(block) }
        }
        var ranges: [Range<MessageLogCursor>] = []
        for block in wanted.sorted(by: >) {
            let begin = block == 0 ? segment.begin : ends[block - 1]
            guard begin < ends[block] else { continue }
            if let last = ranges.last, last.lowerBound == ends[block] {
                ranges[ranges.count - 1] = begin..<last.upperBound
            } else {
                ranges.append(begin..<ends[block])
            }
        }
        return ranges
    }

    /// Blocks that have all bits.
    /// - Returns: `nil` when the segment's slices are gone.
    private mutating func candidateBlocks(_ segment: TextSegment, _ transaction: FirebirdTransaction) throws -> [Int]? {
        if let known = blocks[segment.identifier] { return known }
        let next = segments.drop { $0.identifier != segment.identifier }
        let size = terms.isChosen ? Self.batch : Self.firstBatch
        let together = Array(next.prefix(size).prefix { $0.blockCount == segment.blockCount })
        let layout = TextLayout(blockCount: segment.blockCount)
        let slices = try slices(Set(terms.positions.map(layout.slice)), of: together, size, transaction)
        for one in together { blocks[one.identifier] = .some(common(slices[one.identifier] ?? [:], layout)) }
        choose(after: together)
        return blocks[segment.identifier] ?? nil
    }

    private mutating func common(_ slices: [Int: [UInt8]], _ layout: TextLayout) -> [Int]? {
        var common = [UInt8](repeating: 0xFF, count: layout.width)
        for position in terms.positions {
            guard let slice = slices[layout.slice(of: position)], slice.count == TextSegment.sliceBytes else { return nil }
            let offset = layout.offsetInSlice(of: position)
            var count = 0
            for byte in 0..<layout.width {
                common[byte] &= slice[offset + byte]
                count += slice[offset + byte].nonzeroBitCount
            }
            counts[position, default: 0] += count
        }
        return (0..<layout.blockCount).filter { common[$0 / 8] & UInt8(1) << UInt8($0 % 8) != 0 }
    }

    /// Goes on with the most telling bits, once it is known which ones these are.
    private mutating func choose(after segments: [TextSegment]) {
        guard !terms.isChosen else { return }
        seenBlocks += segments.reduce(0) { $0 + $1.blockCount }
        if seenBlocks >= Self.sample { terms = terms.mostTelling(counts) }
    }

    private func slices(
        _ numbers: Set<Int>, of segments: [TextSegment], _ size: Int, _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: [Int: [UInt8]]] {
        var slices: [RecordIdentifier: [Int: [UInt8]]] = [:]
        let identifiers = Self.padded(segments.map(\.identifier.firebirdValue), to: size)
        let sorted = numbers.sorted()
        for start in stride(from: 0, to: sorted.count, by: TextTerms.chosenPositions) {
            let part = sorted[start..<min(sorted.count, start + TextTerms.chosenPositions)]
            let query = Self.query(identifiers, Self.padded(part.map { .integer($0) }, to: TextTerms.chosenPositions))
            try transaction.forEach(query) { row in
                guard let number = try row.decode(1, as: Int?.self) else { return }
                slices[try row.decode(0), default: [:]][number] = try row.decode(2)
            }
        }
        return slices
    }

    /// The left join keeps the engine from beginning with the slices.
    static func query(_ identifiers: [FirebirdValue], _ slices: [FirebirdValue]) -> FirebirdQuery {
        """
        select g.id, s.slice, s.content from text_segment g
            left join text_slice s on s.segment_id = g.id and s.slice in (\(list: slices))
        where g.id in (\(list: identifiers))
        """
    }

    /// Filled up with NULL, which equals nothing.
    private static func padded(_ values: [FirebirdValue], to size: Int) -> [FirebirdValue] {
        values + Array(repeating: .null, count: max(0, size - values.count))
    }
}

extension Range<MessageLogCursor> {
    /// The part of it before a position; `nil` when nothing is left.
    fileprivate func cut(before position: MessageLogCursor?) -> Range<MessageLogCursor>? {
        guard let position, position < upperBound else { return self }
        return lowerBound < position ? lowerBound..<position : nil
    }
}
