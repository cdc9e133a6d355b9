import FuzzTargets
import Testing

@testable import Mail

/// Header fields cut off and damaged at every place: no reader may stop the program, whatever stands in a field.
struct HeaderDamageTests {
    private static let fieldNames = ["Content-Type", "Content-Disposition", "From", "To", "Date", "Message-ID", "Subject", "Received"]
    /// What has a meaning to some reader, and what no reader expects.
    private static let alphabet: [UInt8] = Array("\\()\"<>@;:=?*%,\0\r\n".utf8) + [0x80, 0xFF]

    /// All readers of the body of a field, whatever its name.
    private static func readBody(_ bytes: [UInt8]) {
        let value = ParameterizedValue(parsing: bytes)
        _ = (ContentType(value), ContentDisposition(value), AddressList(parsing: bytes).mailboxes.map(\.emailAddress))
        // Line ends make folds, further fields or a body of the same bytes.
        for field in MessageHeader.read(from: Array("X: ".utf8) + bytes) {
            _ = (field.text, field.addresses, field.date, field.messageIDs, field.parameterized)
        }
        _ = (MailDate(parsing: bytes), MessageIdentifiers.read(bytes), EncodedWord.decode(bytes), TransferEncoding.read(bytes))
    }

    /// The message with that field, through the header and all that the structure derives from it.
    private static func readMessage(name: String, body: [UInt8]) -> MIMEStructure {
        let bytes = Array("\(name): ".utf8) + body
        let structure = MessageReader().read(bytes)
        for part in structure.parts {
            _ = (part.header.subject, part.header.from, part.header.to, part.header.messageID, part.header.date)
            _ = (part.fileNames, part.contentDisposition, part.contentID, part.isAttachment, part.rawBody, part.rawBytes)
        }
        return structure
    }

    @Test(
        arguments: [
            "text/plain; a=(\\", "text/plain; a=\"\\", "text/plain; a=\"b\" (\\", "text/plain; a=b (\\", "text/plain; (\\", "(\\", "a=(\\",
            "\\", "\"\\", "text/plain; a=\"b\\", "text/plain; a*0*=(\\", "text/plain; a*=u''%", "text/plain; a*=u''%4", "a=", "a=(",
            "a=()\\",
            "=?utf-8?q?=", "=?utf-8?q?=4", "=?utf-8?q?=?=", "=?utf-8?q?=4?=", "=?utf-8?q?a=3D?=\\", "=?utf-8?b?=?=", "=?u?q?\\?=", "=?u?q?",
            "\"a\\", "\"a\" <b@c>, \"d\\", "a@b (\\", "<a@b\\", "<\"\\", "[\\", "a@[\\", "a:b,\"\\", "(\\(\\",
            "Fri, 21 Nov 1997 09:55:06 -0600 (\\", "Fri, 21 Nov 1997 09:55:", "21 Nov 1997 -", "; \\", "; (\\", "1-", ":", "+",
            "<a@b> (\\", "<", "<\\", "<>", "\"\\@", "from a (b [\\", "from a by b (\\); Fri, 21 Nov 1997 09:55:06 (\\",
        ])
    func `a field that ends in an escape is read`(body: String) {
        Self.readBody(Array(body.utf8))
        for name in Self.fieldNames { #expect(Self.readMessage(name: name, body: Array(body.utf8)).parts.count == 1) }
    }

    @Test func `a comment that ends in a backslash is malformed and takes the rest`() {
        let value = ParameterizedValue(parsing: Array("text/plain; a=(\\".utf8))
        #expect(value.value == "text/plain")
        #expect(value.faults.contains(.malformedParameters))
        #expect(value.first("a")?.isEmpty == true)
    }

    @Test(arguments: seeds) func `every prefix and every damaged byte is read under every name`(seed: String) {
        let bytes = Array(seed.utf8)
        for length in 0...bytes.count { Self.readEverywhere(Array(bytes.prefix(length))) }
        for place in bytes.indices {
            for byte in Self.alphabet {
                var damaged = bytes
                damaged[place] = byte
                Self.readEverywhere(damaged)
                // Cut behind the damage too, so that it is the last thing a reader sees.
                Self.readBody(Array(damaged.prefix(place + 1)))
            }
        }
        #expect(Self.readMessage(name: "Subject", body: bytes).records.count == 1)
    }

    private static func readEverywhere(_ body: [UInt8]) {
        readBody(body)
        for name in fieldNames { _ = readMessage(name: name, body: body) }
    }

    @Test func `fifty thousand random strings of hostile bytes are read`() {
        var generator = SeededGenerator(seed: 20_261_123)
        // A few ordinary bytes, so that words, names and escapes come about between the specials.
        let letters = Self.alphabet + Array("aqbu8'0/ -.[]".utf8)
        var largest = 0
        for round in 0..<50_000 {
            let alphabet = round % 2 == 0 ? Self.alphabet : letters
            let length = Int.random(in: 0...40, using: &generator)
            let body = (0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            Self.readBody(body)
            let name = Self.fieldNames[round % Self.fieldNames.count]
            largest = max(largest, Self.readMessage(name: name, body: body).records.count)
        }
        // Without a boundary long enough for two parts there is at most a message in a message.
        #expect((1...2).contains(largest))
    }

    // MARK: Work

    @Test(
        arguments: [
            ("", "\\\""), ("\"", "\\\""), ("<", ","), ("<", "a,"), (String(repeating: "a ", count: 100_000) + "@", ":"), ("", "<,"),
            ("", "(\\"), ("", "\"\\"), ("a:", ":"), ("", "\\("),
        ])
    func `repeated escapes and separators in addresses take linear time`(prefix: String, piece: String) {
        // Quadratic time would take minutes with this length.
        let bytes = Array((prefix + String(repeating: piece, count: 300_000)).utf8)
        #expect(AddressList(parsing: bytes).mailboxes.count <= bytes.count)
    }

    @Test func `an unclosed quote leaves closed ones before it and plain text behind it alone`() {
        let list = AddressList(parsing: Array(#""a\"b" <c@d>, "e\" <f@g>, h@i"#.utf8))
        #expect(list.mailboxes.map(\.address) == ["c@d", "f@g", "h@i"])
        #expect(list.mailboxes.first?.name == "a\"b")
    }

    @Test func `thousands of boundary readings are limited and recorded`() {
        // Each unclosed or joined value has several readings, and each field a thousand parameters.
        let field = "Content-Type: multipart/mixed" + (0..<1_000).map { "; boundary=\"b\($0)\" x\($0)" }.joined() + "\n"
        let structure = MessageReader().read(Array((String(repeating: field, count: 20) + "\n").utf8))
        #expect(structure.has(.conflictingBoundaries))
        let header = structure.header
        let fields = ContentFields(header, default: .textPlain, isMessage: true, limits: structure.limits)
        #expect(fields.boundaries.count == structure.limits.boundaryReadings)
        #expect(fields.boundaries.first == Array("b0".utf8))
        #expect(fields.faults.filter { $0 == .conflictingBoundaries }.count == 1)
    }

    @Test func `the same boundary many times is no conflict`() {
        let field = "Content-Type: multipart/mixed" + String(repeating: "; boundary=b", count: 900)
        let header = MessageHeader.read(from: Array((field + "\n\n").utf8))
        let fields = ContentFields(header, default: .textPlain, isMessage: true, limits: MessageLimits())
        #expect(fields.boundaries == [Array("b".utf8)])
        #expect(!fields.faults.contains(.conflictingBoundaries))
    }

    private static let seeds = [
        "text/plain; charset=\"utf-8\" (c\\)d)", "multipart/mixed; boundary=\"a\\\"b\"; x=(y)z", "a/b; n*0*=utf-8'en'%41%; n*1=\"b\\c\"",
        "a/b; n*=utf-8''%E6%97%A5", "a/b (x (y\\) z)); c=d", "a/b; a=b c d=e", "attachment; filename=\"=?utf-8?B?YQ==?=\"",
        "attachment; filename*1*=%41; filename*0=b", "inline; filename=a(b)\\c.txt", "a/b;; ;=x;y=;\"z\"=1", "a/b; c=\"d\"e; f=\"g",
        "a/b; a*0*=u'e'x; a*0=y; a*=z", "multipart; boundary=x; boundary=\"y \"",
        "a@b", "<a@b>", "\"a\\\\b\" <c@d>", "A (b\\(c) <d@e> (f)", "g:a@b,<c@d>;", "<@x,@y:a@b>", "a@[192.0.2.1]", "a@[IPv6:::1]",
        "\"a@b\"@c", "a . b @ c . d", "undisclosed-recipients:;", "<a@b, c@d>", "\"\u{E9}\" <\u{E9}@\u{E9}>", "=?utf-8?Q?=41=5F?= <a@b>",
        "Fri, 21 Nov 1997 09:55:06 -0600", "21-Nov-97 9 : 55 (c) EST", "Fri Nov 21 09:55:06 1997", "1 Jan 0 24:59:60.5+9999 pm",
        "<a@b> <\"c\\d\"@e>", "<1.2@[3]>(x\\)", "a@b c@d",
        "=?utf-8?B?5pel?= =?utf-8?b?pQ==?=", "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "=?u*en?q?a_=3D=?=", "x=?a?q?=?==?b?b?A?=",
        "=?utf-7?q?+AGE-?=?=", "from a (b [1.2.3.4]) by c with ESMTP; Fri, 21 Nov 1997 09:55:06 (x\\)",
        "from a by b id <c@d> for <e@f>; 1 Jan 99 0:0", "by \"a\\b\" (c\\\\); 2 Feb 2000 1:2:3 +0100",
    ]
}
