import Foundation
import Mail
import Testing

@testable import MailFlow

/// Footers under outbound mail.
@Suite struct DisclaimerTests {
    private let composer = DisclaimerComposer(text: "社外秘\nConfidential", html: "")

    private func applied(_ text: String) -> MIMEStructure? { composer.applied(to: Array(text.utf8)).map { MessageReader().read($0) } }

    @Test func `a plain text gets it at its end, and the other fields stay as they were`() throws {
        let mail =
            "From: a@example.com\r\nSubject:  odd   spaces\r\nContent-Type: text/plain; charset=us-ascii; format=flowed\r\n\r\nhello\r\n"
        let structure = try #require(applied(mail))
        #expect(structure.root.decodedText().text == "hello\r\n\r\n社外秘\r\nConfidential\r\n")
        #expect(String(decoding: structure.bytes, as: UTF8.self).contains("Subject:  odd   spaces\r\n"))
        #expect(structure.root.contentType.parameter("format") == "flowed")
    }

    @Test func `text without any type is one too`() throws {
        let structure = try #require(applied("Subject: x\r\n\r\nhello"))
        #expect(structure.root.decodedText().text.hasPrefix("hello\r\n\r\n社外秘"))
        #expect(structure.header.first("MIME-Version") != nil)
    }

    private static let mixed = """
        Subject: x\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary=o\r
        \r
        --o\r
        Content-Type: multipart/alternative; boundary=i\r
        \r
        --i\r
        Content-Type: text/plain; charset=iso-2022-jp\r
        Content-ID: <kept@example.com>\r
        \r
        \u{1B}$B$3$s$K$A$O\u{1B}(B\r
        --i\r
        Content-Type: text/html; charset=utf-8\r
        \r
        <html><body><p>hi</p></BODY></html>\r
        --i--\r
        --o\r
        Content-Type: text/plain; name=a.txt\r
        \r
        a file\r
        --o--\r\n
        """

    @Test func `every form of the text gets it, in its own way, and files stay as they are`() throws {
        let structure = try #require(applied(Self.mixed))
        let texts = structure.leaves.map { $0.decodedText().text }
        #expect(texts.count == 3)
        #expect(texts[0].hasPrefix("こんにちは") && texts[0].hasSuffix("社外秘\r\nConfidential\r\n"))
        #expect(texts[1].contains("<div>社外秘<br>Confidential</div>\r\n</BODY>"))
        #expect(texts[2] == "a file")
        #expect(structure.leaves[0].contentID == "kept@example.com")
    }

    @Test(arguments: [
        "Content-Type: multipart/signed; boundary=b; micalg=sha-256; protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--m--\r\n",
        "Subject: x\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nx\r\n", "DKIM-Signature: v=1\r\nSubject: x\r\n\r\nsigned by another\r\n",
        "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n", "Content-Type: application/pdf\r\n\r\nx\r\n",
    ])
    func `what is signed, encrypted, for programs or unreadable stays as it is`(mail: String) {
        #expect(applied(mail) == nil)
    }

    @Test(arguments: ["", "\r\n", "hello\r\n", "hello\r\n\r\n"])
    func `the part behind a text stays one, even if the text is empty`(text: String) throws {
        let mail =
            "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\(text)"
            + "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.7\r\n--b--\r\n"
        let structure = try #require(applied(mail))
        #expect(structure.leaves.map(\.contentType.mediaType) == ["text/plain", "application/pdf"])
        #expect(structure.leaves[0].decodedText().text.hasSuffix("社外秘\r\nConfidential\r\n"))
        #expect(structure.leaves.last?.decodedText().text == "%PDF-1.7")
    }

    @Test func `bytes that have no meaning are not lost`() {
        #expect(
            composer.applied(
                to: Array("Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n".utf8) + [0x1B, 0x24, 0x42, 0x7F, 0x7F, 0x0D, 0x0A]) == nil
        )
    }
}
