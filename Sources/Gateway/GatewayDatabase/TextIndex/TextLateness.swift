import Cluster
import Delivery
import Firebird
import MessageLog
import Settings

/// Messages that are committed when their time may be indexed already: a paused process, a wrong clock.
enum TextLateness {
    /// With more of them the index is of no use to a search until they are added.
    static let maximum = 500

    private static let insert: StaticString = """
        insert into text_late (id, message_id, received_at, changed_at, changed_by) values (?, ?, ?, ?, ?)
        """

    /// Notes those that are not younger than the horizon which their batch has read. Usually there are none.
    static func note(
        _ messages: [(message: RecordIdentifier, receivedAt: UTCTime)], horizon: UTCTime, at time: UTCTime, node: NodeID,
        _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        let late = messages.filter { $0.receivedAt <= horizon }
        guard !late.isEmpty else { return }
        try transaction.execute(
            insert,
            many: late.map {
                [
                    RecordIdentifier(milliseconds: time.milliseconds).firebirdValue, $0.message.firebirdValue, $0.receivedAt.firebirdValue,
                    time.firebirdValue, node.firebirdValue,
                ]
            })
    }

    /// At most one more than `maximum`.
    static func places(_ transaction: FirebirdTransaction) throws -> [MessageLogCursor] {
        try transaction.query("select first \(unsafeSQL: String(maximum + 1)) received_at, message_id from text_late").map {
            MessageLogCursor(receivedAt: try $0.decode(0), message: try $0.decode(1))
        }
    }

    /// Adds some of them to their blocks.
    /// - Returns: whether there may be more.
    static func add(upTo limit: Int, _ transaction: FirebirdTransaction) throws -> Bool {
        let rows = try transaction.query("select first \(unsafeSQL: String(limit)) id, received_at, message_id from text_late")
        for row in rows {
            let place = MessageLogCursor(receivedAt: try row.decode(1), message: try row.decode(2))
            try add(place, transaction)
            try transaction.executeUncounted("delete from text_late where id = \(try row.decode(0, as: RecordIdentifier.self))")
        }
        return rows.count == limit
    }

    /// A message that lies in no segment needs nothing: it will be indexed, or is searched as it is.
    private static func add(_ place: MessageLogCursor, _ transaction: FirebirdTransaction) throws {
        let row = try transaction.queryOne(
            """
            select \(unsafeSQL: TextSegment.columns), block_ends from text_segment
            where form = \(TextSegment.form)
                and (begin_at < \(place.receivedAt) or (begin_at = \(place.receivedAt) and begin_message <= \(place.message)))
                and (end_at > \(place.receivedAt) or (end_at = \(place.receivedAt) and end_message > \(place.message)))
            """)
        guard let row else { return }
        let segment = try TextSegment(row)
        guard let block = try TextSlices.decode(try row.decode("block_ends")).firstIndex(where: { place < $0 }) else { return }
        guard let content = try TextIndexBuilding.contents(of: [place.message], transaction)[place.message] else { return }
        for (slice, offsets) in offsets(of: content, in: TextLayout(blockCount: segment.blockCount), block: block) {
            try set(offsets, bit: UInt8(1) << UInt8(block % 8), slice: slice, of: segment, transaction)
        }
        try add(TextBlock.line(place.message, content), to: segment.key(block), transaction)
    }

    private static func offsets(of content: TextMessage, in layout: TextLayout, block: Int) -> [Int: Set<Int>] {
        var offsets: [Int: Set<Int>] = [:]
        var positions = content.exact.reduce(into: Set<Int>()) { $0.formUnion($1.positions) }
        for text in content.texts { positions.formUnion(TextGrams.positions(of: text)) }
        for position in positions {
            offsets[layout.slice(of: position), default: []].insert(layout.offsetInSlice(of: position) + block / 8)
        }
        return offsets
    }

    /// A block that has no lines, because they are too many, is asked as a whole.
    private static func add(_ line: [UInt8], to key: RecordIdentifier, _ transaction: FirebirdTransaction) throws {
        guard let lines = try transaction.queryOne("select content from text_block where id = \(key)")?.decode(0, as: [UInt8]?.self) else {
            return
        }
        let all = lines + line
        let content: FirebirdValue = all.count <= TextBlock.maximumBytes ? .bytes(all) : .null
        try transaction.executeUncounted("update text_block set content = \(content) where id = \(key)")
    }

    private static func set(
        _ offsets: Set<Int>, bit: UInt8, slice: Int, of segment: TextSegment, _ transaction: FirebirdTransaction
    ) throws {
        guard
            let row = try transaction.queryOne(
                "select content from text_slice where segment_id = \(segment.identifier) and slice = \(slice)")
        else { return }
        var content: [UInt8] = try row.decode(0)
        for offset in offsets where offset < content.count { content[offset] |= bit }
        try transaction.executeUncounted(
            """
            update text_slice set content = \(FirebirdValue.bytes(content))
            where segment_id = \(segment.identifier) and slice = \(slice)
            """)
    }
}
