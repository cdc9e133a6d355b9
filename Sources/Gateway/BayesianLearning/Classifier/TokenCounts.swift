/// In how many learned messages of either kind each token occurs: an open-addressing table of 64-bit names.
struct TokenCounts {
    private(set) var names: [UInt64]
    private(set) var ham: [UInt32]
    private(set) var spam: [UInt32]
    private(set) var count = 0
    private var mask: Int

    init(minimumCapacity: Int = 1 << 16) {
        var size = 1 << 10
        while size < minimumCapacity * 2 { size *= 2 }
        names = Array(repeating: 0, count: size)
        ham = Array(repeating: 0, count: size)
        spam = Array(repeating: 0, count: size)
        mask = size - 1
    }

    /// Counts one message's tokens.
    mutating func add(_ tokens: [UInt64], isSpam: Bool) {
        for token in tokens {
            let slot = slot(of: token)
            if names[slot] == 0 {
                names[slot] = token
                count += 1
            }
            if isSpam { spam[slot] += 1 } else { ham[slot] += 1 }
            if count * 2 > mask { grow() }
        }
    }

    /// The slots in use.
    var slots: some Sequence<Int> { names.indices.lazy.filter { names[$0] != 0 } }

    private func slot(of token: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: token ^ token >> 32) & mask
        while names[slot] != 0, names[slot] != token { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        var larger = TokenCounts(minimumCapacity: names.count)
        for slot in slots {
            let place = larger.slot(of: names[slot])
            larger.names[place] = names[slot]
            larger.ham[place] = ham[slot]
            larger.spam[place] = spam[slot]
        }
        larger.count = count
        self = larger
    }
}
