/// The boundaries that are being looked for, found by hash: the cost of a line does not grow with the depth of nesting.
struct BoundaryTable {
    /// A delimiter line and which open part it belongs to.
    struct Match {
        /// Index in the stack of open parts.
        var level: Int
        var isClosing: Bool
    }

    private struct Entry {
        var level: Int
        /// From a part that is no declared multipart: counts only when no other matches.
        var isWeak: Bool
    }

    private var entries: [[UInt8]: [Entry]] = [:]
    private var longest = 0

    var isEmpty: Bool { entries.isEmpty }

    /// Whether another open part looks for the same boundary.
    func contains(_ boundary: [UInt8]) -> Bool { entries[boundary] != nil }

    mutating func add(_ boundary: [UInt8], level: Int, isWeak: Bool) {
        entries[boundary, default: []].append(Entry(level: level, isWeak: isWeak))
        longest = max(longest, boundary.count)
    }

    mutating func remove(_ boundary: [UInt8], level: Int) {
        guard var list = entries[boundary] else { return }
        list.removeAll { $0.level >= level }
        entries[boundary] = list.isEmpty ? nil : list
    }

    mutating func strengthen(_ boundary: [UInt8], level: Int) {
        guard let index = entries[boundary]?.firstIndex(where: { $0.level == level }) else { return }
        entries[boundary]?[index].isWeak = false
    }

    /// What a line that starts with two hyphens delimits. `isClosed` tells whether an open part has had its closing line: among equal
    /// boundaries the innermost one still open wins.
    func match(_ line: ArraySlice<UInt8>, isClosed: (Int) -> Bool) -> Match? {
        let body = line.dropFirst(2)
        var end = body.endIndex
        while end > body.startIndex, body[end - 1].isBlankOrLineEnd { end -= 1 }
        let content = body[body.startIndex..<end]
        guard !content.isEmpty, content.count <= longest + 2 else { return nil }
        if let level = level(of: content, isClosed) { return Match(level: level, isClosing: false) }
        guard content.count > 2, content.suffix(2).elementsEqual([0x2D, 0x2D]) else { return nil }
        return level(of: content.dropLast(2), isClosed).map { Match(level: $0, isClosing: true) }
    }

    private func level(of content: ArraySlice<UInt8>, _ isClosed: (Int) -> Bool) -> Int? {
        guard let list = entries[Array(content)] else { return nil }
        let strong = list.filter { !$0.isWeak }
        let candidates = strong.isEmpty ? list : strong
        return (candidates.last { !isClosed($0.level) } ?? candidates.last)?.level
    }
}
