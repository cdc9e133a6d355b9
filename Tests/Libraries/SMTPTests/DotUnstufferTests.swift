import FuzzTargets
import NIOCore
import SMTP
import Testing

struct DotUnstufferTests {
    struct Outcome: Equatable {
        var content: [UInt8] = []
        var hasEnded = false
        var rest: [UInt8] = []
        var summary = MessageTextSummary()
    }

    /// Decodes pieces one after another; everything behind the end is `rest`.
    private func decode(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var unstuffer = DotUnstuffer()
        var outcome = Outcome()
        for piece in pieces {
            var buffer = ByteBuffer(bytes: piece)
            while let output = unstuffer.next(from: &buffer) {
                switch output {
                case .content(let content):
                    #expect(content.readableBytes > 0)
                    outcome.content += Array(content.readableBytesView)
                case .end: outcome.hasEnded = true
                }
            }
            outcome.rest += Array(buffer.readableBytesView)
        }
        outcome.summary = unstuffer.summary
        return outcome
    }

    private func decode(_ text: String) -> Outcome {
        decode([Array(text.utf8)[...]])
    }

    /// What the decoder must do, octet by octet and slowly.
    private func reference(_ octets: [UInt8]) -> (content: [UInt8], rest: [UInt8]?) {
        var content: [UInt8] = []
        var index = 0
        var isAtLineStart = true
        while index < octets.count {
            if isAtLineStart, octets[index] == UInt8(ascii: ".") {
                if octets[index...].starts(with: Array(".\r\n".utf8)) { return (content, Array(octets[(index + 3)...])) }
                // A trailing ".\r" is not decided yet: neither octet is content so far.
                if octets[index...].elementsEqual(Array(".\r".utf8)) { return (content, nil) }
                index += 1
                isAtLineStart = false
                continue
            }
            content.append(octets[index])
            isAtLineStart =
                content.suffix(2).elementsEqual(Array("\r\n".utf8)) && octets[index] == UInt8(ascii: "\n")
                && index > 0 && octets[index - 1] == UInt8(ascii: "\r")
            index += 1
        }
        return (content, nil)
    }

    @Test(arguments: [
        (".\r\n", "", ""), ("a\r\n.\r\n", "a\r\n", ""), ("a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"), ("..\r\n.\r\n", ".\r\n", ""),
        ("...\r\n.\r\n", "..\r\n", ""), (".a\r\n.\r\n", "a\r\n", ""), ("a.\r\n.\r\n", "a.\r\n", ""), ("\r\n\r\n.\r\n", "\r\n\r\n", ""),
        ("a\r\n..b\r\n..\r\n.\r\n.\r\n", "a\r\n.b\r\n.\r\n", ".\r\n"), ("a\r\n. \r\n.\r\n", "a\r\n \r\n", ""),
    ])
    func `text is decoded up to its end`(input: String, content: String, rest: String) {
        let outcome = decode(input)
        #expect(outcome.hasEnded)
        #expect(outcome.content == Array(content.utf8))
        #expect(outcome.rest == Array(rest.utf8))
        #expect(outcome.summary.violations == [])
        #expect(outcome.summary.octets == content.utf8.count)
    }

    /// Every combination of line ends around the dot; only CRLF on both sides ends the text, and all others are found out.
    @Test(arguments: ["\r\n", "\n", "\r", "\n\r", "\r\r\n", "\r\n\r", "\0", "\r\0\n", "\u{85}", "\u{2028}", "\u{b}", "\u{c}", ""])
    func `only one sequence ends the text`(before: String) {
        for after in ["\r\n", "\n", "\r", "\n\r", "\r\r\n", "\r\n\r", "\0", "\r\0\n", "\u{85}", "\u{2028}", "\u{b}", "\u{c}", ""] {
            for dots in [".", "..", "\0.", ".\0"] {
                let smuggled = "MAIL FROM:<evil@example.org>\r\n"
                let input = "first\(before)\(dots)\(after)\(smuggled)last\r\n.\r\nQUIT\r\n"
                let outcome = decode(input)
                let isTrueEnd =
                    before.unicodeScalars.elementsEqual("\r\n".unicodeScalars)
                    || before.unicodeScalars.elementsEqual("\r\r\n".unicodeScalars)
                let endsHere = isTrueEnd && dots == "." && (after.unicodeScalars.starts(with: "\r\n".unicodeScalars))
                #expect(outcome.hasEnded)
                #expect(
                    String(decoding: outcome.rest, as: UTF8.self)
                        == (endsHere ? String(after.unicodeScalars.dropFirst(2)) + smuggled + "last\r\n.\r\nQUIT\r\n" : "QUIT\r\n"))
                let judged = endsHere ? "first\(before)" : input.replacing("\r\nQUIT\r\n", with: "")
                #expect(
                    outcome.summary.violations.isDisjoint(with: .ambiguousLineEnds) == !hasLoneLineEnd(judged), "\(input.debugDescription)")
            }
        }
    }

    private func hasLoneLineEnd(_ text: String) -> Bool {
        let octets = Array(text.utf8)
        return octets.indices.contains { index in
            switch octets[index] {
            case UInt8(ascii: "\r"): index + 1 < octets.count && octets[index + 1] != UInt8(ascii: "\n")
            case UInt8(ascii: "\n"): index == 0 || octets[index - 1] != UInt8(ascii: "\r")
            default: false
            }
        }
    }

    @Test(
        arguments: [
            ("a\nb\r\n.\r\n", MessageTextSummary.Violations.bareLineFeed), ("a\rb\r\n.\r\n", .bareCarriageReturn),
            ("\n.\r\n\r\n.\r\n", .bareLineFeed),
            ("\r.\r\n\r\n.\r\n", .bareCarriageReturn), (".\r.\r\n\r\n.\r\n", .bareCarriageReturn), (".\n\r\n.\r\n", .bareLineFeed),
            ("a\r\r\n.\r\n", .bareCarriageReturn), ("a\n\r\n.\r\n", .bareLineFeed), ("a\0b\r\n.\r\n", .null),
            ("a\rb\nc\0\r\n.\r\n", [.bareCarriageReturn, .bareLineFeed, .null]), ("a\r\n.\r\nb\n\0\r", []),
        ] as [(String, MessageTextSummary.Violations)])
    func `violations are named`(input: String, violations: MessageTextSummary.Violations) {
        #expect(decode(input).summary.violations == violations)
        #expect(decode(input).hasEnded)
    }

    @Test(arguments: ["a\n.\n", "a\r\n.\n", "a\n.\r\n", "a\r.\r", "a\r\n.\r", "a\r\n.", "a\r\n.\r\r\n", "a\r\n.\0\r\n", "."])
    func `what is no end leaves the text open`(input: String) {
        #expect(!decode(input).hasEnded)
    }

    @Test(arguments: [
        "Subject: x\r\n\r\n.leading\r\n..two\r\nend\r\n.\r\nQUIT\r\n", "a\n.\nb\r.\rc\r\n.\nd\r\n.\r\n", ".\r\n.\r\n", ".\r.\r\n\r\n.\r\nX",
        "Received: a\r\nreceived : b\r\nRECEIVED\tx: c\r\nReceivedX: d\r\n Received: e\r\n\r\nReceived: f\r\n.\r\n",
        "\r\r\r\n\n\r\n.\r\r\n.\r\n",
        "..\r\n...\r\n.a\r\n.\r\n",
    ])
    func `every split gives the same result`(input: String) {
        let octets = Array(input.utf8)
        let whole = decode([octets[...]])
        let expected = reference(octets)
        #expect(whole.content == expected.content)
        #expect(whole.rest == expected.rest ?? [])
        for first in 0...octets.count {
            for second in first...octets.count {
                #expect(decode([octets[..<first], octets[first..<second], octets[second...]]) == whole)
            }
        }
        #expect(decode(octets.indices.map { octets[$0...$0] }) == whole)
    }

    @Test func `random texts agree with a slow reader however they are cut`() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array(".\r\n.\r\na\0".utf8)
        for _ in 0..<20_000 {
            let octets = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let expected = reference(octets)
            let cut = Int.random(in: 0...octets.count, using: &generator)
            for outcome in [decode([octets[...]]), decode([octets[..<cut], octets[cut...]])] {
                #expect(outcome.content == expected.content)
                #expect(outcome.hasEnded == (expected.rest != nil))
                #expect(outcome.rest == expected.rest ?? [])
                #expect(outcome.summary.octets == expected.content.count)
            }
        }
    }

    @Test func `the header is summed up`() {
        let summary = decode(
            "Received: from a\r\n\tby b\r\nRECEIVED: c\r\nreceived : d\r\nReceived-SPF: pass\r\nX-Received: e\r\nRece\r\n Received: f\r\n\r\nReceived: g\r\n.\r\n"
        ).summary
        #expect(summary.receivedFields == 3)
        #expect(summary.headerLines == 8)
        #expect(summary.lines == 10)
        #expect(summary.longestLineOctets == 18)
        #expect(!summary.hasEightBitOctets)
    }

    @Test func `octets above 127 are seen wherever they stand`() {
        for position in 0..<100 {
            var octets = [UInt8](repeating: 0x61, count: 100)
            octets[position] = 0x80
            #expect(decode([octets[...]]).summary.hasEightBitOctets)
        }
        #expect(!decode(String(repeating: "a", count: 100) + "\r\n.\r\né").summary.hasEightBitOctets)
    }

    @Test func `the longest line does not count its end and its stuffing`() {
        #expect(decode("..12\r\n12345\n7\r\n.\r\n").summary.longestLineOctets == 7)
        #expect(decode("...1234567\r\na\r\n.\r\n").summary.longestLineOctets == 9)
    }

    @Test func `text without leading dots comes out in one slice`() {
        var buffer = ByteBuffer(string: String(repeating: "line of text\r\n", count: 5_000) + ".\r\n")
        var unstuffer = DotUnstuffer()
        guard case .content(let content) = unstuffer.next(from: &buffer) else {
            Issue.record("no content")
            return
        }
        #expect(content.readableBytes == 70_000)
        #expect(unstuffer.next(from: &buffer) == .end)
        #expect(unstuffer.next(from: &buffer) == nil)
    }
}
