import Testing

@testable import Mail

struct SevenBitConversionTests {
    private func convert(_ text: String) -> SevenBitConversion.Outcome {
        SevenBitConversion.convert(Array(text.replacing("\n", with: "\r\n").utf8))
    }

    private func converted(_ text: String) throws -> MIMEStructure {
        guard case .converted(let bytes, _) = convert(text) else {
            Issue.record("not converted: \(convert(text))")
            return MessageReader().read([])
        }
        #expect(!bytes[...].containsEightBit)
        return MessageReader().read(bytes)
    }

    @Test func `seven bit mail is left alone`() {
        guard case .unchanged = convert("A: b\n\nbody\n") else {
            Issue.record("changed")
            return
        }
    }

    @Test func `text becomes quoted-printable and reads the same`() throws {
        let result = try converted(
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nSchöne Grüße\n.dot\n")
        #expect(result.root.transferEncoding == .quotedPrintable)
        #expect(result.root.decodedText().text == "Schöne Grüße\r\n.dot\r\n")
        #expect(result.header.all("Content-Transfer-Encoding").count == 1)
        #expect(result.anomalies.isEmpty)
    }

    @Test func `a mail without encoding field gets one`() throws {
        let result = try converted("Subject: x\n\n日本語の本文\n")
        #expect(result.root.transferEncoding == .base64)
        #expect(result.root.decodedText().text == "日本語の本文\r\n")
        #expect(result.header.first("MIME-Version") != nil)
        #expect(result.header.subject == "x")
    }

    @Test func `only the parts that need it change`() throws {
        let mail = """
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b
            Content-Transfer-Encoding: 8bit

            --b
            Content-Type: text/plain

            plain = stays
            --b

            naïve text without a header and so on and on
            --b
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: binary

            éééééé
            --b
            Content-Type: message/rfc822

            Subject: inner
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            inner é text is here
            --b--

            """
        let result = try converted(mail)
        let original = MessageReader().read(Array(mail.replacing("\n", with: "\r\n").utf8))
        #expect(result.leaves.map { $0.decodedBody().bytes } == original.leaves.map { $0.decodedBody().bytes })
        #expect(result.root.transferEncoding == .sevenBit)
        #expect(result.leaves.map(\.transferEncoding) == [.sevenBit, .quotedPrintable, .base64, .quotedPrintable])
        #expect(result.anomalies.isEmpty)
    }

    @Test(
        arguments: [
            ("Subject: é\n\nbody é\n", SevenBitConversion.Reason.internationalHeader),
            ("MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=b\n\n--b\n\né\n--b--\n", .protectedContent),
            ("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\npreamble é\n--b\n\nx\n--b--\n", .eightBitOutsideParts),
            ("Content-Type: multipart/mixed; boundary=b\n\n--a\ncontent-type: x/y\n\né\n--a--\n", .malformedStructure),
            ("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=none\n\né\n", .malformedStructure),
            ("é without any header\n", .internationalHeader),
            ("MIME-Version: 1.0\nContent-Type: message/partial; id=1\n\né\n", .protectedContent),
        ])
    func `what cannot be converted is refused with its reason`(text: String, reason: SevenBitConversion.Reason) {
        guard case .notConvertible(let found) = convert(text) else {
            Issue.record("converted")
            return
        }
        #expect(found == reason || found == .malformedStructure && reason == .internationalHeader)
    }

    @Test func `a lost domain signature is told`() {
        guard case .converted(_, let breaks) = convert("DKIM-Signature: v=1\nMIME-Version: 1.0\n\né\n") else {
            Issue.record("not converted")
            return
        }
        #expect(breaks)
    }
}
