import Filtering
import Foundation
import Mail
import Testing

/// Messages made at random, from a seed.
struct RandomMessage {
    private var generator: SeededGenerator
    private var boundaries = 0

    init(seed: UInt64) { generator = SeededGenerator(state: seed) }

    mutating func text() -> String {
        "From: a@example.net\r\nSubject: s\r\nMIME-Version: 1.0\r\n" + part(depth: 0)
    }

    mutating func number(below bound: Int) -> Int { bound > 0 ? Int.random(in: 0..<bound, using: &generator) : 0 }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func part(depth: Int) -> String {
        if depth == 0 ? chance(90) : depth < 4 && chance(35) { return multipart(depth: depth) }
        if depth > 0, depth < 3, chance(15) {
            return "Content-Type: message/rfc822\r\n\r\nFrom: b@example.net\r\nSubject: inner\r\n" + part(depth: depth + 1)
        }
        return leaf()
    }

    private mutating func multipart(depth: Int) -> String {
        boundaries += 1
        let boundary = "=_\(boundaries)_'()+,-./:"
        let type = ["mixed", "related", "alternative"].randomElement(using: &generator) ?? "mixed"
        var text = "Content-Type: multipart/\(type); boundary=\"\(boundary)\"\r\n\r\n"
        if chance(30) { text += "a preamble\r\n\r\n" }
        for _ in 0..<Int.random(in: 1...4, using: &generator) { text += "--\(boundary)\r\n" + part(depth: depth + 1) + "\r\n" }
        text += "--\(boundary)--"
        return text + (chance(40) ? "\r\nan epilogue\r\n" : depth == 0 ? "\r\n" : "")
    }

    private mutating func leaf() -> String {
        let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let name = chance(60) ? "; name=\"f\(Int.random(in: 0..<100, using: &generator)).bin\"" : ""
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return "Content-Type: text/plain; charset=utf-8\(name)\r\nContent-Transfer-Encoding: 8bit\r\n\r\n本文 \(bytes.count)\r\n\r\n"
        case 1: return "Content-Type: text/html\(name)\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=E3=81=82=\r\n</p>"
        case 2:
            return "content-type: application/octet-stream\(name)\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        default: return "Content-Disposition: attachment;\r\n filename*=utf-8''%E8%A6%8B.pdf\r\n\r\nplain \(bytes.count)\r\n"
        }
    }

    struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            return word ^ (word >> 31)
        }
    }
}

@Suite("Taking attachments out of any message")
struct AttachmentStripPropertyTests {
    @Test("The message stays readable, its tree the same, and every other part byte for byte", arguments: UInt64(0)..<400)
    func keepsTheRest(_ seed: UInt64) throws {
        var random = RandomMessage(seed: seed)
        let isPlanned = try check(Array(random.text().utf8), &random)
        #expect(isPlanned != false, "what is well formed can be taken out")
    }

    @Test("So it does when it came damaged, as far as it is rewritten at all", arguments: UInt64(1_000)..<1_600)
    func keepsTheRestOfDamaged(_ seed: UInt64) throws {
        var random = RandomMessage(seed: seed)
        var bytes = Array(random.text().utf8)
        for _ in 0...2 {
            let start = random.number(below: bytes.count)
            bytes.removeSubrange(start..<min(bytes.count, start + 1 + random.number(below: random.chance(50) ? 4 : 60)))
            if bytes.isEmpty { return }
        }
        _ = try check(bytes, &random)
    }

    /// - Returns: whether parts were taken out; `nil` when none were wanted.
    private func check(_ bytes: [UInt8], _ random: inout RandomMessage) throws -> Bool? {
        let before = MessageReader().read(bytes)
        let wanted = Set(before.leaves.map(\.index).filter { _ in random.chance(40) })
        guard case .parts(let parts) = AttachmentStrip.plan(before, parts: wanted) else { return wanted.isEmpty ? nil : false }
        #expect(Set(parts.map(\.index)) == wanted)
        let notes = parts.map { "note \($0.index) 案内 " + String(repeating: "x", count: $0.index * 30) + "\r\n" }
        let rewritten = AttachmentStrip.pieces(replacing: parts, with: notes).flatMap { piece in
            switch piece {
            case .kept(let range): Array(bytes[range])
            case .own(let own): own
            }
        }
        let after = MessageReader().read(rewritten)
        #expect(Set(after.anomalies.map(\.kind)).isSubset(of: Set(before.anomalies.map(\.kind))))
        try #require(after.parts.count == before.parts.count)
        for (old, new) in zip(before.parts, after.parts) {
            #expect(new.depth == old.depth && new.children.count == old.children.count)
            if let place = parts.firstIndex(where: { $0.index == old.index }) {
                #expect(new.contentType.mediaType == "text/plain" && new.fileNames.isEmpty)
                #expect(new.decodedText().text == notes[place])
            } else if old.children.isEmpty {
                #expect(Array(new.rawBytes) == Array(old.rawBytes))
            } else {
                #expect(Array(new.header.map(\.bytes).joined()) == Array(old.header.map(\.bytes).joined()))
                #expect(Array(new.preamble) == Array(old.preamble) && Array(new.epilogue) == Array(old.epilogue))
            }
        }
        #expect(after.header.first("Subject")?.text == before.header.first("Subject")?.text)
        return true
    }
}
