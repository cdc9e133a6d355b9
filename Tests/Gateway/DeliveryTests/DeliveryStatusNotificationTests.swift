import Mail
import NIOCore
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite struct DeliveryStatusNotificationTests {
    private static let original = "Received: by gw\r\nMessage-ID: <1@example.org>\r\nSubject: x\r\n\r\nbody\r\n"

    private func report(
        _ action: ReportedRecipient.Action = .failed, message: QueuedMessage? = nil, to recipient: String = "nobody@b.example",
        originalRecipient: OriginalRecipient? = nil, reply: DeliveryReply? = nil, sender: String = "sender@example.org",
        language: BounceSettings.ReportLanguage = .english, returned: DeliveryStatusNotification.Returned? = nil
    ) throws -> DeliveryStatusNotification {
        let reply = reply ?? DeliveryReply(SMTPReply(550, EnhancedStatusCode(.permanentFailure, 1, 1), "no such user"))
        let reported = ReportedRecipient(
            recipient: QueuedRecipient(ordinal: 0, address: try EmailAddress(recipient), notify: nil, originalRecipient: originalRecipient),
            action: action, reply: reply, remoteHost: "mx.b.example", at: Fixture.start,
            retryUntil: action == .delayed ? Fixture.start.advanced(by: .seconds(86400)) : nil)
        return DeliveryStatusNotification(
            sender: try EmailAddress(sender),
            origin: DeliveryStatusNotification.Origin(
                identifier: RecordIdentifier(milliseconds: 1), reportingHost: "gw.example.net", domain: "example.net", at: Fixture.start,
                language: language),
            message: try message ?? Fixture.message(envelopeIdentifier: "QQ1"), recipients: [reported],
            returned: returned ?? .message(Array(Self.original.utf8)))
    }

    private func read(_ report: DeliveryStatusNotification) -> MIMEStructure {
        MessageReader().read(Array(report.content().readableBytesView))
    }

    /// Names and values of the fields for programs, block after block.
    private func fields(_ structure: MIMEStructure) -> [String: String] {
        guard structure.root.children.count > 1 else { return [:] }
        let text = String(decoding: structure.root.children[1].rawBody, as: UTF8.self)
        let pairs = text.split(separator: "\r\n").compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    @Test func `a failure report has text, fields and the message`() throws {
        let structure = read(try report())
        #expect(structure.root.contentType.mediaType == "multipart/report")
        #expect(structure.root.contentType.parameter("report-type") == "delivery-status")
        #expect(
            structure.root.children.map(\.contentType.mediaType) == ["text/plain", "message/delivery-status", "message/rfc822"])
        let fields = fields(structure)
        #expect(fields["Reporting-MTA"] == "dns; gw.example.net" && fields["Original-Envelope-Id"] == "QQ1")
        #expect(fields["Final-Recipient"] == "rfc822; nobody@b.example" && fields["Action"] == "failed" && fields["Status"] == "5.1.1")
        #expect(fields["Remote-MTA"] == "dns; mx.b.example" && fields["Diagnostic-Code"] == "smtp; 550 5.1.1 no such user")
        #expect(fields["Arrival-Date"] == "Mon, 23 Nov 2026 10:00:00 +0000" && fields["Will-Retry-Until"] == nil)
        #expect(String(decoding: structure.root.children[2].rawBody, as: UTF8.self) == Self.original)
    }

    @Test func `its header keeps answering programs silent`() throws {
        let header = read(try report()).header
        #expect(header.first("Auto-Submitted")?.text == "auto-replied")
        #expect(header.from.first?.address == "MAILER-DAEMON@example.net" && header.to.first?.address == "sender@example.org")
        #expect(header.first("References")?.text == "<1@example.org>" && header.messageID?.hasSuffix("@example.net") == true)
        #expect(header.date?.millisecondsSince1970 == Fixture.start.milliseconds)
    }

    @Test(arguments: [
        (BounceSettings.ReportLanguage.english, ["Undelivered mail"], ["配送できません"]),
        (.japanese, ["配送できませんでした"], ["Undelivered"]),
        (.both, ["Undelivered mail", "配送できませんでした"], []),
    ])
    func `people read it in their language`(language: BounceSettings.ReportLanguage, contains: [String], lacks: [String]) throws {
        let structure = read(try report(language: language))
        let subject = structure.header.subject ?? ""
        let text = structure.root.children.first?.decodedText().text ?? ""
        for part in contains { #expect(subject.contains(part)) }
        for part in lacks { #expect(!subject.contains(part) && !text.contains(part)) }
        #expect(text.contains("<nobody@b.example>") && text.contains("550 5.1.1 no such user"))
        let bytes = Array(try report(language: language).content().readableBytesView)
        #expect(bytes.allSatisfy { $0 < 0x80 }, "encoded words and base64, so that any server takes it")
    }

    @Test(arguments: [("delayed", "4.1.1"), ("failed", "5.1.1"), ("relayed", "2.1.1")])
    func `the status agrees with the action`(action: String, status: String) throws {
        let structure = read(try report(try #require(ReportedRecipient.Action(rawValue: action))))
        #expect(fields(structure)["Action"] == action && fields(structure)["Status"] == status)
        #expect((fields(structure)["Will-Retry-Until"] != nil) == (action == "delayed"))
    }

    @Test func `only the header comes back when that is all there is to be`() throws {
        let structure = read(try report(returned: .header(Array("Subject: x\r\n".utf8))))
        #expect(structure.root.children.last?.contentType.mediaType == "text/rfc822-headers")
        #expect(read(try report(returned: .nothing)).root.children.count == 2)
    }

    @Test func `the original recipient is named as the sender wrote it`() throws {
        let encoded = OriginalRecipient(encoded: Array("rfc822;Bob+2BJr@example.org".utf8))
        #expect(fields(read(try report(originalRecipient: encoded)))["Original-Recipient"] == "rfc822; Bob+Jr@example.org")
    }

    @Test func `an international recipient is written in ASCII for a sender of the old world`() throws {
        let fields = fields(read(try report(to: "山田@b.example")))
        #expect(fields["Final-Recipient"] == "utf-8; \\x{5C71}\\x{7530}@b.example")
    }

    @Test func `a report about an international message is international`() throws {
        let message = try Fixture.message(from: "送信@example.org", body: .eightBitMIME, isInternational: true)
        let content = Array("Subject: 件名\r\n\r\n本文\r\n".utf8)
        let report = try report(message: message, to: "山田@b.example", sender: "送信@example.org", returned: .message(content))
        let structure = read(report)
        #expect(report.isInternational)
        #expect(
            structure.root.children.map(\.contentType.mediaType) == ["text/plain", "message/global-delivery-status", "message/global"])
        #expect(fields(structure)["Final-Recipient"] == "utf-8; 山田@b.example")
        #expect(Array(structure.root.children.last?.rawBody ?? []) == content)
    }

    @Test func `a hostile reply cannot break the fields`() throws {
        let reply = DeliveryReply(SMTPReply(550, lines: ["a\r\nAction: delivered", String(repeating: "長", count: 5000)]))
        let report = try report(reply: reply)
        let fields = fields(read(report))
        #expect(fields["Action"] == "failed")
        #expect((fields["Diagnostic-Code"]?.utf8.count ?? 0) < 990 && fields["Diagnostic-Code"]?.utf8.allSatisfy { $0 < 0x80 } == true)
    }

    @Test(arguments: [
        ("A: b\r\nC: d\r\n\r\nbody", "A: b\r\nC: d\r\n"), ("A: b\r\ncut", "A: b\r\n"), ("\r\nbody", ""), ("A: b\n\nbody", "A: b\n"),
        ("", ""),
    ])
    func `the header of a content ends before its empty line`(content: String, header: String) {
        #expect(String(decoding: ReportMaker.header(of: Array(content.utf8)), as: UTF8.self) == header)
    }
}
