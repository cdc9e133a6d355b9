import Testing

@testable import Mail

struct MessageHeaderTests {
    private func read(_ text: String, _ limits: MessageLimits = MessageLimits()) -> MessageHeader {
        MessageHeader.read(from: Array(text.utf8), limits: limits)
    }

    @Test func `fields are kept byte for byte and found without regard to case`() throws {
        let header = read("Received: one\r\nSUBJECT :  a\r\n\tb\r\nreceived: two\r\n\r\nbody: no field\r\n")
        #expect(header.map(\.name) == ["Received", "SUBJECT", "received"])
        #expect(header.all("Received").map { String(decoding: $0.body, as: UTF8.self) } == [" one", " two"])
        let subject = try #require(header.first("subject"))
        #expect(String(decoding: subject.bytes, as: UTF8.self) == "SUBJECT :  a\r\n\tb")
        #expect(String(decoding: subject.unfolded, as: UTF8.self) == "a\tb")
        #expect(header.anomalies.map(\.kind) == [.blankBeforeColon])
        #expect(header.bodyStart == "Received: one\r\nSUBJECT :  a\r\n\tb\r\nreceived: two\r\n\r\n".utf8.count)
        #expect(header.first("body") == nil)
    }

    @Test(
        arguments: [
            ("", 0, 0, MessageAnomaly.Kind.headerNotEnded),
            ("\r\n", 0, 2, nil),
            ("A: b", 1, 4, .headerNotEnded),
            ("A: b\n\nbody", 1, 6, nil),
            ("A: b\r\rbody", 1, 6, nil),
            ("From me Mon\nA: b\n\n", 1, 18, nil),
            ("A: b\njunk\nC: d\n\nbody", 2, 16, .malformedHeaderLine),
            ("A: b\nbody starts\nand goes on\n", 1, 5, .headerNotEnded),
            ("A: b\n--boundary\nC: d\n\n", 1, 5, .headerNotEnded),
            (" leading: fold\nA: b\n\n", 1, 21, .malformedHeaderLine),
            ("A: b\n \n c\n\n", 1, 11, .blankContinuationLine),
            (": no name\nA: b\n\n", 1, 16, .malformedHeaderLine),
            ("A\u{0}B: c\nA: b\n\n", 1, 13, .controlInHeader),
            ("A: é\n\n", 1, 7, .eightBitInHeader),
        ] as [(String, Int, Int, MessageAnomaly.Kind?)])
    func `the end of a header is found whatever precedes it`(text: String, fields: Int, bodyStart: Int, anomaly: MessageAnomaly.Kind?) {
        let header = read(text)
        #expect(header.count == fields)
        #expect(header.bodyStart == bodyStart)
        if let anomaly {
            #expect(header.anomalies.contains { $0.kind == anomaly })
        } else {
            #expect(header.anomalies.isEmpty)
        }
    }

    @Test func `limits of a header are kept and recorded`() {
        var limits = MessageLimits()
        limits.headerFields = 10
        let many = read(String(repeating: "A: b\n", count: 1000) + "\nbody", limits)
        #expect(many.count == 10)
        #expect(many.bodyStart == 5001)
        #expect(many.anomalies.contains { $0.kind == .tooManyHeaderFields })
        limits.headerBytes = 100
        let long = read("A: " + String(repeating: "x\n ", count: 1000) + "\nB: c\n\n", limits)
        #expect(long.anomalies.contains { $0.kind == .headerTooLong })
        #expect(long.allSatisfy { $0.bytes.count <= 100 })
    }

    @Test func `SMTPUTF8 is needed exactly for header bytes beyond ASCII`() {
        #expect(read("Subject: é\n\nbody").requiresSMTPUTF8)
        #expect(!read("Subject: e\n\nbody é").requiresSMTPUTF8)
    }

    @Test(
        arguments: [
            ("<a@b>", ["a@b"]), ("<a@b> <c@d>\t<e@f>", ["a@b", "c@d", "e@f"]), ("junk <a@b> (c)", ["a@b"]), ("a@b", ["a@b"]), ("", []),
            ("< a @ b >", ["a@b"]), ("<>", []), ("<a@b", ["<a@b"]),
        ])
    func `message identifiers are read`(body: String, identifiers: [String]) {
        #expect(MessageIdentifiers.read(Array(body.utf8)) == identifiers)
    }

    // RFC 5322 §3.3, §4.3 and appendix A.
    @Test(
        arguments: [
            ("Fri, 21 Nov 1997 09:55:06 -0600", 880_127_706, "Fri, 21 Nov 1997 09:55:06 -0600"),
            ("Tue, 1 Jul 2003 10:52:37 +0200", 1_057_049_557, "Tue, 1 Jul 2003 10:52:37 +0200"),
            ("Thu, 13 Feb 1969 23:32:54 -0330", -27_723_426, "Thu, 13 Feb 1969 23:32:54 -0330"),
            ("Thu,\r\n 13\r\n Feb\r\n 1969\r\n 23:32\r\n -0330 (Newfoundland Time)", -27_723_480, "Thu, 13 Feb 1969 23:32:00 -0330"),
            ("21 Nov 97 09:55:06 GMT", 880_106_106, "Fri, 21 Nov 1997 09:55:06 +0000"),
            ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", 880_127_706, "Fri, 21 Nov 1997 09:55:06 -0600"),
            ("21 Nov 99 09:55:06 EST", 943_196_106, "Sun, 21 Nov 1999 09:55:06 -0500"),
            ("1 Jan 49 00:00:00 Z", 2_493_072_000, "Fri, 1 Jan 2049 00:00:00 +0000"),
            ("1 Jan 100 00:00:00 Z", 946_684_800, "Sat, 1 Jan 2000 00:00:00 +0000"),
            ("Wed Feb 11 11:51:00 1998", 887_197_860, "Wed, 11 Feb 1998 11:51:00 +0000"),
            ("29 Feb 2024 12:00 +0900", 1_709_175_600, "Thu, 29 Feb 2024 12:00:00 +0900"),
            ("from a by b; Mon, 10 Oct 2022 10:31:15 -0700 (PDT)", 1_665_423_075, "Mon, 10 Oct 2022 10:31:15 -0700"),
        ])
    func `dates are read to UTC and written`(body: String, seconds: Int64, written: String) throws {
        let date = try #require(MailDate(parsing: Array(body.utf8)))
        #expect(date.millisecondsSince1970 == seconds * 1000)
        #expect(date.formatted == written)
        #expect(MailDate(parsing: Array(date.formatted.utf8)) == date)
    }

    @Test(arguments: [
        "", "today", "Fri,", "99 Nov 1997 10:00", "21 Nov", "21 Nov 1997 25:00:00", "1 1 1 1 1", String(repeating: "9", count: 500),
    ])
    func `what is no date is none`(body: String) {
        #expect(MailDate(parsing: Array(body.utf8)) == nil)
    }

    @Test(arguments: [Int64.min, Int64.max, 0, -1, 253_402_300_799_999])
    func `any moment can be written`(milliseconds: Int64) {
        #expect(MailDate(millisecondsSince1970: milliseconds, zoneOffsetMinutes: Int.max).formatted.utf8.count >= 29)
    }
}
