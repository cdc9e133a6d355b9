import Firebird
import MessageLog
import Settings

/// A run of consecutive messages in the order of the log, in blocks: for each block the set of the grams and exact terms that its
/// messages have, and a line for each message (`TextBlock`).
///
/// A block's set is a Bloom filter: each gram sets some of `positions` bits. The segment holds the filters across: for each position
/// one bit of every block, so that a search reads a few bytes for a gram and all blocks. The bytes are cut into slices of a row each.
/// A small segment is what one step of the indexing makes; many small ones are put together to a large one, whose blocks keep their keys.
struct TextSegment: Sendable {
    /// Of the rows' content. Segments of another form are not used and go.
    static let form = 2
    static let positions = 1 << 16
    static let sliceBytes = 1_024

    static let rowsPerBlock = 64
    /// A block ends when so many bits are set: three of ten, so that a short word that is not in it seems to be with a chance of 3 %. Usual
    /// mail sets half of that.
    static let fullBlockBits = 19_660

    static let smallBlocks = 16
    static let smallPerLarge = 16
    static let largeBlocks = smallBlocks * smallPerLarge

    let identifier: RecordIdentifier
    /// The first place that belongs to it.
    let begin: MessageLogCursor
    /// The first place that does not.
    let end: MessageLogCursor
    let blockCount: Int
    /// What the keys of its blocks are made of, one for each small segment that it is made of, oldest first.
    let parts: [RecordIdentifier]

    var isSmall: Bool { blockCount < Self.largeBlocks }
    var sliceCount: Int { TextLayout(blockCount: blockCount).sliceCount }

    static let columns = "id, begin_at, begin_message, end_at, end_message, block_count, parts"

    init(identifier: RecordIdentifier, begin: MessageLogCursor, end: MessageLogCursor, blockCount: Int, parts: [RecordIdentifier]) {
        self.identifier = identifier
        self.begin = begin
        self.end = end
        self.blockCount = blockCount
        self.parts = parts
    }

    init(_ row: FirebirdRow) throws(FirebirdError) {
        identifier = try row.decode(0)
        begin = MessageLogCursor(receivedAt: try row.decode(1), message: try row.decode(2))
        end = MessageLogCursor(receivedAt: try row.decode(3), message: try row.decode(4))
        blockCount = try row.decode(5)
        // None in other forms.
        let bytes = try row.decode(6, as: [UInt8]?.self) ?? []
        parts = stride(from: 0, to: bytes.count, by: RecordIdentifier.byteCount).compactMap {
            RecordIdentifier(bytes: bytes[$0..<min(bytes.count, $0 + RecordIdentifier.byteCount)])
        }
    }

    /// What the keys of a small segment's blocks are made of: room for their number.
    static func freshPart() -> RecordIdentifier {
        let identifier = RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
        return RecordIdentifier(high: identifier.high, low: identifier.low & ~UInt64(smallBlocks - 1))
    }

    static func key(_ part: RecordIdentifier, _ block: Int) -> RecordIdentifier {
        RecordIdentifier(high: part.high, low: part.low | UInt64(block))
    }

    /// The key of a block's row; one that no row has where the parts are missing.
    func key(_ block: Int) -> RecordIdentifier {
        let part = block / Self.smallBlocks
        return part < parts.count ? Self.key(parts[part], block % Self.smallBlocks) : RecordIdentifier(high: 0, low: 0)
    }
}

/// Where a position's bits are among the bytes of a segment.
struct TextLayout: Sendable {
    let blockCount: Int

    /// Bytes of one position: a bit for each block.
    var width: Int { blockCount / 8 }
    var byteCount: Int { TextSegment.positions * width }
    var sliceCount: Int { byteCount / TextSegment.sliceBytes }

    func slice(of position: Int) -> Int { position * width / TextSegment.sliceBytes }
    func offsetInSlice(of position: Int) -> Int { position * width % TextSegment.sliceBytes }

    /// Where a gram's bits are.
    static func position(of gram: UInt64, probe: Int) -> Int {
        Int(truncatingIfNeeded: gram >> UInt64(probe * 16)) & (TextSegment.positions - 1)
    }
}

/// A small segment while messages are added to it, oldest first.
struct TextSegmentBuilder {
    struct Block {
        let end: MessageLogCursor
        /// `nil`: too many bytes.
        let lines: [UInt8]?
    }

    private let layout = TextLayout(blockCount: TextSegment.smallBlocks)
    private let rowsPerBlock: Int
    private var bytes: [UInt8]
    private var block = 0
    private var rowsInBlock = 0
    private var bitsInBlock = 0
    private var lines: [UInt8] = []
    /// Those that have messages.
    private(set) var blocks: [Block] = []
    private var last: MessageLogCursor?

    init(rowsPerBlock: Int) {
        self.rowsPerBlock = rowsPerBlock
        bytes = [UInt8](repeating: 0, count: layout.byteCount)
    }

    /// Whether the next message would be one too many.
    var isFull: Bool { block == TextSegment.smallBlocks }

    mutating func add(_ message: TextMessage, at place: MessageLogCursor) {
        if rowsInBlock == rowsPerBlock || bitsInBlock > TextSegment.fullBlockBits { endBlock() }
        last = place
        guard !isFull else { return }
        rowsInBlock += 1
        var signature = TextSignature()
        for text in message.texts { add(text, &signature) }
        for term in message.exact {
            for position in term.positions { set(position) }
        }
        if lines.count <= TextBlock.maximumBytes { lines += TextBlock.line(place.message, signature, message.exact) }
    }

    private mutating func set(_ position: Int) {
        let index = position * layout.width + block / 8
        let bit = UInt8(1) << UInt8(block % 8)
        guard bytes[index] & bit == 0 else { return }
        bytes[index] |= bit
        bitsInBlock += 1
    }

    private mutating func add(_ text: String, _ signature: inout TextSignature) {
        let byte = block / 8
        let bit = UInt8(1) << UInt8(block % 8)
        let width = layout.width
        var added = 0
        bytes.withUnsafeMutableBufferPointer { bytes in
            TextGrams.forEach(in: text) { gram, probes in
                signature.insert(gram)
                for probe in 0..<probes {
                    let index = TextLayout.position(of: gram, probe: probe) * width + byte
                    if bytes[index] & bit == 0 {
                        bytes[index] |= bit
                        added += 1
                    }
                }
            }
        }
        bitsInBlock += added
    }

    /// Ends the last block.
    mutating func finish() {
        if rowsInBlock > 0 { endBlock() }
    }

    /// Of all blocks. Those that were not begun end where the last one does, so they hold nothing.
    var blockEnds: [MessageLogCursor] {
        let ends = blocks.map(\.end)
        return ends + Array(repeating: ends.last, count: TextSegment.smallBlocks - ends.count).compactMap(\.self)
    }

    var slices: [[UInt8]] { TextSlices.cut(bytes) }

    private mutating func endBlock() {
        guard let last, !isFull else { return }
        blocks.append(Block(end: last.successor, lines: lines.count <= TextBlock.maximumBytes ? lines : nil))
        lines = []
        block += 1
        rowsInBlock = 0
        bitsInBlock = 0
    }
}

/// The bytes of segments in rows.
enum TextSlices {
    static func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: TextSegment.sliceBytes).map {
            Array(bytes[$0..<min(bytes.count, $0 + TextSegment.sliceBytes)])
        }
    }

    /// Puts the bytes of small segments, oldest first, together to those of a large one.
    static func join(_ parts: [[UInt8]]) -> [UInt8] {
        let width = TextLayout(blockCount: TextSegment.smallBlocks).width
        let joinedWidth = width * parts.count
        var joined = [UInt8](repeating: 0, count: TextSegment.positions * joinedWidth)
        joined.withUnsafeMutableBufferPointer { joined in
            for (number, part) in parts.enumerated() {
                part.withUnsafeBufferPointer { part in
                    var from = 0
                    var to = number * width
                    while from < part.count {
                        for byte in 0..<width { joined[to + byte] = part[from + byte] }
                        from += width
                        to += joinedWidth
                    }
                }
            }
        }
        return joined
    }

    private static let placeBytes = 8 + RecordIdentifier.byteCount

    static func encode(_ places: [MessageLogCursor]) -> [UInt8] {
        places.flatMap { place -> [UInt8] in
            let time = UInt64(bitPattern: place.receivedAt.milliseconds)
            return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> UInt64($0)) } + place.message.bytes
        }
    }

    /// - Throws: when the bytes are no places.
    static func decode(_ bytes: [UInt8]) throws(FirebirdError) -> [MessageLogCursor] {
        guard bytes.count.isMultiple(of: placeBytes) else { throw FirebirdError(.unexpectedValue, "block ends of a wrong length") }
        var places: [MessageLogCursor] = []
        places.reserveCapacity(bytes.count / placeBytes)
        for start in stride(from: 0, to: bytes.count, by: placeBytes) {
            if let place = place(bytes, at: start) { places.append(place) }
        }
        return places
    }

    private static func place(_ bytes: [UInt8], at start: Int) -> MessageLogCursor? {
        let time = bytes[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let message = RecordIdentifier(bytes: bytes[(start + 8)..<(start + placeBytes)]) else { return nil }
        return MessageLogCursor(receivedAt: UTCTime(milliseconds: Int64(bitPattern: time)), message: message)
    }

    /// The number of the first of some places in order, as `encode` makes them, that is not before `position`; how many there are if none.
    static func firstPlace(notBefore position: MessageLogCursor, in bytes: [UInt8]) -> Int {
        var range = 0..<(bytes.count / placeBytes)
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if let place = place(bytes, at: middle * placeBytes), place < position {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }
}

extension MessageLogCursor {
    /// The place just after this one: what lies before it is this place and whatever lies before this one.
    var successor: MessageLogCursor {
        let low = message.low &+ 1
        guard low == 0 else { return MessageLogCursor(receivedAt: receivedAt, message: RecordIdentifier(high: message.high, low: low)) }
        guard message.high == .max else {
            return MessageLogCursor(receivedAt: receivedAt, message: RecordIdentifier(high: message.high + 1, low: 0))
        }
        return .start(of: UTCTime(milliseconds: receivedAt.milliseconds + 1))
    }

    /// Before every message of this time or a later one.
    static func start(of time: UTCTime) -> MessageLogCursor {
        MessageLogCursor(receivedAt: time, message: RecordIdentifier(high: 0, low: 0))
    }
}
