/// Makes the octets of answers to one query, well formed or not.
struct DNSMessageBytes {
    struct Question {
        var name: String
        var type: UInt16
        /// Name, type and class as they stand in the query.
        var octets: [UInt8]
    }

    let query: [UInt8]
    let question: Question

    static func question(_ query: [UInt8]) -> Question? {
        var labels: [String] = []
        var position = 12
        while position < query.count, query[position] != 0 {
            let end = position + 1 + Int(query[position])
            guard end < query.count else { return nil }
            labels.append(String(decoding: query[position + 1..<end], as: UTF8.self).lowercased())
            position = end
        }
        guard position + 4 < query.count else { return nil }
        let type = UInt16(query[position + 1]) << 8 | UInt16(query[position + 2])
        return Question(name: labels.joined(separator: "."), type: type, octets: Array(query[12..<position + 5]))
    }

    static func wireName(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    func reply(_ reaction: LoopbackNameServer.Reaction, overTCP: Bool) -> [UInt8]? {
        switch reaction {
        case .answer(let data): return message(records: data.map { record($0) })
        case .alias(let target, let data):
            let name = Self.wireName(target)
            return message(records: [record(name, type: 5)] + data.map { record($0, owner: name) })
        case .responseCode(let code): return message(code: code)
        case .silence: return nil
        case .wrongIdentifier(let data):
            var octets = message(records: data.map { record($0) })
            octets[0] ^= 0xff
            return octets
        case .wrongQuestion(let data):
            let other = Self.wireName("other.example.org") + question.octets.suffix(4)
            return header(answers: data.count) + other + data.flatMap { record($0) }
        case .truncated(let data): return overTCP ? message(records: data.map { record($0) }) : message(flags: 0x82)
        case .truncatedForever: return overTCP ? nil : message(flags: 0x82)
        case .garbage: return Array(query.prefix(2)) + [UInt8](repeating: 0xff, count: 40)
        case .pointerLoop:
            return header(answers: 1) + question.octets + record([192, 0, 2, 1], owner: [0xc0, UInt8(12 + question.octets.count)])
        case .countTooHigh: return header(answers: 100) + question.octets + record([192, 0, 2, 1])
        }
    }

    private func message(flags: UInt8 = 0x80, code: UInt8 = 0, records: [[UInt8]] = []) -> [UInt8] {
        header(flags: flags, code: code, answers: records.count) + question.octets + records.flatMap { $0 }
    }

    /// Response, recursion desired and available.
    private func header(flags: UInt8 = 0x80, code: UInt8 = 0, answers: Int) -> [UInt8] {
        Array(query.prefix(2)) + [flags | 0x01, 0x80 | code, 0, 1, UInt8(answers >> 8), UInt8(answers & 0xff), 0, 0, 0, 0]
    }

    /// A record of five minutes; the owner is the question's name unless given.
    private func record(_ data: [UInt8], owner: [UInt8] = [0xc0, 0x0c], type: UInt16? = nil) -> [UInt8] {
        let type = type ?? question.type
        return owner + [UInt8(type >> 8), UInt8(type & 0xff), 0, 1, 0, 0, 1, 0x2c, UInt8(data.count >> 8), UInt8(data.count & 0xff)] + data
    }
}
