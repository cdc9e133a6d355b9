/// Lists of sending addresses that others publish in DNS (RFC 5782).
package struct DNSBlockListSettings: SettingsSection {
    package var lists: [DNSBlockList] = []

    package init() {}

    package static let name = "dns-block-lists"
    package static let title = LocalizedText("DNS block lists", ja: "DNS ブロックリスト")
    package static let scope = SettingsScopeKind.cluster
    /// All are asked at once for each message.
    package static let maximumLists = 20

    package static let fields: [SettingsField<Self>] = [
        .list(
            "lists", \.lists, maximumCount: maximumLists,
            title: LocalizedText("Lists", ja: "リスト"),
            LocalizedText(
                "One a line: zone, then a score or “reject”, then the answers that count, such as “bl.example.org 3.0 127.0.0.2-11”. Without answers any of 127.0.0.0/8 counts, except 127.0.0.1 and 127.255.255.0/24, by which lists say that they do not answer. Empty by default: most lists have terms of use.",
                ja:
                    "1 行に 1 件、ゾーン、スコアまたは reject、対象とする応答の順に書きます（例: bl.example.org 3.0 127.0.0.2-11）。応答を省略すると 127.0.0.1 と 127.255.255.0/24 を除く 127.0.0.0/8 を対象とします。利用条件のあるリストが多いため、既定では空です。"
            ),
            format: { $0.description }, parse: DNSBlockList.parse
        ).weighing
    ]
}

/// One list, what being on it counts, and which answers mean it.
package struct DNSBlockList: Sendable, Hashable, CustomStringConvertible {
    /// Lower case, without a final dot.
    package let zone: String
    package let weight: Weight
    /// Inclusive ranges of answers as 32-bit numbers; empty for the usual ones.
    package let answers: [ClosedRange<UInt32>]

    package enum Weight: Sendable, Hashable {
        case score(FilterScore)
        case reject
    }

    package static let maximumAnswers = 20

    /// Whether an answer within 127.0.0.0/8 means that the address is listed.
    package func counts(_ answer: UInt32) -> Bool {
        answers.isEmpty ? answer != 0x7F00_0001 && answer >> 8 != 0x7F_FFFF : answers.contains { $0.contains(answer) }
    }

    package static func parse(_ text: String) throws(SettingsValueError) -> DNSBlockList {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 2, words.count <= 2 + maximumAnswers, let host = HostAndPort(words[0], defaultPort: 0), host.port == 0,
            host.host.contains("."), host.host.utf8.count <= maximumZoneBytes, NetworkAddress(host.host) == nil
        else { throw malformed(text) }
        let weight: Weight
        if words[1] == "reject" { weight = .reject } else { weight = .score(try FilterScore.parse(words[1])) }
        var answers: [ClosedRange<UInt32>] = []
        for word in words.dropFirst(2) {
            guard let range = range(word) else { throw malformed(text) }
            answers.append(range)
        }
        return DNSBlockList(zone: host.host.lowercased(), weight: weight, answers: answers)
    }

    package var description: String {
        let weight: String
        switch self.weight {
        case .score(let score): weight = score.description
        case .reject: weight = "reject"
        }
        return ([zone, weight] + answers.map(Self.text)).joined(separator: " ")
    }

    /// A reversed IPv6 address has 64 characters and a name 253 (RFC 1035 section 2.3.4).
    private static let maximumZoneBytes = 180

    /// `127.0.0.2` or `127.0.0.2-11`.
    private static func range(_ word: String) -> ClosedRange<UInt32>? {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(String(first)), address.isIPv4, address.bytes[0] == 127,
            parts.count <= 2
        else { return nil }
        let low = address.bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard parts.count == 2 else { return low...low }
        guard let last = UInt8(parts[1]), last >= address.bytes[3] else { return nil }
        return low...(low & 0xFFFF_FF00 | UInt32(last))
    }

    private static func text(_ range: ClosedRange<UInt32>) -> String {
        let octets = [24, 16, 8, 0].map { String(range.lowerBound >> UInt32($0) & 0xFF) }.joined(separator: ".")
        return range.count == 1 ? octets : "\(octets)-\(range.upperBound & 0xFF)"
    }

    private static func malformed(_ text: String) -> SettingsValueError {
        SettingsValueError(
            "“\(text)” is not a list such as “bl.example.org 3.0 127.0.0.2-11” or “bl.example.org reject”",
            ja: "「\(text)」はリストの形式（例: bl.example.org 3.0 127.0.0.2-11、bl.example.org reject）ではありません")
    }
}
