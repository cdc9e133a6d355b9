import Mail
import MessageLog
import NIOCore
import Settings
import Testing

@testable import Delivery

/// What is changed in a header on its way out.
@Suite struct HeaderRewritingTests {
    private func rewritten(_ text: String, tag: String? = nil, results: String? = nil, direction: MailDirection = .inbound) -> String {
        let field =
            (tag.map { "X-SecurityGateway-Subject-Tag: \($0)\r\n" } ?? "")
            + (results.map { "Authentication-Results: \($0); spf=none\r\n" } ?? "")
        let message = QueuedMessage(
            identifier: RecordIdentifier(milliseconds: 1), reversePath: .null, receivedAt: .now(), direction: direction,
            prependedHeader: Array("Received: from a by b\r\n\(field)".utf8), sizeBytes: text.utf8.count, body: .sevenBit,
            isInternational: false, returnContent: nil, envelopeIdentifier: nil)
        return String(buffer: HeaderRewriting(message).applied(to: ByteBuffer(string: text)))
    }

    @Test func `forged fields of ours get a name of the same length`() {
        let text = "A: b\r\nX-SecurityGateway-Score: 0.0\r\nx-securitygateway-VERDICT: accept\r\n\r\nX-SecurityGateway-Score: body\r\n"
        let result = rewritten(text)
        #expect(
            result == "A: b\r\nX-Untrusted-Field-Score: 0.0\r\nX-Untrusted-Field-VERDICT: accept\r\n\r\nX-SecurityGateway-Score: body\r\n")
        #expect(HeaderRewriting.reservedPrefix.utf8.count == HeaderRewriting.untrustedPrefix.utf8.count)
    }

    @Test func `results whose name is hidden behind a comment too long for us get another name too`() {
        let comment = String(repeating: "\r\n comment", count: 10_000)
        let text = "Authentication-Results: (\(comment)) mx1.example.com; dmarc=pass\r\n\r\n"
        #expect(rewritten(text, results: "mx1.example.com").hasPrefix("X-Untrusted-Auth-Field: ("))
        #expect(rewritten(text) == text)
    }

    @Test(arguments: [
        ("Authentication-Results: mx1.example.com; spf=pass\r\n\r\n", true),
        ("A: b\r\nauthentication-results : (x) MX1.example.com;\r\n spf=pass\r\n\r\n", true),
        ("Authentication-Results:\r\n\tmx1.example.com;\r\n spf=pass\r\n\r\n", true),
        ("Authentication-Results: \"mx1.example.com\"; spf=pass\n\n", true), ("Authentication-Results: mx1.example.com", true),
        ("Authentication-Results: other.example.net; spf=pass\r\n\r\n", false),
        ("Authentication-Results: other.example.net;\r\n mx1.example.com\r\n\r\n", false),
        ("Authentication-Results: a\r\n\r\nAuthentication-Results: mx1.example.com\r\n", false),
        ("Authentication-Results-X: mx1.example.com\r\n\r\n", false),
    ])
    func `authentication results that bear our name and came from outside get another`(text: String, isForged: Bool) {
        let result = rewritten(text, results: "mx1.example.com")
        #expect(result.contains("X-Untrusted-Auth-Field") == isForged)
        #expect((result == text) == !isForged)
        #expect(result.utf8.count == text.utf8.count)
        // Where we wrote none there is nothing to protect.
        #expect(rewritten(text) == text)
    }

    @Test(arguments: [MailDirection.outbound, .internal])
    func `mail of our own passes unchanged`(direction: MailDirection) {
        let text = "X-SecurityGateway-Score: 0.0\r\n\r\n"
        #expect(rewritten(text, direction: direction) == text)
    }

    @Test(arguments: [
        ("Subject: hello\r\n\r\nx", "Subject: [SPAM] hello\r\n\r\nx"), ("SUBJECT:hello\r\n\r\n", "SUBJECT: [SPAM] hello\r\n\r\n"),
        ("A: b\r\nSubject :\thello\r\n\r\n", "A: b\r\nSubject : [SPAM]\thello\r\n\r\n"), ("Subject:\r\n\r\n", "Subject: [SPAM]\r\n\r\n"),
        ("Subject: a\r\nSubject: b\r\n\r\n", "Subject: [SPAM] a\r\nSubject: b\r\n\r\n"), ("Subject: a\n\nx", "Subject: [SPAM] a\n\nx"),
        ("Subject: =?UTF-8?B?5Lu25ZCN?=\r\n\r\n", "Subject: [SPAM] =?UTF-8?B?5Lu25ZCN?=\r\n\r\n"),
        ("A: b\r\n Subject: folded\r\n\r\nSubject: body", "A: b\r\n Subject: folded\r\n\r\nSubject: body"),
        ("Subjects: x\r\n\r\n", "Subjects: x\r\n\r\n"),
        ("", ""), ("Subject", "Subject"),
    ])
    func `the tag stands in front of the first subject of the header`(text: String, result: String) {
        #expect(rewritten(text, tag: "[SPAM]") == result)
    }

    @Test(arguments: [
        ("\r\nbody", true), ("\nbody", true), ("A: b\r\n\r\nbody", true), ("A: b\n\nbody", true), ("A: b\r\n\r\n", true),
        ("A: b\r\nC: d\r\n", false), ("A: b\r\n\rC: d", false), ("", false),
    ])
    func `the empty line behind a header is found wherever the reading of it was cut`(text: String, isWhole: Bool) {
        for cut in 0...text.utf8.count {
            let beginning = ByteBuffer(bytes: text.utf8.prefix(cut))
            let isFound = HeaderRewriting.isHeaderWhole(beginning, from: 0)
            #expect((isFound || HeaderRewriting.isHeaderWhole(ByteBuffer(string: text), from: cut)) == isWhole, "cut at \(cut)")
        }
    }

    @Test func `without a tag the subject stays`() {
        #expect(rewritten("Subject: hello\r\n\r\n") == "Subject: hello\r\n\r\n")
    }

    @Test func `a line that would grow too long is folded behind the tag`() {
        let long = String(repeating: "x", count: 985)
        #expect(rewritten("Subject: \(long)\r\n\r\n", tag: "[SPAM]") == "Subject: [SPAM]\r\n \(long)\r\n\r\n")
        #expect(rewritten("Subject:\(long)\r\n\r\n", tag: "[SPAM]") == "Subject: [SPAM]\r\n \(long)\r\n\r\n")
    }
}
