import NIOCore
import SMTP
import Testing

@testable import Reception

struct ContentTests {
    static let headers: [(content: String, header: String?)] = [
        ("A: b\r\n\r\nbody", "A: b\r\n"), ("A: b\r\nC: d\r\n\r\n", "A: b\r\nC: d\r\n"), ("\r\nbody", ""), ("A: b\r\nno end", nil),
        ("\r\n\r\n", ""), ("A: b\r\n\r", nil), ("", nil), ("A: b\n\nbody\r\n\r\n", "A: b\n\nbody\r\n"),
    ]

    @Test(arguments: headers)
    func `the header is found however the content is cut`(_ content: String, _ header: String?) {
        let bytes = Array(content.utf8)
        for cut in 0...bytes.count {
            var capture = HeaderCapture(limit: 1000)
            capture.take(ByteBuffer(bytes: bytes[..<cut]))
            capture.take(ByteBuffer(bytes: bytes[cut...]))
            #expect(capture.isComplete == (header != nil), "cut at \(cut)")
            #expect(String(buffer: capture.header) == header ?? content, "cut at \(cut)")
        }
    }

    @Test func `a header above its limit is given up`() {
        var capture = HeaderCapture(limit: 10)
        capture.take(ByteBuffer(string: "0123456789"))
        #expect(!capture.isTooBig)
        capture.take(ByteBuffer(string: "0"))
        #expect(capture.isTooBig)
        #expect(capture.header.readableBytes == 0)
    }

    @Test func `a whole header in the first part is not copied`() throws {
        let content = ByteBuffer(string: "A: b\r\n\r\nbody")
        var capture = HeaderCapture(limit: 1000)
        capture.take(content)
        let same = content.withUnsafeReadableBytes { first in capture.header.withUnsafeReadableBytes { $0.baseAddress == first.baseAddress }
        }
        #expect(same)
    }

    static let receivedFields: [(header: String, count: Int)] = [
        ("", 0), ("Received: a\r\n", 1), ("RECEIVED: a\r\nreceived : b\r\nReceived\t: c\r\n", 3), ("Received\r\nReceived-SPF: x\r\n", 0),
        ("X: Received: a\r\n Received: b\r\n", 0), ("Received:", 1), ("Received", 0),
    ]

    @Test(arguments: receivedFields)
    func `received fields are counted`(_ header: String, _ count: Int) {
        var capture = HeaderCapture(limit: 1000)
        capture.take(ByteBuffer(string: header))
        #expect(capture.receivedFieldCount == count)
    }

    static let chunks: [(text: String, violations: MessageTextSummary.Violations, endsWithLineEnd: Bool)] = [
        ("", [], true), ("a\r\n", [], true), ("a", [], false), ("a\r\nb", [], false), ("a\n", .bareLineFeed, true),
        ("\n", .bareLineFeed, true),
        ("a\rb\r\n", .bareCarriageReturn, true), ("a\r", .bareCarriageReturn, false), ("\r\r\n", .bareCarriageReturn, true),
        ("a\r\n\n", .bareLineFeed, true), ("\r\n\r\n", [], true), ("a\n\rb\r\n", [.bareLineFeed, .bareCarriageReturn], true),
        ("\ra\n", [.bareLineFeed, .bareCarriageReturn], true),
    ]

    @Test(arguments: chunks)
    func `stray line ends in chunks are found however they are cut`(
        _ text: String, _ violations: MessageTextSummary.Violations, _ endsWithLineEnd: Bool
    ) {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            for second in cut...bytes.count {
                var scanner = BinaryTextScanner()
                for part in [bytes[..<cut], bytes[cut..<second], bytes[second...]] { scanner.scan(ByteBuffer(bytes: part)) }
                scanner.finish()
                #expect(scanner.violations == violations, "cut at \(cut) and \(second)")
                #expect(scanner.endsWithLineEnd == endsWithLineEnd, "cut at \(cut) and \(second)")
            }
        }
    }

    @Test func `the longest line and eight bits in chunks are noted`() {
        var scanner = BinaryTextScanner()
        scanner.scan(ByteBuffer(string: "abc\r\nabcd"))
        scanner.scan(ByteBuffer(string: "ef\r\n"))
        #expect(scanner.longestLineOctets == 6)
        #expect(!scanner.hasEightBitOctets)
        scanner.scan(ByteBuffer(string: "ü\r\n"))
        #expect(scanner.hasEightBitOctets)
    }
}
