import FuzzTargets
import Testing

@testable import Mail

struct TransferEncodingTests {
    @Test(
        arguments: [
            ("", "", []), ("Zg==", "f", []), ("Zm8=", "fo", []), ("Zm9v", "foo", []), ("Zm9vYg==", "foob", []),
            ("Zm9v\r\nYmFy\r\n", "foobar", []),
            ("Zm9vYg", "foob", [.malformedBase64]), ("Zm9!vYmFy", "foobar", [.malformedBase64]),
            ("Zg==Zg==", "ff", [.dataAfterBase64Padding]),
            ("=Zm9v", "foo", [.malformedBase64]), ("Zm9v=", "foo", [.malformedBase64]), ("Z", "", [.malformedBase64]),
            ("Zg=", "f", [.malformedBase64]),
        ] as [(String, String, Set<MessageAnomaly.Kind>)])
    func `base64 is decoded with tolerance and faults are named`(encoded: String, decoded: String, faults: Set<MessageAnomaly.Kind>) {
        let result = Base64.decode(Array(encoded.utf8)[...])
        #expect(String(decoding: result.bytes, as: UTF8.self) == decoded)
        #expect(result.faults == faults)
    }

    @Test(
        arguments: [
            ("a=20b", "a b", []), ("soft=\r\nbreak", "softbreak", []), ("soft= \t\r\nbreak", "softbreak", []), ("a  \r\nb", "a\r\nb", []),
            ("caf=C3=A9", "café", []), ("caf=c3=a9", "café", [.lowercaseQuotedPrintable]), ("a=b", "a=b", [.malformedQuotedPrintable]),
            ("end=", "end", []), ("=", "", []), ("==41", "=A", [.malformedQuotedPrintable]), ("a ", "a", []), ("=3D=\n", "=", []),
        ] as [(String, String, Set<MessageAnomaly.Kind>)])
    func `quoted-printable is decoded with tolerance and faults are named`(
        encoded: String, decoded: String, faults: Set<MessageAnomaly.Kind>
    ) {
        let result = QuotedPrintable.decode(Array(encoded.utf8)[...])
        #expect(String(decoding: result.bytes, as: UTF8.self) == decoded)
        #expect(result.faults == faults)
    }

    @Test(
        arguments: [
            ("begin 644 cat.txt\n#0V%T\n`\nend\n", "Cat", []),
            ("text before\nbegin 0644 a name.txt\r\n#0V%T\r\n`\r\nend\r\n", "Cat", []),
            ("#0V%T\n`\nend\n", "Cat", [.malformedUUEncoding]),
            ("begin 644 x\n#0V%T\n", "Cat", [.malformedUUEncoding]),
            ("begin 644 x\nthis is no line of it at all, far too long\n", "", [.malformedUUEncoding]),
        ] as [(String, String, Set<MessageAnomaly.Kind>)])
    func `uuencode is decoded`(encoded: String, decoded: String, faults: Set<MessageAnomaly.Kind>) {
        let result = UUEncoding.decode(Array(encoded.utf8)[...])
        #expect(String(decoding: result.bytes, as: UTF8.self) == decoded)
        #expect(result.faults == faults)
    }

    @Test func `files amid text are found with their names`() {
        let text = "Hello\nbegin 644 one.txt\n#0V%T\n`\nend\nmore\nbegin 600 two.bin\n#0V%T\n`\nend\nbegin the day\n"
        let structure = MessageReader().read(Array("\n\(text)".utf8))
        let files = structure.root.embeddedFiles()
        #expect(files.map(\.name) == ["one.txt", "two.bin"])
        #expect(files.allSatisfy { $0.bytes == Array("Cat".utf8) })
        #expect(structure.has(.embeddedFile))
    }

    @Test func `limits cut decoded content and say so`() {
        let zeros = Array(String(repeating: "AAAA", count: 1000).utf8)[...]
        #expect(Base64.decode(zeros, limit: 30).bytes.count <= 30)
        #expect(Base64.decode(zeros, limit: 30).isTruncated)
        #expect(QuotedPrintable.decode(zeros, limit: 30).bytes.count == 30)
        #expect(QuotedPrintable.decode(zeros, limit: 30).isTruncated)
        let uuencoded = Array(("begin 644 x\n" + String(repeating: "#0V%T\n", count: 100) + "`\nend\n").utf8)[...]
        #expect(UUEncoding.decode(uuencoded, limit: 30).bytes.count == 30)
    }

    @Test func `random bytes survive every encoding`() {
        var generator = SeededGenerator(seed: 3)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64.decode(Base64.encodeLines(bytes[...])[...]).bytes == bytes)
            let text = bytes.filter { $0 != 0x0D && $0 != 0x0A }
            let quoted = QuotedPrintable.encodeText(text[...])
            #expect(QuotedPrintable.decode(quoted[...]).bytes == text)
            #expect(quoted.split(separator: 0x0A).allSatisfy { $0.count <= 77 })
        }
    }

    @Test(
        arguments: [
            ("base64", TransferEncoding.base64, true), ("BASE64", .base64, true), (" quoted-printable ", .quotedPrintable, true),
            ("8bit", .eightBit, true),
            ("x-base64", .base64, false), ("base64; x", .base64, false), ("quoted printable", .quotedPrintable, false),
            ("rot13", .unknown("rot13"), false),
            ("7bit (plain)", .sevenBit, false), ("x-uuencode", .uuencode, true),
        ])
    func `names of encodings are recognised`(name: String, encoding: TransferEncoding, isExact: Bool) {
        let read = TransferEncoding.read(Array(name.utf8))
        #expect(read.encoding == encoding)
        #expect(read.isExact == isExact)
    }
}
