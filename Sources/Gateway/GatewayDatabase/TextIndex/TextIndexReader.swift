import Firebird
import MessageLog
import Settings

/// Answers a search which parts of the log may have what it asks for, from the newest to the oldest, reading no more than it is asked for.
///
/// Late messages are read first: one that is no longer among them is in its block by then. What cannot be read (a segment that was
/// merged or removed meanwhile) is walked over as if it were not indexed.
struct TextIndexReader {
    /// How to go on from a position.
    enum Leg {
        /// Ask every message down to here; `nil`: to the end.
        case walk(downTo: MessageLogCursor?)
        /// Ask these, newest first; between them and down to `downTo` there is none.
        case candidates([TextCandidate], downTo: MessageLogCursor)
    }

    private var terms: TextTerms
    /// Blocks that have a bit, of those seen.
    private var counts: [Int: Int] = [:]
    private var seenBlocks = 0
    /// Candidate blocks, read ahead; `nil` where something is missing.
    private var blocks: [RecordIdentifier: [Int]?] = [:]
    private let late: [MessageLogCursor]
    /// Newest first.
    private let segments: [TextSegment]
    /// Where the leg before ended within a segment: at the beginning of this block.
    private var rest: (segment: RecordIdentifier, block: Int, position: MessageLogCursor)?
    private var legs = 0

    /// Of four blocks so many have a text: walking is as good.
    private static let frequent = 3
    /// Blocks seen before the most telling bits are chosen.
    private static let sample = 64
    /// Segments asked for at once, at first and afterwards: usually all of them are wanted, unless the page is full soon.
    private static let (firstBatch, batch) = (4, 16)
    /// Blocks whose lines one leg reads, of the first legs and of all others.
    private static let blocksPerLeg = [8, 32, 64]
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
        let start = position ?? Self.newest
        guard let first = segments.firstIndex(where: { $0.begin < start }) else { return .walk(downTo: nil) }
        guard segments[first].end >= start else { return .walk(downTo: segments[first].end) }
        guard let wanted = try wantedBlocks(from: first, before: start, transaction) else { return .walk(downTo: segments[first].begin) }
        guard let found = try lines(wanted.keys, transaction) else {
            for segment in segments[first..<wanted.endIndex] { blocks[segment.identifier] = .some(nil) }
            return .walk(downTo: segments[first].begin)
        }
        if !found.isEmpty { legs += 1 }
        var floor = wanted.floor
        if let block = wanted.lastBlock, let last = found.last {
            floor = last.begin
            rest = (segments[wanted.endIndex - 1].identifier, block, floor)
        }
        let candidates = found.filter { $0.messages?.isEmpty != true && $0.begin < start }
        return .candidates(adding(late.filter { floor <= $0 && $0 < start }, to: candidates), downTo: floor)
    }

    /// All candidates of all segments, and the ranges that are not indexed, newest first.
    /// - Returns: `nil` when they have more than `limit` blocks, or something is missing.
    mutating func allCandidates(
        limit: Int, _ transaction: FirebirdTransaction
    ) throws -> (indexed: [TextCandidate], rest: [Range<MessageLogCursor>])? {
        var keys: [RecordIdentifier] = []
        var rest: [Range<MessageLogCursor>] = []
        var position = Self.newest
        for segment in segments {
            if segment.end < position { rest.append(segment.end..<position) }
            guard let blocks = try candidateBlocks(segment, transaction) else { return nil }
            keys += blocks.reversed().map(segment.key)
            guard keys.count <= limit else { return nil }
            position = segment.begin
        }
        if Self.oldest < position { rest.append(Self.oldest..<position) }
        guard let found = try lines(keys, transaction) else { return nil }
        return (adding(late, to: found.filter { $0.messages?.isEmpty != true }), rest)
    }

    /// Blocks whose lines the next leg reads, newest first; those of one segment after the other, as far as they adjoin.
    /// - Returns: their keys; where the leg ends, or the last one's number if that is where; the end of the segments it looked at. `nil`
    ///   when walking over the first segment is as good, or something is missing.
    private mutating func wantedBlocks(
        from first: Int, before start: MessageLogCursor, _ transaction: FirebirdTransaction
    ) throws -> (keys: [RecordIdentifier], floor: MessageLogCursor, lastBlock: Int?, endIndex: Int)? {
        let size = Self.blocksPerLeg[min(legs, Self.blocksPerLeg.count - 1)]
        var keys: [RecordIdentifier] = []
        var floor = start
        var index = first
        while index < min(segments.count, first + Self.batch), keys.count < size {
            let segment = segments[index]
            guard segment.begin < floor, segment.end >= floor else { break }
            guard let blocks = try usableBlocks(segment, before: floor, transaction) else {
                if index == first { return nil }
                break
            }
            index += 1
            let taken = blocks.suffix(size - keys.count)
            keys += taken.reversed().map(segment.key)
            if taken.count < blocks.count { return (keys, floor, taken.first, index) }
            floor = segment.begin
        }
        return (keys, floor, nil, index)
    }

    /// Candidates of a segment that begin before a position.
    /// - Returns: `nil` when walking over the segment is as good.
    private mutating func usableBlocks(
        _ segment: TextSegment, before position: MessageLogCursor, _ transaction: FirebirdTransaction
    ) throws -> [Int]? {
        guard let blocks = try candidateBlocks(segment, transaction) else { return nil }
        if terms.exact.isEmpty, blocks.count > 2, blocks.count * 4 > segment.blockCount * Self.frequent { return nil }
        guard position < segment.end, !blocks.isEmpty else { return blocks }
        if let rest, rest.segment == segment.identifier, rest.position == position { return blocks.filter { $0 < rest.block } }
        guard let row = try transaction.queryOne("select block_ends from text_segment where id = \(segment.identifier)") else { return nil }
        let last = TextSlices.firstPlace(notBefore: position, in: try row.decode(0))
        return blocks.filter { $0 <= last }
    }

    /// Late messages are asked themselves. One that is in its block by now, or lies between a block's others, comes with these.
    private func adding(_ late: [MessageLogCursor], to candidates: [TextCandidate]) -> [TextCandidate] {
        guard !late.isEmpty else { return candidates }
        var all = candidates
        for place in late {
            if let index = candidates.firstIndex(where: { $0.begin <= place && place < $0.end }) {
                all[index].add(place.message)
            } else {
                all.append(TextCandidate(begin: place, end: place.successor, messages: [place.message]))
            }
        }
        return all.sorted { $0.begin > $1.begin }
    }
}

// MARK: - rows

extension TextIndexReader {
    /// Of each block, in their order, which of its messages are candidates.
    /// - Returns: `nil` when one is gone.
    private func lines(_ keys: [RecordIdentifier], _ transaction: FirebirdTransaction) throws -> [TextCandidate]? {
        var found: [RecordIdentifier: TextCandidate] = [:]
        for part in IdentifierList.parts(keys) {
            try transaction.forEach(Self.lines(part)) { row in
                let begin = MessageLogCursor(receivedAt: try row.decode(1), message: try row.decode(2))
                let end = MessageLogCursor(receivedAt: try row.decode(3), message: try row.decode(4))
                let messages = try row.decode(5, as: [UInt8]?.self).flatMap { TextBlock.candidates(in: $0, terms) }
                var candidate = TextCandidate(begin: begin, end: end, messages: messages)
                candidate.bound()
                found[try row.decode(0)] = candidate
            }
        }
        let inOrder = keys.compactMap { found[$0] }
        return inOrder.count == keys.count ? inOrder : nil
    }

    static func lines(_ keys: [RecordIdentifier?]) -> FirebirdQuery {
        "select id, begin_at, begin_message, end_at, end_message, content from text_block where id in (\(list: keys))"
    }

    /// Blocks that have all bits.
    /// - Returns: `nil` when the segment's slices are gone.
    private mutating func candidateBlocks(_ segment: TextSegment, _ transaction: FirebirdTransaction) throws -> [Int]? {
        if let known = blocks[segment.identifier] { return known }
        let next = segments.drop { $0.identifier != segment.identifier }
        let size = terms.isChosen && !blocks.isEmpty ? Self.batch : Self.firstBatch
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
