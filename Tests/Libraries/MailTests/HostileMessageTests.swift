import FuzzTargets
import Testing

@testable import Mail

/// Messages made to hurt. Work is bounded by counting what is read and kept, not by the clock.
struct HostileMessageTests {
    private let multipart = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="

    private func read(_ bytes: [UInt8]) -> MIMEStructure { MessageReader().read(bytes) }

    @Test func `a million header fields are counted and cut`() {
        let structure = read(Array(String(repeating: "A: b\n", count: 1_000_000).utf8) + Array("\nbody".utf8))
        #expect(structure.header.count == structure.limits.headerFields)
        #expect(structure.has(.tooManyHeaderFields))
        #expect(structure.anomalies.count <= structure.limits.recordedAnomalies + MessageAnomaly.Kind.allCases.count)
        #expect(String(decoding: structure.root.rawBody, as: UTF8.self) == "body")
    }

    @Test(arguments: [10, 100, 1_000])
    func `what is not decoded within the limit is recorded`(limit: Int) {
        var limits = MessageLimits()
        limits.decodedBytes = limit
        let fields = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
        let structure = MessageReader(limits: limits).read(Array((fields + "Subject: inner\n\n" + String(repeating: "x", count: 100)).utf8))
        #expect(structure.isCut == (limit < 1_000))
        #expect(structure.has(.decodedTooLarge) == (limit < 1_000))
    }

    @Test func `one endless header field is cut`() {
        let structure = read(Array(("A: " + String(repeating: "x\n ", count: 1_000_000)).utf8))
        #expect(structure.header.allSatisfy { $0.bytes.count <= structure.limits.headerBytes })
        #expect(structure.has(.headerTooLong))
    }

    @Test(arguments: [true, false])
    func `ten thousand nested multiparts end at the depth limit`(hasDistinctBoundaries: Bool) {
        var text = ""
        for level in 0..<10_000 {
            let boundary = hasDistinctBoundaries ? "b\(level)" : "b"
            text += "Content-Type: multipart/mixed; boundary=\(boundary)\n\n--\(boundary)\n"
        }
        let structure = read(Array(text.utf8))
        #expect(structure.has(.nestingTooDeep))
        #expect(structure.parts.allSatisfy { $0.depth <= structure.limits.depth })
        #expect(structure.records.count <= structure.limits.parts)
    }

    @Test func `ten thousand nested messages end at the depth limit`() {
        let structure = read(Array(String(repeating: "Content-Type: message/rfc822\n\n", count: 10_000).utf8))
        #expect(structure.has(.nestingTooDeep))
        #expect(structure.records.count == structure.limits.depth + 1)
    }

    @Test func `base64 inside base64 inside base64 ends`() {
        var body = Array("Subject: innermost\n\nhello".utf8)
        for _ in 0..<12 {
            body = Array("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n".utf8) + Base64.encodeLines(body[...])
        }
        var reader = MessageReader()
        #expect(reader.read(body).parts.last?.header.subject == "innermost")
        reader.limits.decodedBytes = body.count
        let limited = reader.read(body)
        #expect(limited.sources.dropFirst().reduce(0) { $0 + $1.count } <= body.count)
        reader.limits = MessageLimits()
        reader.limits.depth = 5
        #expect(reader.read(body).has(.nestingTooDeep))
    }

    @Test func `a hundred thousand boundaries end at the part limit`() {
        let structure = read(Array((multipart + "b\n\n" + String(repeating: "--b\n\nx\n", count: 100_000)).utf8))
        #expect(structure.records.count == structure.limits.parts)
        #expect(structure.has(.tooManyParts))
    }

    @Test func `a hundred thousand lines like boundaries make no parts`() {
        let structure = read(Array((multipart + "b\n\n--b\n\n" + String(repeating: "--bb\n", count: 100_000) + "--b--\n").utf8))
        #expect(structure.records.count == 2)
        #expect(structure.has(.boundaryLikeLine))
        #expect(structure.anomalies.count <= structure.limits.recordedAnomalies + MessageAnomaly.Kind.allCases.count)
    }

    @Test(arguments: ["=?utf-8?q?", "=?utf-8?q?x=", "=?a?b?=?", "=?utf-8?b?QQ==", "=?", "?=", "=?utf-8?q?a ", "=?x?q?=?="])
    func `encoded words without end take linear time`(piece: String) {
        // Quadratic time would take hours with this length.
        let bytes = Array(String(repeating: piece, count: 200_000).utf8)
        #expect(EncodedWord.decode(bytes).utf8.count <= bytes.count * 3)
        #expect(AddressList(parsing: bytes).mailboxes.count <= bytes.count)
    }

    @Test(arguments: ["(", "<", "\"", "\\", "[", "a@", ",", ":", ";", "<a@b", "(\"", "a:b;", "\"a\"@", "a b ", "@a,"])
    func `repeated address syntax takes linear time`(piece: String) {
        let bytes = Array(String(repeating: piece, count: 100_000).utf8)
        #expect(AddressList(parsing: bytes).mailboxes.count <= bytes.count)
    }

    @Test(arguments: ["; a=b", ";a*0=b", "; a*1*=%", "(", "; \"", "=", "; a=\"b", ";", "; a=b c", "\\", "; boundary=x"])
    func `repeated parameters take linear time and are limited`(piece: String) {
        let value = ParameterizedValue(parsing: Array(("a/b" + String(repeating: piece, count: 100_000)).utf8))
        #expect(value.parameters.count <= 1_000)
    }

    @Test func `random damage never breaks a reader`() {
        var generator = SeededGenerator(seed: 42)
        let seeds = Self.seedMessages
        for round in 0..<3_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...12, using: &generator) { Self.damage(&bytes, &generator) }
            let structure = read(bytes)
            #expect(structure.records.count <= structure.limits.parts)
            for part in structure.parts {
                #expect(part.decodedBody().bytes.count <= part.rawBody.count)
                _ = (part.fileNames, part.isAttachment, part.embeddedFiles(), part.preamble, part.epilogue, part.rawBytes, part.contentID)
                _ = part.decodedText()
                for field in part.header { _ = (field.text, field.addresses, field.date, field.messageIDs, field.parameterized) }
            }
            if case .converted(let converted, _) = SevenBitConversion.convert(bytes) { #expect(!converted[...].containsEightBit) }
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let tokens = [
            "--b", "\n", "\r\n", "=?utf-8?B?", "?=", "\"", ";", "boundary=b", "Content-Type: ", "\u{1B}$B", "base64", "=", "(", "\0", ": ",
        ]
        let place = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...20, using: &generator)))
        case 2: bytes.insert(contentsOf: Array((tokens.randomElement(using: &generator) ?? "").utf8), at: place)
        case 3: bytes.insert(contentsOf: bytes[max(0, place - 40)..<place], at: Int.random(in: 0...bytes.count, using: &generator))
        default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
        }
    }

    private static let seedMessages: [[UInt8]] = [
        """
        From: =?utf-8?B?5pel5pys?= <a@example.jp>, "x, y" (c) <b@[192.0.2.1]>
        Date: Fri, 21 Nov 1997 09:55:06 -0600
        Subject: =?iso-2022-jp?B?GyRCRnxLXBsoQg==?= =?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?=
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="b"

        preamble
        --b
        Content-Type: multipart/alternative; boundary=bb

        --bb
        Content-Type: text/plain; charset=shift_jis
        Content-Transfer-Encoding: quoted-printable

        =93=FA=96=7B soft=
        --bb--
        --b
        Content-Type: application/zip; name*0*=utf-8''%E6%97; name*1*=%A5.zip
        Content-Disposition: attachment; filename="a.zip"
        Content-Transfer-Encoding: base64

        UEsDBBQAAAAIAA==
        --b
        Content-Type: message/rfc822

        Subject: inner é

        begin 644 cat
        #0V%T
        `
        end
        --b--
        epilogue
        """,
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxwPgo=\n",
        "Content-Type: multipart/mixed\nContent-Transfer-Encoding: quoted-printable\n\n--x=\n\nContent-Type: a/b\n\n=C3=A9\n--x--",
    ].map { Array($0.utf8) }
}
