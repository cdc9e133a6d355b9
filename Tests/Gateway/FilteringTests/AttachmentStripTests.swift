import Filtering
import Mail
import Settings
import Testing

@Suite("Taking attachments out of messages")
struct AttachmentStripTests {
    private static let file = (0..<40).map { _ in String(repeating: "QUJD", count: 19) }.joined(separator: "\r\n")

    private static let mixed = """
        From: a@example.net\r
        Subject: s\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary=b\r
        \r
        preamble\r
        --b\r
        Content-Type: text/plain\r
        \r
        hello\r
        --b\r
        Content-Type: application/pdf; name=a.pdf\r
        Content-Transfer-Encoding: base64\r
        \r
        \(file)\r
        --b\r
        Content-Type: text/x-note; name=b.txt\r
        \r
        small\r
        --b--\r
        epilogue\r

        """

    private func planned(_ text: String, minimumBytes: Int = 0) -> [MIMEPart]? {
        guard case .parts(let parts) = AttachmentStrip.plan(MessageReader().read(Array(text.utf8)), minimumBytes: minimumBytes) else {
            return nil
        }
        return parts
    }

    private func rewritten(_ text: String, _ parts: [MIMEPart], _ notes: [String]) -> [UInt8] {
        let bytes = Array(text.utf8)
        return AttachmentStrip.pieces(replacing: parts, with: notes).flatMap { piece in
            switch piece {
            case .kept(let range): Array(bytes[range])
            case .own(let own): own
            }
        }
    }

    @Test("Parts become texts, and every other byte stays as it was")
    func replacesParts() throws {
        let parts = try #require(planned(Self.mixed, minimumBytes: 100))
        #expect(parts.map { $0.fileNames.first } == ["a.pdf"])
        let bytes = rewritten(Self.mixed, parts, ["案内 note\r\n"])
        let text = String(decoding: bytes, as: UTF8.self)
        let structure = MessageReader().read(bytes)
        #expect(structure.anomalies.isEmpty)
        #expect(structure.leaves.map(\.contentType.mediaType) == ["text/plain", "text/plain", "text/x-note"])
        #expect(structure.leaves[1].decodedText().text == "案内 note\r\n")
        let (before, after) = (
            Self.mixed.components("Content-Type: application/pdf"), text.components("Content-Type: text/plain; charset=utf-8")
        )
        #expect(before.first == after.first)
        #expect(text.hasSuffix("\r\n--b\r\nContent-Type: text/x-note; name=b.txt\r\n\r\nsmall\r\n--b--\r\nepilogue\r\n"))
    }

    @Test("A message that is a file as a whole keeps its own fields")
    func replacesRoot() throws {
        let message = "From: a@example.net\r\nContent-Type: application/pdf; name=a.pdf\r\nSubject: s\r\n\r\nbody\r\n"
        let parts = try #require(planned(message))
        let bytes = rewritten(message, parts, ["note\r\n"])
        let structure = MessageReader().read(bytes)
        #expect(structure.header.first("Subject")?.text == "s" && structure.header.first("MIME-Version") != nil)
        #expect(structure.root.contentType.mediaType == "text/plain" && structure.root.decodedText().text == "note\r\n")
    }

    @Test(
        "What is signed, encrypted or a report is not rewritten",
        arguments: ["multipart/signed", "multipart/encrypted", "multipart/report"])
    func leavesProtected(_ type: String) {
        let message = Self.mixed.replacing("multipart/mixed", with: type)
        guard case .impossible = AttachmentStrip.plan(MessageReader().read(Array(message.utf8)), minimumBytes: 0) else {
            Issue.record("\(type) would be rewritten")
            return
        }
    }

    @Test("A signed part keeps only itself: what stands beside it can be taken out")
    func takesOutBesideSigned() throws {
        let message = """
            MIME-Version: 1.0\r
            Content-Type: multipart/mixed; boundary=o\r
            \r
            --o\r
            Content-Type: multipart/signed; boundary=b; protocol="application/pgp-signature"\r
            \r
            --b\r
            Content-Type: text/plain\r
            \r
            hello\r
            --b\r
            Content-Type: application/pgp-signature; name=s.asc\r
            \r
            sig\r
            --b--\r
            --o\r
            Content-Type: application/pdf; name=a.pdf\r
            \r
            pdf\r
            --o--\r

            """
        let structure = MessageReader().read(Array(message.utf8))
        let outside = try #require(structure.leaves.first { $0.fileNames.first == "a.pdf" })
        // A rule takes no signature for a file.
        #expect(planned(message)?.map(\.index) == [outside.index])
        let inside = try #require(structure.leaves.first { $0.fileNames.first == "s.asc" })
        #expect(AttachmentStrip.demand(structure, parts: [outside.index], StrippingSettings()).marks == [.strip(parts: [outside.index])])
        var settings = StrippingSettings()
        let kept = AttachmentStrip.demand(structure, parts: [inside.index], settings)
        #expect(kept.weight == .quarantine && kept.marks.isEmpty)
        settings.unstrippable = .pass
        let passed = AttachmentStrip.demand(structure, parts: [inside.index], settings)
        #expect(passed.weight == .score(.zero) && passed.marks.isEmpty && !passed.detail.english.isEmpty)
    }

    @Test("What several demand together may be more than one may")
    func takesTheUnion() throws {
        let parts = (0..<150).map { "--b\r\nContent-Type: application/pdf; name=\($0).pdf\r\n\r\npdf\r\n" }.joined()
        let structure = MessageReader().read(Array("Content-Type: multipart/mixed; boundary=b\r\n\r\n\(parts)--b--\r\n".utf8))
        let all = Set(structure.leaves.map(\.index))
        guard case .impossible = AttachmentStrip.plan(structure, parts: all) else {
            Issue.record("one demand takes more than it may")
            return
        }
        guard case .parts(let wanted) = AttachmentStrip.plan(structure, parts: all, maximumParts: .max) else {
            Issue.record("the union is refused")
            return
        }
        #expect(wanted.count == 150)
    }

    @Test("What might lose something by being decoded is left", arguments: ["x-uuencode", "x-unheard-of"])
    func leavesStrangeEncodings(_ encoding: String) {
        let message = Self.mixed.replacing(
            "Transfer-Encoding: base64\r\n\r\n\(Self.file)",
            with: "Transfer-Encoding: \(encoding)\r\n\r\nbegin 644 a\r\n#86)C\r\n`\r\nend\r\nbegin 644 b\r\n#86)C\r\n`\r\nend")
        guard case .impossible = AttachmentStrip.plan(MessageReader().read(Array(message.utf8)), minimumBytes: 0) else {
            Issue.record("\(encoding) would be rewritten")
            return
        }
    }

    @Test("A picture that stands in a text is no attachment for a rule; one that is only called so is")
    func keepsShownPictures() {
        let related = Self.mixed.replacing("multipart/mixed", with: "multipart/related")
            .replacing("application/pdf; name=a.pdf", with: "image/png; name=a.png\r\nContent-ID: <a@b>")
        #expect(planned(related, minimumBytes: 100) == nil)
        let attached = related.replacing("Content-ID:", with: "Content-Disposition: attachment\r\nContent-ID:")
        #expect(planned(attached, minimumBytes: 100)?.count == 1)
    }

    @Test("Without attachments, or with smaller ones only, nothing is to be done")
    func nothing() {
        for (text, minimum) in [("Subject: s\r\n\r\nhello\r\n", 0), (Self.mixed, 1_000_000)] {
            guard case .nothing = AttachmentStrip.plan(MessageReader().read(Array(text.utf8)), minimumBytes: minimum) else {
                Issue.record("something would be taken out")
                return
            }
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        guard let range = firstRange(of: separator) else { return [self] }
        return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
    }
}
