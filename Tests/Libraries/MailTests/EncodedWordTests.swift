import Testing

@testable import Mail

struct EncodedWordTests {
    // RFC 2047 §8 and what mail programs really write.
    @Test(
        arguments: [
            ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
            ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
            (
                "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
                "If you can read this you understand the example."
            ),
            ("=?ISO-8859-1?Q?a?=", "a"),
            ("=?ISO-8859-1?Q?a?= b", "a b"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
            ("=?ISO-8859-1?Q?a?=    =?ISO-8859-1?Q?b?=", "ab"),
            ("=?ISO-8859-1?Q?a_b?=", "a b"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
            ("=?iso-2022-jp?B?GyRCRnxLXDhsGyhC?=", "日本語"),
            ("=?ISO-2022-JP?B?GyRCRnwbKEI=?= =?ISO-2022-JP?B?GyRCS1w4bBsoQg==?=", "日本語"),
            ("=?utf-8?B?5pel5pys6Kqe?=", "日本語"),
            ("=?utf-8*ja?B?5pel5pys6Kqe?=", "日本語"),
            ("=?UTF-8?Q?=E6=97?= =?UTF-8?Q?=A5=E6=9C=AC?=", "日本"),  // a character cut between words
            ("=?UTF-8?B?5pel5p?= =?UTF-8?B?ys6Kqe?=", "日本語"),  // base64 cut between words
            ("=?UTF-8?B?5pel?= =?UTF-8?B?5pys?=", "日本"),
            ("=?UTF-8?B?5pel5pys6Kqe", "=?UTF-8?B?5pel5pys6Kqe"),  // never ended
            ("=?UTF-8?B?5pel5pys6Kqe=?=", "日本語"),  // wrong padding
            ("x=?utf-8?Q?=C3=A9?=y", "xéy"),  // glued to text
            ("\"=?utf-8?Q?=C3=A9?=\"", "\"é\""),  // inside quotes
            ("=?utf-8?Q?a b c?=", "a b c"),  // blanks inside
            ("=?utf-8?Q?what??=", "what?"),
            ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
            ("=?utf-8?Q?=E3=81=82?= =?shift_jis?B?gqI=?=", "あい"),
            ("=?shift_jis?B?g0eDXIFb?=", "エソー"),  // trail bytes that are ASCII
            ("=?unknown-set?B?5pel5pys6Kqe?=", "日本語"),
            ("=?us-ascii?Q?=E6=97=A5?=", "日"),  // mislabelled
            ("=?utf-8?Q??=", ""),
            ("=?utf-8?q?a?= =?utf-8?q?broken", "a =?utf-8?q?broken"),
            ("a = b =? c", "a = b =? c"),
            ("plain", "plain"),
            ("", ""),
        ])
    func `encoded words are read as mail programs mean them`(encoded: String, text: String) {
        #expect(EncodedWord.decode(Array(encoded.utf8)) == text)
    }

    @Test func `raw bytes in a header are read in the charset they are in`() {
        #expect(EncodedWord.decode(Array("日本語の件名".utf8)) == "日本語の件名")
        #expect(EncodedWord.decode([0x93, 0xFA, 0x96, 0x7B, 0x8C, 0xEA, 0x82, 0xCC, 0x8C, 0x8F, 0x96, 0xBC]) == "日本語の件名")
        #expect(EncodedWord.decode([0x1B, 0x24, 0x42, 0x46, 0x7C, 0x4B, 0x5C, 0x1B, 0x28, 0x42]) == "日本")
        #expect(EncodedWord.decode([0x63, 0x61, 0x66, 0xE9]) == "café")
    }

    @Test func `text survives encoding and decoding`() {
        let texts = [
            "plain", "日本語の件名がとても長いときには何行にも分けて書かれなければならない。そうでしょう?", "Grüße aus Köln", "=?looks?like?one?=",
            "a😀b😀c😀d😀e😀f😀g😀h😀i😀j😀k😀l😀m😀n😀o😀p😀q", String(repeating: "é", count: 300), String(repeating: "long ", count: 100) + "ß",
            String(repeating: "x", count: 2000),
        ]
        for text in texts {
            let field = HeaderEncoding.unstructuredField("Subject", text)
            let header = MessageHeader.read(from: field + [0x0D, 0x0A])
            #expect(header.subject == text)
            #expect(header.anomalies.isEmpty)
            #expect(!field[...].containsEightBit)
            let lines = field.split(separator: 0x0A)
            #expect(lines.allSatisfy { $0.count <= 79 && $0.last == 0x0D })
        }
    }

    @Test func `a line end in a value cannot smuggle a field in`() {
        let field = HeaderEncoding.unstructuredField("Subject", "a\r\nBcc: victim@example.com\r\n\r\nbody\u{0}")
        #expect(field.filter { $0 == 0x0A }.count == 1)
        let address = HeaderEncoding.addressField("To", [HeaderMailbox(name: "x\r\ny", address: "a@b\r\nBcc: c@d")])
        #expect(MessageHeader.read(from: address).count == 1)
    }

    @Test func `addresses survive writing and reading`() {
        let mailboxes = [
            HeaderMailbox(name: "山田太郎", address: "yamada@example.jp"), HeaderMailbox(name: "Smith, John", address: "john@example.com"),
            HeaderMailbox(name: "Quote \" and \\", address: "q@example.com"), HeaderMailbox(name: nil, address: "bare@example.com"),
            HeaderMailbox(name: "A very long display name that goes on", address: "long.local.part.of.an.address@subdomain.example.com"),
        ]
        let field = HeaderEncoding.addressField("To", mailboxes)
        #expect(MessageHeader.read(from: field).to == mailboxes)
        #expect(field.split(separator: 0x0A).allSatisfy { $0.count <= 79 })
    }

    @Test(arguments: ["report.pdf", "with blank.pdf", "請求書 2026年.pdf", String(repeating: "長い名前", count: 40) + ".zip", "quote\".txt"])
    func `parameters survive writing and reading`(name: String) {
        let field = HeaderEncoding.parameterizedField("Content-Disposition", "attachment", [("filename", name), ("size", "10")])
        let value = MessageHeader.read(from: field).first("content-disposition")?.parameterized
        #expect(value?.value == "attachment")
        #expect(value?.first("filename") == name)
        #expect(value?.first("size") == "10")
        #expect(value?.faults == [])
        #expect(field.split(separator: 0x0A).allSatisfy { $0.count <= 79 })
    }
}
