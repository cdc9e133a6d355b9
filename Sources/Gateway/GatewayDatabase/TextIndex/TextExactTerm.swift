import MessageLog

/// What a message can be asked for as a whole: an address or a domain of either side, its client, its Message-ID. Only the hash is kept.
///
/// Two values that a condition of `LogSearch` takes for the same have the same term; others seldom have. The hash is stored in rows:
/// change it together with `TextSegment.form`.
struct TextExactTerm: Sendable, Hashable {
    private let hash: UInt64

    /// Bits in a block's set: one for each sixteen of the hash.
    private static let probes = 4

    /// No number of `TextGrams`.
    private enum Kind: UInt64 {
        case senderAddress = 11
        case senderDomain
        case recipientAddress
        case recipientDomain
        case client
        case messageID
    }

    private init(_ kind: Kind, _ bytes: some Collection<UInt8>) {
        // FNV-1a.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        self.hash = TextGrams.hash(hash, kind.rawValue)
    }

    var positions: [Int] { (0..<Self.probes).map { TextLayout.position(of: hash, probe: $0) } }

    /// What a block keeps of it for each of its messages.
    var short: UInt16 { UInt16(truncatingIfNeeded: TextGrams.hash(hash, 0) >> 48) }
}

extension TextExactTerm {
    /// Those of the keys of a message and its recipients (see `CorrespondentCondition.key`), as the rows have them.
    static func sender(key: [UInt8]) -> [TextExactTerm] { terms(key, .senderAddress, .senderDomain) }
    static func recipient(key: [UInt8]) -> [TextExactTerm] { terms(key, .recipientAddress, .recipientDomain) }
    static func client(_ address: some Collection<UInt8>) -> TextExactTerm { TextExactTerm(.client, settled(address)) }

    /// - Parameter field: with or without angle brackets.
    static func messageID(_ field: some Collection<UInt8>) -> TextExactTerm {
        var bare = settled(field)
        // All of them: what is searched for may itself be in brackets.
        while bare.count > 1, bare.first == UInt8(ascii: "<"), bare.last == UInt8(ascii: ">") {
            bare = settled(bare.dropFirst().dropLast())
        }
        return TextExactTerm(.messageID, bare)
    }

    /// What a message must have that meets the filter.
    static func terms(of filter: MessageLogFilter) -> [TextExactTerm] {
        var terms: [TextExactTerm] = []
        if let sender = filter.sender { terms.append(term(sender, .senderAddress, .senderDomain)) }
        if let recipient = filter.recipient { terms.append(term(recipient, .recipientAddress, .recipientDomain)) }
        if !filter.clientAddress.isEmpty { terms.append(client(Array(filter.clientAddress.utf8))) }
        if !filter.messageID.isEmpty { terms.append(messageID(Array(filter.messageID.utf8))) }
        return terms
    }

    private static func term(_ condition: CorrespondentCondition, _ address: Kind, _ domain: Kind) -> TextExactTerm {
        switch condition {
        case .address(let text): TextExactTerm(address, settled(Array(CorrespondentCondition.key(of: text).utf8)))
        case .domain(let text):
            TextExactTerm(domain, Array(CorrespondentCondition.keyPrefix(of: text).utf8).prefix { $0 != separator })
        }
    }

    private static func terms(_ key: [UInt8], _ address: Kind, _ domain: Kind) -> [TextExactTerm] {
        let whole = TextExactTerm(address, settled(key))
        guard let end = key.firstIndex(of: separator) else { return [whole] }
        return [whole, TextExactTerm(domain, key[..<end])]
    }

    /// Ends the domain of a key.
    private static let separator = UInt8(1)

    /// Comparing, the engine fills the shorter one up with zeros.
    private static func settled(_ bytes: some Collection<UInt8>) -> ArraySlice<UInt8> {
        var bytes = Array(bytes)[...]
        while bytes.last == 0 { bytes.removeLast() }
        return bytes
    }
}
