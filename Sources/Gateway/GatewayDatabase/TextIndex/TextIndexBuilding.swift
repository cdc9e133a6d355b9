import Firebird
import MessageLog
import Settings

/// The steps of indexing, each in one fenced snapshot transaction.
struct TextIndexBuilding: Sendable {
    let node: NodeID
    /// Fewer in tests only.
    var rowsPerBlock = TextSegment.rowsPerBlock

    private var rowsPerSegment: Int { rowsPerBlock * TextSegment.smallBlocks }
    /// More rows than this in one look are too many to choose the oldest of.
    private var window: Int { 4 * rowsPerSegment }
    private static let shortestSpan: Int64 = 60_000
    /// Leftovers, in quarantine say, keep a segment; the ones after it are looked at all the same.
    private static let removalCandidates = 16
    private static let rowsPerStatement = 64

    /// Adds a small segment after the newest one.
    /// - Returns: whether there were enough messages for it.
    func build(upTo horizon: UTCTime, _ transaction: FirebirdTransaction) throws -> Bool {
        let newest = try transaction.queryOne(
            """
            select first 1 \(unsafeSQL: TextSegment.columns) from text_segment where form = \(TextSegment.form)
            order by end_at desc, end_message desc
            """)
        let begin = try newest.map { try TextSegment($0).end } ?? .start(of: UTCTime(milliseconds: 0))
        guard let until = try windowEnd(from: begin, upTo: horizon, transaction) else { return false }
        let builder = try collect(from: begin, until: until, transaction)
        guard let end = builder.blockEnds.last else { return false }
        let part = TextSegment.freshPart()
        let segment = TextSegment(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), begin: begin, end: end,
            blockCount: TextSegment.smallBlocks, parts: [part])
        try insert(segment, builder.blockEnds, builder.slices, transaction)
        try insert(builder.blocks, of: part, from: begin, transaction)
        return true
    }

    /// Puts the oldest small segments that follow one another together. The rows of their blocks stay as they are.
    /// - Returns: whether there were enough of them.
    func merge(_ transaction: FirebirdTransaction) throws -> Bool {
        let segments = try transaction.query(
            """
            select \(unsafeSQL: TextSegment.columns), block_ends from text_segment
            where block_count = \(TextSegment.smallBlocks) and form = \(TextSegment.form) order by end_at, end_message
            """)
        guard let run = try Self.run(in: segments), let begin = run.first?.segment.begin, let end = run.last?.segment.end else {
            return false
        }
        let parts = try run.map { try Self.bytes(of: $0.segment, transaction) }
        let segment = TextSegment(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), begin: begin, end: end,
            blockCount: TextSegment.largeBlocks, parts: run.flatMap(\.segment.parts))
        try insert(segment, run.flatMap(\.blockEnds), TextSlices.cut(TextSlices.join(parts)), transaction)
        for old in run { try Self.removeSlices(old.segment, transaction) }
        return true
    }

    /// - Returns: whether there was one whose messages are all gone, or one of another form.
    func removeEmpty(_ transaction: FirebirdTransaction) throws -> Bool {
        if let row = try transaction.queryOne(
            "select first 1 \(unsafeSQL: TextSegment.columns) from text_segment where form <> \(TextSegment.form)")
        {
            try Self.remove(TextSegment(row), transaction)
            return true
        }
        let oldest = try transaction.query(
            """
            select first \(unsafeSQL: String(Self.removalCandidates)) \(unsafeSQL: TextSegment.columns) from text_segment
            order by end_at, end_message
            """
        ).map(TextSegment.init)
        // The newest one says from where to go on.
        let newest = try transaction.queryOne("select max(end_at) from text_segment")?.decode(0, as: UTCTime?.self)
        for segment in oldest where segment.end.receivedAt != newest {
            guard try Self.isEmpty(segment, transaction) else { continue }
            try Self.remove(segment, transaction)
            return true
        }
        return false
    }

    private static func isEmpty(_ segment: TextSegment, _ transaction: FirebirdTransaction) throws -> Bool {
        try transaction.queryOne(
            """
            select first 1 m.id from message m where \(TextIndexRanges.condition([segment.begin..<segment.end]))
            """) == nil
    }
}

// MARK: - reading messages

extension TextIndexBuilding {
    /// A time up to which there are messages enough for a segment, and not too many to choose the oldest of: the log's index is walked
    /// newest first only. Many messages of one millisecond are taken together.
    private func windowEnd(
        from begin: MessageLogCursor, upTo horizon: UTCTime, _ transaction: FirebirdTransaction
    ) throws -> UTCTime? {
        var low = begin.receivedAt.milliseconds
        let limit = horizon.milliseconds
        guard low <= limit else { return nil }
        var span = Self.shortestSpan
        var high = min(limit, low + span)
        var found = try count(from: begin, until: high, transaction)
        while found < rowsPerSegment, high < limit {
            low = high
            span *= 2
            high = min(limit, begin.receivedAt.milliseconds + span)
            found = try count(from: begin, until: high, transaction)
        }
        guard found >= rowsPerSegment else { return nil }
        while found > window, high - low > 1 {
            let middle = low + (high - low) / 2
            let half = try count(from: begin, until: middle, transaction)
            if half < rowsPerSegment { low = middle } else { (high, found) = (middle, half) }
        }
        return UTCTime(milliseconds: high)
    }

    /// Up to one more than `window`.
    private func count(from begin: MessageLogCursor, until: Int64, _ transaction: FirebirdTransaction) throws -> Int {
        try transaction.queryOne(
            """
            select count(*) from (select first \(unsafeSQL: String(window + 1)) m.id as one from message m
                where \(Self.places(from: begin, until: UTCTime(milliseconds: until))))
            """
        )?.decode(0) ?? 0
    }

    private static func places(from begin: MessageLogCursor, until: UTCTime) -> FirebirdQuery {
        """
        m.received_at >= \(begin.receivedAt) and m.received_at <= \(until)
            and (m.received_at + 0 > \(begin.receivedAt) or m.id || '' >= \(begin.message))
        """
    }

    /// Oldest first, until the segment is full.
    private func collect(
        from begin: MessageLogCursor, until: UTCTime, _ transaction: FirebirdTransaction
    ) throws -> TextSegmentBuilder {
        let newestFirst = try transaction.query(
            """
            select m.received_at, m.id from message m where \(Self.places(from: begin, until: until))
            order by m.received_at desc, m.id desc
            """, maximumRows: .max)
        let found = try newestFirst.reversed().prefix(rowsPerSegment).map {
            MessageLogCursor(receivedAt: try $0.decode(0), message: try $0.decode(1))
        }
        var builder = TextSegmentBuilder(rowsPerBlock: rowsPerBlock)
        for start in stride(from: 0, to: found.count, by: Self.rowsPerStatement) where !builder.isFull {
            let part = found[start..<min(found.count, start + Self.rowsPerStatement)]
            let contents = try Self.contents(of: part.map(\.message), transaction)
            for place in part { builder.add(contents[place.message] ?? TextMessage(), at: place) }
        }
        builder.finish()
        return builder
    }

    /// What messages are searched by. One comes once for each recipient.
    static func contents(
        of messages: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: TextMessage] {
        var contents: [RecordIdentifier: TextMessage] = [:]
        for part in IdentifierList.parts(messages) {
            try transaction.forEach(
                """
                select m.id, r.address, r.address_key, m.reverse_path, m.subject, m.sender_key, m.client_address, m.message_id_field
                from message m left join recipient r on r.message_id = m.id
                where m.id in (\(list: part))
                """
            ) { row in
                let message: RecordIdentifier = try row.decode(0)
                if contents[message] == nil { contents[message] = try Self.content(row) }
                if let address = try row.decode(1, as: String?.self) { contents[message]?.texts.append(address) }
                if let key = try row.decode(2, as: [UInt8]?.self) { contents[message]?.exact.formUnion(TextExactTerm.recipient(key: key)) }
            }
        }
        return contents
    }

    /// Without the recipients.
    private static func content(_ row: FirebirdRow) throws -> TextMessage {
        let key = try row.decode(5, as: [UInt8]?.self)
        let origin = [
            TextExactTerm.client(try row.decode(6, as: [UInt8].self)), TextExactTerm.messageID(try row.decode(7, as: [UInt8].self)),
        ]
        return TextMessage(
            texts: [try row.decode(3), try row.decode(4)], exact: Set(origin + (key.map(TextExactTerm.sender(key:)) ?? [])))
    }
}

// MARK: - rows

extension TextIndexBuilding {
    private static let insertSlice: StaticString = "insert into text_slice (segment_id, slice, content) values (?, ?, ?)"

    private func insert(
        _ segment: TextSegment, _ blockEnds: [MessageLogCursor], _ slices: [[UInt8]], _ transaction: FirebirdTransaction
    ) throws {
        try transaction.execute(
            """
            insert into text_segment (id, form, begin_at, begin_message, end_at, end_message, block_count, parts, block_ends, changed_at, changed_by)
            values (\(segment.identifier), \(TextSegment.form), \(segment.begin.receivedAt), \(segment.begin.message),
                \(segment.end.receivedAt), \(segment.end.message), \(segment.blockCount),
                \(FirebirdValue.bytes(segment.parts.flatMap(\.bytes))), \(FirebirdValue.bytes(TextSlices.encode(blockEnds))),
                \(UTCTime.now()), \(node))
            """)
        let identifier = segment.identifier.firebirdValue
        try transaction.execute(Self.insertSlice, many: slices.enumerated().map { [identifier, .integer($0.offset), .bytes($0.element)] })
    }

    private static let insertBlock: StaticString = """
        insert into text_block (id, begin_at, begin_message, end_at, end_message, content) values (?, ?, ?, ?, ?, ?)
        """

    private func insert(
        _ blocks: [TextSegmentBuilder.Block], of part: RecordIdentifier, from begin: MessageLogCursor, _ transaction: FirebirdTransaction
    ) throws {
        let begins = [begin] + blocks.map(\.end)
        try transaction.execute(
            Self.insertBlock,
            many: zip(begins, blocks).enumerated().map { number, block in
                [
                    TextSegment.key(part, number).firebirdValue, block.0.receivedAt.firebirdValue, block.0.message.firebirdValue,
                    block.1.end.receivedAt.firebirdValue, block.1.end.message.firebirdValue,
                    block.1.lines.map(FirebirdValue.bytes) ?? .null,
                ]
            })
    }

    private static func remove(_ segment: TextSegment, _ transaction: FirebirdTransaction) throws {
        for part in segment.parts {
            try transaction.executeUncounted(
                """
                delete from text_block where id between \(TextSegment.key(part, 0)) and \(TextSegment.key(part, TextSegment.smallBlocks - 1))
                """)
        }
        try removeSlices(segment, transaction)
    }

    private static func removeSlices(_ segment: TextSegment, _ transaction: FirebirdTransaction) throws {
        try transaction.executeUncounted("delete from text_slice where segment_id = \(segment.identifier)")
        try transaction.executeUncounted("delete from text_segment where id = \(segment.identifier)")
    }

    private static func bytes(of segment: TextSegment, _ transaction: FirebirdTransaction) throws -> [UInt8] {
        let rows = try transaction.query("select content from text_slice where segment_id = \(segment.identifier) order by slice")
        let bytes = try rows.flatMap { try $0.decode(0, as: [UInt8].self) }
        guard bytes.count == TextLayout(blockCount: segment.blockCount).byteCount else {
            throw FirebirdError(.unexpectedValue, "a segment of the text index lacks slices")
        }
        return bytes
    }

    private static func run(in rows: [FirebirdRow]) throws -> [(segment: TextSegment, blockEnds: [MessageLogCursor])]? {
        var run: [(segment: TextSegment, blockEnds: [MessageLogCursor])] = []
        for row in rows {
            let segment = try TextSegment(row)
            if let last = run.last, last.segment.end != segment.begin { run = [] }
            run.append((segment, try TextSlices.decode(try row.decode("block_ends"))))
            if run.count == TextSegment.smallPerLarge { return run }
        }
        return nil
    }
}
