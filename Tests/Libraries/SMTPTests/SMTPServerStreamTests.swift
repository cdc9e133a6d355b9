import NIOCore
import SMTP
import Testing

struct SMTPServerStreamTests {
    /// What a small server sees: DATA and BDAT switch the stream, adjoining content is joined.
    private func events(_ pieces: [ArraySlice<UInt8>], maximumLineOctets: Int = 100) -> [String] {
        var stream = SMTPServerStream(maximumLineOctets: maximumLineOctets)
        var events: [String] = []
        var content = ""
        for piece in pieces {
            stream.append(ByteBuffer(bytes: piece))
            while let event = stream.next() {
                switch event {
                case .line(let line):
                    let text = String(buffer: line)
                    events.append("line \(text)")
                    if text == "DATA" { stream.expectText() }
                    if text.hasPrefix("BDAT ") { stream.expectChunk(octets: Int(text.dropFirst(5)) ?? 0) }
                case .malformedLine(let fault): events.append("fault \(fault)")
                case .text(let part), .chunk(let part): content += String(buffer: part)
                case .endOfText(let summary): events += ["text \(content)", "end \(summary.octets)"]
                case .endOfChunk: events += ["chunk \(content)"]
                }
                if event.isEnd { content = "" }
            }
        }
        return events + (stream.bufferedOctets > 0 ? ["left \(stream.bufferedOctets)"] : [])
    }

    private func events(_ text: String, maximumLineOctets: Int = 100) -> [String] {
        events([Array(text.utf8)[...]], maximumLineOctets: maximumLineOctets)
    }

    @Test(arguments: [
        ("NOOP\r\n", ["line NOOP"]), ("\r\n", ["line "]), ("A\r\nB\r\nC", ["line A", "line B", "left 1"]), ("A\n", ["left 2"]),
        ("A\nB\r\n", ["fault bareLineFeed"]), ("A\rB\r\n", ["fault bareCarriageReturn"]),
        ("\nA\r\nB\r\n", ["fault bareLineFeed", "line B"]),
        ("A\r\r\nB\r\n", ["fault bareCarriageReturn", "line B"]), ("A\0B\r\nC\r\n", ["fault null", "line C"]),
        ("\n\n\n\r\nA\r\n", ["fault bareLineFeed", "line A"]), ("A\n\rB\r\nC\r\n", ["fault bareLineFeed", "line C"]),
        ("DATA\r\na\r\n..b\r\n.\r\nQUIT\r\n", ["line DATA", "text a\r\n.b\r\n", "end 7", "line QUIT"]),
        ("DATA\r\n.\r\n", ["line DATA", "text ", "end 0"]),
        ("BDAT 5\r\na\r\n.\r\nX\r\n", ["line BDAT 5", "chunk a\r\n.\r", "fault bareLineFeed"]),
        ("BDAT 3\r\n\r\nABDAT 0\r\nQUIT\r\n", ["line BDAT 3", "chunk \r\nA", "line BDAT 0", "chunk ", "line QUIT"]),
        ("DATA\r\nMAIL\n.\nRSET\r\n.\r\nQUIT\r\n", ["line DATA", "text MAIL\n.\nRSET\r\n", "end 13", "line QUIT"]),
    ])
    func `a dialogue is taken apart`(input: String, expected: [String]) {
        #expect(events(input) == expected)
    }

    @Test(arguments: [
        "NOOP\r\nA\nB\r\nDATA\r\na\r\n.b\r\n..c\r\n.\r\nBDAT 4\r\n\r\n\r\nQUIT\r\n", "A\r\r\n\0\r\nDATA\r\n\n.\r\n\r\n.\r\nQ\r\n",
        "0123456789\n0123456789ABCDEF\r\n0123456789ABCDEFG\nX\r\n0123456789\r0123456789AB\r\n0123456789ABCDEF\0\r\nX\r\n",
        "0123456789ABCDEFG\r\nX\r\n0123456789\n0123456789\r\nY\r\n0123456789ABCD\r\n0123456789ABCDE\r\n",
    ])
    func `every split gives the same events`(input: String) {
        let octets = Array(input.utf8)
        let whole = events([octets[...]], maximumLineOctets: 16)
        #expect(whole.last?.hasPrefix("left") == false)
        for first in 0...octets.count {
            for second in first...octets.count {
                #expect(events([octets[..<first], octets[first..<second], octets[second...]], maximumLineOctets: 16) == whole)
            }
        }
        #expect(events(octets.indices.map { octets[$0...$0] }, maximumLineOctets: 16) == whole)
    }

    @Test func `the longest line is exactly the limit`() {
        #expect(events(String(repeating: "x", count: 98) + "\r\n") == ["line " + String(repeating: "x", count: 98)])
        #expect(events(String(repeating: "x", count: 99) + "\r\nA\r\n") == ["fault tooLong", "line A"])
    }

    @Test(arguments: [
        ("A\nMAIL FROM:<>", SMTPLineFault.bareLineFeed), ("A\rMAIL FROM:<>", .bareCarriageReturn), ("A\0", .null), ("A", .tooLong),
    ])
    func `a forbidden character is graver than the length of its line`(start: String, fault: SMTPLineFault) {
        let filling = String(repeating: "x", count: 120)
        for text in [start + filling, filling + start, filling + start + filling] {
            #expect(events(text + "\r\nB\r\n") == ["fault \(fault)", "line B"])
            #expect(events(Array((text + "\r\nB\r\n").utf8).map { [$0] }) == ["fault \(fault)", "line B"])
        }
    }

    @Test func `an endless line holds no memory and is one event`() {
        var stream = SMTPServerStream(maximumLineOctets: 1_000)
        for _ in 0..<1_000 {
            stream.append(ByteBuffer(repeating: 0x61, count: 5_000))
            #expect(stream.next() == nil)
            #expect(stream.bufferedOctets <= 1_000)
        }
        stream.append(ByteBuffer(string: "\r"))
        #expect(stream.next() == nil)
        stream.append(ByteBuffer(string: "\nQUIT\r\n"))
        #expect(stream.next() == .malformedLine(.tooLong))
        #expect(stream.next() == .line(ByteBuffer(string: "QUIT")))
    }

    @Test func `a slow client costs linear time`() {
        var stream = SMTPServerStream(maximumLineOctets: 200_000)
        for _ in 0..<100_000 {
            stream.append(ByteBuffer(bytes: [0x61]))
            #expect(stream.next() == nil)
        }
        #expect(stream.bufferedOctets == 100_000)
    }

    @Test func `a waiting stream keeps no read buffer`() {
        for (text, left) in [("NOOP\r\n", 0), ("NOOP\r\nQU", 2)] {
            var buffer = ByteBufferAllocator().buffer(capacity: 65_536)
            buffer.writeString(text)
            var stream = SMTPServerStream()
            stream.append(buffer)
            #expect(stream.next() == .line(ByteBuffer(string: "NOOP")))
            #expect(stream.next() == nil)
            #expect(stream.bufferedOctets == left)
            #expect(isKnownUniquelyReferenced(&buffer))
        }
    }

    @Test func `what came before TLS is thrown away and counted`() {
        var stream = SMTPServerStream()
        stream.append(ByteBuffer(string: "STARTTLS\r\nMAIL FROM:<>\r\nRC"))
        #expect(stream.next() == .line(ByteBuffer(string: "STARTTLS")))
        #expect(stream.discardBuffered() == 16)
        stream.append(ByteBuffer(string: "EHLO a\r\n"))
        #expect(stream.next() == .line(ByteBuffer(string: "EHLO a")))
    }
}

extension SMTPServerStream.Event {
    fileprivate var isEnd: Bool {
        switch self {
        case .endOfText, .endOfChunk: true
        case .line, .malformedLine, .text, .chunk: false
        }
    }
}

/// Whether nobody else holds the buffer's storage: a write to it then keeps its place.
private func isKnownUniquelyReferenced(_ buffer: inout ByteBuffer) -> Bool {
    let before = buffer.withVeryUnsafeBytes { $0.baseAddress }
    buffer.writeInteger(UInt8(0))
    return buffer.withVeryUnsafeBytes { $0.baseAddress } == before
}
