import FuzzTargets
import NIOCore
import SMTP
import Testing

struct DotStufferTests {
    private func stuff(_ pieces: [ArraySlice<UInt8>], _ loneLineEnds: DotStuffer.LoneLineEnds = .refused) throws(DotStuffingError)
        -> [UInt8]
    {
        var stuffer = DotStuffer(loneLineEnds: loneLineEnds)
        var result: [UInt8] = []
        for piece in pieces { result += Array(try stuffer.next(ByteBuffer(bytes: piece)).readableBytesView) }
        return result + Array(try stuffer.finish().readableBytesView)
    }

    private func stuff(_ text: String, _ loneLineEnds: DotStuffer.LoneLineEnds = .refused) throws(DotStuffingError) -> String {
        String(decoding: try stuff([Array(text.utf8)[...]], loneLineEnds), as: UTF8.self)
    }

    @Test(arguments: [
        ("", ".\r\n"), ("a\r\n", "a\r\n.\r\n"), ("a", "a\r\n.\r\n"), (".", "..\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("..", "...\r\n.\r\n"),
        ("a\r\n.b\r\n", "a\r\n..b\r\n.\r\n"), ("a.b\r\n", "a.b\r\n.\r\n"), ("\r\n.\r\n.\r\n", "\r\n..\r\n..\r\n.\r\n"),
        ("\r\n", "\r\n.\r\n"),
    ])
    func `dots at line beginnings are doubled and the text is ended`(content: String, wire: String) throws {
        #expect(try stuff(content) == wire)
        #expect(try stuff(content, .converted) == wire)
    }

    @Test(arguments: [
        ("a\nb", DotStuffingError.bareLineFeed(offset: 1)), ("a\rb", .bareCarriageReturn(offset: 1)), ("\n.\n", .bareLineFeed(offset: 0)),
        ("a\r\r\n", .bareCarriageReturn(offset: 1)), ("a\r\n\n", .bareLineFeed(offset: 3)), ("a\r", .bareCarriageReturn(offset: 1)),
        ("a\r\n.\n.\r\n", .bareLineFeed(offset: 4)),
    ])
    func `lone line ends are refused where content is canonical`(content: String, error: DotStuffingError) {
        #expect(throws: error) { try stuff(content) }
        #expect(throws: error) { try stuff(Array(content.utf8).map { [$0] }) }
    }

    @Test(arguments: [
        ("a\nb", "a\r\nb\r\n.\r\n"), ("a\rb", "a\r\nb\r\n.\r\n"), ("\n.\n", "\r\n..\r\n.\r\n"), ("a\r\r\n", "a\r\n\r\n.\r\n"),
        ("a\r", "a\r\n.\r\n"), ("\r.\r", "\r\n..\r\n.\r\n"), ("a\n\r\n", "a\r\n\r\n.\r\n"), ("a\n\r.", "a\r\n\r\n..\r\n.\r\n"),
    ])
    func `lone line ends are converted in generated text`(content: String, wire: String) throws {
        #expect(try stuff(content, .converted) == wire)
    }

    @Test func `every split gives the same octets`() throws {
        let octets = Array("..a\r\n.\r\nb\n.\r.c\r\n\r\n.".utf8)
        let whole = try stuff([octets[...]], .converted)
        for first in 0...octets.count {
            for second in first...octets.count {
                #expect(try stuff([octets[..<first], octets[first..<second], octets[second...]], .converted) == whole)
            }
        }
    }

    @Test func `what is stuffed is unstuffed to the same content and nothing is left`() throws {
        var generator = SeededGenerator(seed: 3)
        let words = [".", "..", "\r\n", "a", "\r\n.", ".\r\n"]
        for _ in 0..<5_000 {
            let content = (0..<Int.random(in: 0...12, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
            var wire = ByteBuffer(bytes: try stuff([Array(content.utf8)[...]]))
            #expect(try unstuffed(&wire) == content + (content.isEmpty || content.utf8.suffix(2).elementsEqual("\r\n".utf8) ? "" : "\r\n"))
            #expect(wire.readableBytes == 0)
        }
    }

    @Test func `no content whatever can make an early or ambiguous end`() throws {
        var generator = SeededGenerator(seed: 4)
        let alphabet = Array(".\r\n.a".utf8)
        for _ in 0..<20_000 {
            let content = (0..<Int.random(in: 0...16, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            var wire = ByteBuffer(bytes: try stuff([content[...]], .converted))
            _ = try unstuffed(&wire)
            #expect(wire.readableBytes == 0)
        }
    }

    @Test func `content without leading dots is not copied`() throws {
        var stuffer = DotStuffer()
        let content = ByteBuffer(string: String(repeating: "line\r\n", count: 1_000))
        let stuffed = try stuffer.next(content)
        #expect(stuffed.storageCapacity == content.storageCapacity)
        #expect(stuffed.withUnsafeReadableBytes { $0.baseAddress } == content.withUnsafeReadableBytes { $0.baseAddress })
    }

    private func unstuffed(_ wire: inout ByteBuffer) throws -> String {
        var unstuffer = DotUnstuffer()
        var content: [UInt8] = []
        while let output = unstuffer.next(from: &wire) {
            switch output {
            case .content(let part): content += Array(part.readableBytesView)
            case .end: break
            }
        }
        #expect(unstuffer.summary.violations == [])
        return String(decoding: content, as: UTF8.self)
    }
}
