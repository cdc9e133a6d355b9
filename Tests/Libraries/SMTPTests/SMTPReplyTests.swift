import NIOCore
import SMTP
import Testing

struct SMTPReplyTests {
    private func written(_ reply: SMTPReply, allowsUTF8: Bool = false) -> String {
        var buffer = ByteBuffer()
        reply.write(into: &buffer, allowsUTF8: allowsUTF8)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        (SMTPReply(250, "OK"), "250 OK\r\n"),
        (SMTPReply(250, .senderValid, "Sender OK"), "250 2.1.0 Sender OK\r\n"),
        (
            SMTPReply(250, lines: ["mx.example.org", "PIPELINING", "SIZE 1000"]),
            "250-mx.example.org\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"
        ),
        (SMTPReply(550, .noSuchMailbox, lines: ["a", "b"]), "550-5.1.1 a\r\n550 5.1.1 b\r\n"),
        (SMTPReply(354, ""), "354 \r\n"), (SMTPReply(221, lines: []), "221 \r\n"),
        (SMTPReply(250, "a\r\nb\u{0}c\td\u{7f}"), "250 a  b c d \r\n"),
        (SMTPReply(250, "日本"), "250 ??\r\n"), (SMTPReply(250, "a\u{2028}b\u{85}c"), "250 a b c\r\n"),
    ])
    func `a reply is written line by line`(reply: SMTPReply, text: String) {
        // CR and LF form one Character, and two scalars.
        #expect(written(reply) == text)
    }

    @Test func `international text is written to those who asked for it`() {
        #expect(written(SMTPReply(550, .noSuchMailbox, "東京"), allowsUTF8: true) == "550 5.1.1 東京\r\n")
    }

    @Test(arguments: [500, 501, 502, 503, 504, 505, 2_000])
    func `no line exceeds 512 octets and no character is cut`(count: Int) {
        for text in [
            String(repeating: "a", count: count), String(repeating: "é", count: count), "a" + String(repeating: "日", count: count),
        ] {
            for allowsUTF8 in [false, true] {
                var buffer = ByteBuffer()
                SMTPReply(550, .noSuchMailbox, text).write(into: &buffer, allowsUTF8: allowsUTF8)
                #expect(buffer.readableBytes <= 512)
                #expect(buffer.readableBytes >= min(count + 12, 509))
                #expect(String(validating: buffer.readableBytesView, as: UTF8.self)?.hasSuffix("\r\n") == true)
            }
        }
    }

    @Test func `the number of lines is limited and the last is marked as last`() {
        let lines = written(SMTPReply(250, lines: Array(repeating: "x", count: 500))).split(separator: "\r\n")
        #expect(lines.count == 100)
        #expect(lines.last == "250 x")
        #expect(lines.dropLast().allSatisfy { $0 == "250-x" })
    }

    @Test(arguments: [(220, SMTPReply.Category.completion), (354, .intermediate), (451, .transientFailure), (599, .permanentFailure)])
    func `the first digit tells the category`(code: Int, category: SMTPReply.Category) {
        #expect(SMTPReply(code, "").category == category)
    }

    @Test func `the description is one line`() {
        #expect(SMTPReply(550, .noSuchMailbox, lines: ["a\nb", "c"]).description == "550 5.1.1 a b c")
    }
}

struct SMTPReplyParserTests {
    /// All replies, then the error if there is one.
    private func parse(_ pieces: [String]) -> ([SMTPReply], SMTPReplyError?) {
        var parser = SMTPReplyParser()
        var replies: [SMTPReply] = []
        do throws(SMTPReplyError) {
            for piece in pieces {
                parser.append(ByteBuffer(string: piece))
                while let reply = try parser.next() { replies.append(reply) }
            }
            return (replies, nil)
        } catch {
            return (replies, error)
        }
    }

    @Test(arguments: [
        ("250 OK\r\n", [SMTPReply(250, "OK")]), ("250\r\n", [SMTPReply(250, "")]), ("250 \r\n", [SMTPReply(250, "")]),
        ("250 OK\n", [SMTPReply(250, "OK")]),
        ("250-a\r\n250-b\r\n250 c\r\n", [SMTPReply(250, lines: ["a", "b", "c"])]),
        ("250-a\r\n250\r\n", [SMTPReply(250, lines: ["a", ""])]),
        ("550 5.1.1 No such user\r\n", [SMTPReply(550, .noSuchMailbox, "No such user")]),
        ("550-5.1.1 a\r\n550 5.1.1 b\r\n", [SMTPReply(550, .noSuchMailbox, lines: ["a", "b"])]),
        ("550-a\r\n550 5.1.1 b\r\n", [SMTPReply(550, .noSuchMailbox, lines: ["a", "b"])]),
        ("550 5.1.1\r\n", [SMTPReply(550, .noSuchMailbox, "")]),
        ("450 5.1.1 disagrees\r\n", [SMTPReply(450, "5.1.1 disagrees")]),
        ("354 2.0.0 go\r\n", [SMTPReply(354, "2.0.0 go")]),
        ("250 a\r\n550 b\r\n", [SMTPReply(250, "a"), SMTPReply(550, "b")]),
        ("220 caf\u{e9} \u{1}\r\n", [SMTPReply(220, "café  ")]),
    ])
    func `replies are read`(input: String, replies: [SMTPReply]) {
        #expect(parse([input]).0 == replies)
        #expect(parse([input]).1 == nil)
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n", SMTPReplyError.malformedLine), ("\r\n", .malformedLine), ("25 OK\r\n", .malformedLine),
        ("2500 OK\r\n", .malformedLine), ("250_OK\r\n", .malformedLine), ("199 x\r\n", .malformedLine), ("600 x\r\n", .malformedLine),
        ("000 x\r\n", .malformedLine), ("2a0 x\r\n", .malformedLine), ("250-a\r\n550 b\r\n", .inconsistentCodes),
        (String(repeating: "250-x\r\n", count: 101), .tooManyLines), ("250 " + String(repeating: "x", count: 2_100) + "\r\n", .lineTooLong),
        (String(repeating: "x", count: 5_000), .lineTooLong),
    ])
    func `what is no reply is an error`(input: String, error: SMTPReplyError) {
        #expect(parse([input]).1 == error)
        #expect(parse(input.unicodeScalars.map { String($0) }).1 == error)
    }

    @Test func `an error stays`() {
        var parser = SMTPReplyParser()
        parser.append(ByteBuffer(string: "nonsense\r\n"))
        #expect(throws: SMTPReplyError.malformedLine) { try parser.next() }
        parser.append(ByteBuffer(string: "250 OK\r\n"))
        #expect(throws: SMTPReplyError.malformedLine) { try parser.next() }
    }

    @Test func `every split gives the same replies`() {
        let input = "220 hi\r\n250-a\r\n250-5.1.1 b\r\n250 2.0.0 c\r\n550 5.7.1 no\n"
        let whole = parse([input])
        #expect(whole.0.count == 3)
        let scalars = Array(input.unicodeScalars)
        for first in 0...scalars.count {
            for second in first...scalars.count {
                let pieces = [scalars[..<first], scalars[first..<second], scalars[second...]].map { String(String.UnicodeScalarView($0)) }
                #expect(parse(pieces) == whole)
            }
        }
    }

    @Test func `unfinished input is known`() throws {
        var parser = SMTPReplyParser()
        #expect(!parser.hasUnfinishedInput)
        parser.append(ByteBuffer(string: "250-a\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.hasUnfinishedInput)
        parser.append(ByteBuffer(string: "250 b\r\n250 extra\r\n"))
        #expect(try parser.next() == SMTPReply(250, lines: ["a", "b"]))
        #expect(parser.hasUnfinishedInput)
    }
}
