/// The different tokens of one message in the order in which they were first seen: a hash set that only grows, up to a limit.
struct TokenCollector {
    private(set) var hashes: [UInt64] = []
    /// What the tokens read like; kept only for explaining a score.
    private(set) var texts: [UInt64: String] = [:]
    /// Whether tokens were left out.
    private(set) var isCut = false
    let keepsText: Bool
    private let maximum: Int
    /// Open addressing; zero is an empty slot. Never more than half full.
    private var slots: [UInt64]
    private var mask: Int

    init(maximum: Int, keepsText: Bool) {
        self.maximum = maximum
        self.keepsText = keepsText
        slots = Array(repeating: 0, count: 2_048)
        mask = 2_047
        hashes.reserveCapacity(1_024)
    }

    /// Takes a token; once, however often it occurs.
    /// - Returns: Whether it is new.
    @inline(__always)
    @discardableResult
    mutating func add(_ hash: UInt64) -> Bool {
        let hash = hash == 0 ? 1 : hash
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            if slots[slot] == hash { return false }
            slot = (slot + 1) & mask
        }
        return insert(hash, slot)
    }

    /// Takes a token that is made of text the program itself supplies or has already folded.
    mutating func add(_ text: String, _ field: TokenField) {
        var text = text
        var hash = TokenHash.seed
        text.withUTF8 { bytes in
            for byte in bytes { hash = TokenHash.adding(byte, to: hash) }
        }
        let name = TokenHash.finish(hash, field)
        if add(name), keepsText { note(name, field.label + text) }
    }

    /// Takes a token that is made of folded bytes.
    mutating func add(_ bytes: some Collection<UInt8>, _ field: TokenField) {
        var hash = TokenHash.seed
        for byte in bytes { hash = TokenHash.adding(byte, to: hash) }
        let name = TokenHash.finish(hash, field)
        if add(name), keepsText { note(name, field.label + String(decoding: bytes, as: UTF8.self)) }
    }

    mutating func note(_ hash: UInt64, _ text: String) { texts[hash == 0 ? 1 : hash] = text }

    private mutating func insert(_ hash: UInt64, _ slot: Int) -> Bool {
        guard hashes.count < maximum else {
            isCut = true
            return false
        }
        slots[slot] = hash
        hashes.append(hash)
        if hashes.count * 2 > mask { grow() }
        return true
    }

    private mutating func grow() {
        let size = slots.count * 4
        slots = Array(repeating: 0, count: size)
        mask = size - 1
        for hash in hashes {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = hash
        }
    }
}
