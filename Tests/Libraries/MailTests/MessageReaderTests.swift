import Testing

@testable import Mail

struct MessageReaderTests {
    private func read(_ text: String) -> MIMEStructure { MessageReader().read(Array(text.utf8)) }

    private func outline(_ part: MIMEPart) -> String {
        let inner = part.children.map(outline).joined(separator: " ")
        return part.contentType.mediaType + (inner.isEmpty ? "" : "(\(inner))")
    }

    // RFC 2046 §5.1.1
    @Test func `the example of RFC 2046 is read`() {
        let structure = read(
            """
            From: Nathaniel Borenstein <nsb@bellcore.com>
            To: Ned Freed <ned@innosoft.com>
            Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
            Subject: Sample message
            MIME-Version: 1.0
            Content-type: multipart/mixed; boundary="simple boundary"

            This is the preamble.  It is to be ignored.

            --simple boundary

            This is implicitly typed plain US-ASCII text.
            It does NOT end with a linebreak.
            --simple boundary
            Content-type: text/plain; charset=us-ascii

            This is explicitly typed plain US-ASCII text.
            It DOES end with a linebreak.

            --simple boundary--

            This is the epilogue.  It is also to be ignored.
            """)
        #expect(outline(structure.root) == "multipart/mixed(text/plain text/plain)")
        #expect(structure.anomalies.isEmpty)
        let bodies = structure.leaves.map { $0.decodedText().text }
        #expect(bodies[0] == "This is implicitly typed plain US-ASCII text.\nIt does NOT end with a linebreak.")
        #expect(bodies[1] == "This is explicitly typed plain US-ASCII text.\nIt DOES end with a linebreak.\n")
        #expect(String(decoding: structure.root.preamble, as: UTF8.self) == "This is the preamble.  It is to be ignored.\n")
        #expect(String(decoding: structure.root.epilogue, as: UTF8.self) == "\nThis is the epilogue.  It is also to be ignored.")
    }

    private static let multipart = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"

    @Test(
        arguments: [
            ("", "text/plain", []),
            ("\n", "text/plain", []),
            ("A: b\n\nbody", "text/plain", []),
            (multipart + "--b\n\none\n--b\n\ntwo\n--b--\n", "multipart/mixed(text/plain text/plain)", []),
            (multipart + "--b\n\none\n--b \t\n\ntwo\n--b--  \n", "multipart/mixed(text/plain text/plain)", []),
            (multipart + "--b\n\none\n", "multipart/mixed(text/plain)", [.multipartNotClosed]),
            (multipart + "no parts at all\n", "multipart/mixed", [.boundaryNeverFound]),
            (multipart + "--b\n\none\n--b--\n--b\n\nhidden\n--b--\n", "multipart/mixed(text/plain text/plain)", [.partsAfterClosing]),
            (multipart + "--b\n\none\n--bc\nstill one\n--b--\n", "multipart/mixed(text/plain)", [.boundaryLikeLine]),
            (multipart + "--x\nContent-Type: text/html\n\n<p>\n--x--\n", "multipart/mixed(text/html)", [.boundaryGuessed]),
            (
                "MIME-Version: 1.0\nContent-Type: multipart/mixed\n\n--x\nContent-Type: image/png\n\n\n--x--\n",
                "multipart/mixed(image/png)", [.boundaryMissing]
            ),
            ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n", "multipart/mixed(text/plain)", [.mimeVersionMissing]),
            (
                "MIME-Version: 1.0\nContent-Type: text/plain; boundary=b\n\n--b\n\none\n--b--\n", "text/plain(text/plain)",
                [.malformedContentType]
            ),
            (
                "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n",
                "multipart/mixed(text/plain)", [.conflictingContentType, .duplicatedHeaderField]
            ),
            (
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x; boundary=b\n\n--b\n\none\n--b--\n",
                "multipart/mixed(text/plain)", [.conflictingBoundaries, .duplicatedParameter]
            ),
            (
                multipart + "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b--\n",
                "multipart/mixed(multipart/mixed(text/plain))", [.boundaryReused]
            ),
            (
                multipart + "--b\nContent-Type: text/html\n--b\n\none\n--b--\n", "multipart/mixed(text/html text/plain)",
                [.headerCutByBoundary]
            ),
            (multipart + "Content-Type: text/html\n\n--b\n\none\n--b--\n", "multipart/mixed(text/plain)", [.fieldsOutsideParts]),
            (
                multipart + "--b\nContent-Type: message/rfc822\n\nSubject: s\nContent-Type: text/html\n\n<p>\n--b--\n",
                "multipart/mixed(message/rfc822(text/html))", []
            ),
            (
                "MIME-Version: 1.0\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: s\n\nx\n--b--\n",
                "multipart/digest(message/rfc822(text/plain))", []
            ),
            (
                "MIME-Version: 1.0\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQ29udGVudC1UeXBlOiB0ZXh0L2h0bWwKCjxwPgo=\n",
                "message/rfc822(text/html)", [.encodedComposite]
            ),
            (
                "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\nLS1iCkNvbnRlbnQtVHlwZTogdGV4dC9odG1sCgo8cD4KLS1iLS0K\n",
                "multipart/mixed(text/html)", [.encodedComposite]
            ),
            (
                multipart + "--b\nContent-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nQQ==\n--b--\n",
                "multipart/mixed(text/plain)", [.conflictingTransferEncoding]
            ),
            (
                multipart + "--b\nContent-Transfer-Encoding: rot13\n\nQQ==\n--b--\n", "multipart/mixed(text/plain)",
                [.unknownTransferEncoding]
            ),
            ("Subject: a\nSubject: b\n\n", "text/plain", [.duplicatedHeaderField]),
            ("A: b\n\n\u{0}", "text/plain", [.nulByte]),
            ("A: b\n\n" + String(repeating: "x", count: 1000), "text/plain", [.lineTooLong]),
            ("A: b\n\n=ybegin line=128 size=1 name=x\n", "text/plain", [.unreadableEmbeddedFile]),
            ("A: b\n\ntext\n--x\nContent-Type: text/html\n", "text/plain", [.partInText]),
        ] as [(String, String, Set<MessageAnomaly.Kind>)])
    func `structures are read and what is odd is named`(text: String, expected: String, anomalies: Set<MessageAnomaly.Kind>) {
        for message in [text, text.replacing("\n", with: "\r\n")] {
            let structure = read(message)
            #expect(outline(structure.root) == expected)
            #expect(anomalies.isSubset(of: Set(structure.anomalies.map(\.kind))), "\(structure.anomalies.map(\.kind))")
            if anomalies.isEmpty { #expect(Set(structure.anomalies.map(\.kind)).isSubset(of: [.headerNotEnded])) }
        }
    }

    @Test func `parts are ranges of the message`() {
        let text = Self.multipart + "--b\nX: y\n\none\n--b--\n"
        let part = read(text).parts[1]
        #expect(String(decoding: part.rawBytes, as: UTF8.self) == "X: y\n\none")
        #expect(String(decoding: part.rawBody, as: UTF8.self) == "one")
        #expect(part.parent?.index == 0)
        #expect(!part.isFromDecodedBody)
    }

    @Test(
        arguments: [
            ("Content-Disposition: attachment; filename=\"a.txt\"", ["a.txt"]),
            ("Content-Type: image/png; name=\"a.png\"\nContent-Disposition: attachment; filename=\"b.exe\"", ["b.exe", "a.png"]),
            ("Content-Disposition: attachment; filename=\"=?utf-8?B?5pel5pysLnBkZg==?=\"", ["日本.pdf", "=?utf-8?B?5pel5pysLnBkZg==?="]),
            ("Content-Disposition: attachment; filename*=utf-8''%E6%97%A5.pdf; filename=x.txt", ["日.pdf", "x.txt"]),
            ("Content-Disposition: attachment; filename=safe.txt; filename=evil.exe", ["safe.txt", "evil.exe"]),
            ("Content-Disposition: attachment\nContent-Disposition: attachment; filename=evil.exe", ["evil.exe"]),
            ("Content-Disposition: attachment; filename*0=\"evil.\"; filename*1=\"exe\"", ["evil.exe"]),
            ("Content-Type: text/plain", []),
        ])
    func `all names of a part are gathered`(fields: String, names: [String]) {
        let part = read(fields + "\n\nx").root
        #expect(Array(part.fileNames.prefix(names.count)) == names)
        #expect(part.fileNames.isEmpty == names.isEmpty)
        #expect(part.isAttachment == !names.isEmpty)
    }

    @Test func `text is given in its charset`() {
        let head = "Content-Type: text/plain; charset=iso-2022-jp\n\n"
        let structure = MessageReader().read(Array(head.utf8) + [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42])
        #expect(structure.root.decodedText().text == "日")
        #expect(structure.root.decodedText().charset == "iso-2022-jp")
    }
}
