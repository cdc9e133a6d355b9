/// Makes tokens of a `Received` field: the hosts and networks a message came through, and how; no identifiers, recipients or dates.
struct RouteTokenizer {
    private let bytes: [UInt8]

    /// - Parameter body: the body of the field, within the caller's limit.
    init(_ body: ArraySlice<UInt8>) { bytes = body.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }

    func read(into collector: inout TokenCollector) {
        var index = 0
        var skipsNext = false
        while index < bytes.count, bytes[index] != 0x3B {
            let start = index
            while index < bytes.count, Self.isInWord(bytes[index]) { index += 1 }
            guard index > start else {
                index += 1
                continue
            }
            let word = bytes[start..<index]
            if !skipsNext { add(word, &collector) }
            skipsNext = word.elementsEqual(Self.id) || word.elementsEqual(Self.recipient)
        }
    }

    private static let id = Array("id".utf8)
    private static let recipient = Array("for".utf8)
    /// Longer words are identifiers.
    private static let maximumWordBytes = 20

    private func add(_ word: ArraySlice<UInt8>, _ collector: inout TokenCollector) {
        var dots = 0
        var digits = 0
        var hasSign = false
        for byte in word {
            if byte == 0x2E { dots += 1 } else if byte >= 0x30 && byte <= 0x39 { digits += 1 } else if byte == 0x40 { hasSign = true }
        }
        guard !hasSign else { return }
        if dots == 3, digits + dots == word.count {
            addNetworks(word, &collector)
        } else if dots > 0 {
            DomainTokens.add(word, .received, into: &collector)
        } else if word.count <= Self.maximumWordBytes, word.count > 1, digits == 0 {
            collector.add(word, .received)
        }
    }

    /// An IPv4 address and the networks of 24 and 16 bits it lies in.
    private func addNetworks(_ address: ArraySlice<UInt8>, _ collector: inout TokenCollector) {
        var dots = 0
        for place in address.indices where address[place] == 0x2E {
            dots += 1
            if dots > 1 { collector.add(address[...place], .received) }
        }
        collector.add(address, .received)
    }

    private static func isInWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x40: true
        default: false
        }
    }
}
