import Mail
import NIOCore
import SMTP
import Settings
import Testing

@testable import Reception

struct SessionStateMachineTests {
    @Test func `an accepted connection is greeted`() {
        var session = PureSession { $0.greeting = "ESMTP hello" }
        session.decide(.accept())
        #expect(session.replies == ["220 mx.example.test ESMTP hello"])
    }

    @Test func `a refused connection reads the refusal and is closed`() {
        var session = PureSession()
        session.decide(.refuse(SMTPReply(554, .notAuthorized, "No service")))
        #expect(session.replies == ["554 5.7.1 No service"])
        #expect(session.isClosed)
    }

    @Test func `input before the greeting ends the session`() {
        var session = PureSession()
        session.event { $0.spokeEarly() }
        #expect(session.replies.first?.hasPrefix("554 5.5.0") == true)
        #expect(session.isClosed)
    }

    static let grouped: [(sent: String, messages: [String])] = [
        ("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n", []),
        ("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nBDAT 9\r\none\r\ntwo\rBDAT 1 LAST\r\n\nNOOP\r\n", ["one\r\ntwo\r\n"]),
        ("RSET\r\nNOOP\r\nVRFY x\r\nMAIL FROM:<>\r\nRCPT TO:<b@x.example>\r\nRSET\r\nHELP\r\n", []),
        ("NOOP\nMAIL FROM:<a@x.example>\r\nMAIL FROM:<b@x.example>\r\nNO\rOP\r\nFROB\r\nRCPT TO:<>\r\n", []),
        ("BDAT 6\r\nQUIT\r\nNOOP\r\n", []),
    ]

    @Test(arguments: grouped)
    func `a group of commands cut anywhere is answered the same`(_ sent: String, _ messages: [String]) {
        var whole = PureSession.greeted()
        whole.feed(sent)
        #expect(whole.messages == messages)
        let bytes = Array(sent.utf8)
        for cut in 1..<bytes.count {
            var session = PureSession.greeted()
            session.feed(bytes[..<cut])
            session.feed(bytes[cut...])
            #expect(session.replies == whole.replies, "cut at \(cut)")
            #expect(session.messages == whole.messages, "cut at \(cut)")
        }
    }

    static let texts: [(sent: String, content: String?)] = [
        ("Subject: x\r\n\r\nHello\r\n.\r\nNOOP\r\n", "Subject: x\r\n\r\nHello\r\n"),
        ("..a\r\n..\r\n. b\r\n.\r\nNOOP\r\n", ".a\r\n.\r\n b\r\n"),
        (".\r\nNOOP\r\n", ""),
        ("a\n.\r\nMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
        ("a\r\n.\nMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
        ("a\r\n.\rMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
        ("a\r.\r\nMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
        ("a\r\n\r.\r\nMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
        ("a\r\n.\r\r\nMAIL FROM:<evil@x.example>\r\n.\r\nNOOP\r\n", nil),
    ]

    @Test(arguments: texts)
    func `a message cut anywhere is read the same and hides no command`(_ sent: String, _ content: String?) {
        let bytes = Array(sent.utf8)
        for cut in 0..<bytes.count {
            var session = PureSession.greeted()
            for command in ["MAIL FROM:<a@x.example>\r\n", "RCPT TO:<b@x.example>\r\n", "DATA\r\n"] { session.feed(command) }
            session.feed(bytes[..<cut])
            session.feed(bytes[cut...])
            #expect(session.messages == (content.map { [$0] } ?? []), "cut at \(cut)")
            let end = content == nil ? "550 5.6.11 " : "250 2.0.0 "
            #expect(session.replies.count == 5 && session.replies[3].hasPrefix(end), "cut at \(cut): \(session.replies)")
            #expect(session.replies.last == "250 2.0.0 OK", "cut at \(cut)")
        }
    }

    @Test func `an idle session ends at once when the node stops`() {
        var session = PureSession.greeted()
        session.event { $0.shutDown() }
        #expect(session.replies == ["421 4.3.2 Service is shutting down"])
        #expect(session.isClosed)
    }

    @Test func `a running transaction ends before the session when the node stops`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\n")
        session.event { $0.shutDown() }
        #expect(!session.isClosed)
        session.feed("RCPT TO:<b@x.example>\r\n")
        session.feed("DATA\r\n")
        session.feed("x\r\n.\r\n")
        #expect(session.messages == ["x\r\n"])
        #expect(session.replies.suffix(2) == ["250 2.0.0 Message accepted", "421 4.3.2 Service is shutting down"])
        #expect(session.isClosed)
    }

    @Test func `RSET of a session that must end closes it`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\n")
        session.event { $0.shutDown() }
        session.feed("RSET\r\n")
        #expect(session.replies.suffix(2) == ["250 2.0.0 Reset", "421 4.3.2 Service is shutting down"])
        #expect(session.isClosed)
    }

    @Test func `at the end of the grace every session ends`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\n")
        session.event { $0.shutDown() }
        session.event { $0.shutDownNow() }
        #expect(session.replies.last == "421 4.3.2 Service is shutting down")
        #expect(session.ended == ["shutdown"])
        session.event { $0.shutDownNow() }
        #expect(session.replies.count == 2)
    }

    @Test func `silence ends the session with 421`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\n")
        session.event { $0.timedOut() }
        #expect(session.replies.last == "421 4.4.2 Timeout")
        #expect(session.ended == ["timeout"])
    }

    @Test func `a handler that never answers ends the session with 421`() {
        var session = PureSession()
        session.event { $0.timedOut() }
        #expect(session.replies == ["421 4.3.0 Processing took too long; try again later"])
    }

    @Test func `a late answer is passed over`() {
        var session = PureSession()
        session.event { $0.timedOut() }
        session.decide(.accept())
        #expect(session.replies.count == 1)
    }

    @Test func `a lost connection ends the transaction without a word`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\n")
        session.event {
            $0.connectionLost()
            return .nothing
        }
        #expect(session.ended == ["connection lost"])
        #expect(session.replies.count == 1)
    }

    @Test func `refused recipients are kept with their replies up to the bound`() throws {
        var machine = PureSession.greeted { $0.maximumErrors = 10_000 }.machine
        _ = machine.receive(ByteBuffer(string: "MAIL FROM:<a@x.example>"), hasMoreInput: false)
        _ = machine.decided(.accept(), now: UTCTime(milliseconds: 5))
        for _ in 0..<(MailTransaction.maximumRefused + 50) {
            _ = machine.receive(ByteBuffer(string: "RCPT TO:<b@x.example>"), hasMoreInput: false)
            _ = machine.decided(.refuse(SMTPReply(550, .noSuchMailbox, "No")), now: UTCTime(milliseconds: 6))
        }
        let transaction = try #require(machine.transaction)
        #expect(transaction.refused.count == MailTransaction.maximumRefused)
        #expect(transaction.refused.first?.reply.code == 550)
        #expect(transaction.startedAt == UTCTime(milliseconds: 5))
        #expect(transaction.identifier.milliseconds == 5)
    }

    @Test func `parameters reach the transaction`() throws {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example> SIZE=100 BODY=8BITMIME RET=HDRS ENVID=abc SMTPUTF8\r\n")
        session.feed("RCPT TO:<b@x.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@x.example\r\n")
        let transaction = try #require(session.machine.transaction)
        #expect(transaction.parameters.size == 100)
        #expect(transaction.parameters.body == .eightBitMIME)
        #expect(transaction.parameters.returnContent == .headers)
        #expect(transaction.parameters.envelopeIdentifier == "abc")
        #expect(transaction.parameters.isInternational)
        #expect(transaction.recipients.first?.parameters.notify == .on([.success, .delay]))
        #expect(transaction.recipients.first?.parameters.originalRecipient?.address == "c@x.example")
    }

    @Test func `the connection tells how the client greeted`() {
        let session = PureSession.greeted()
        #expect(session.machine.connection.heloName == "client.example")
        #expect(session.machine.connection.isExtended)
    }

    @Test func `a recipient named again is accepted and kept once, as first named`() throws {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example> NOTIFY=NEVER\r\n")
        session.feed("RCPT TO:<b@x.example>\r\nRCPT TO:<B@X.example> NOTIFY=SUCCESS\r\nRCPT TO:<c@x.example>\r\n")
        #expect(session.replies.dropFirst() == ArraySlice(repeating: "250 2.1.5 Recipient OK", count: 4))
        let transaction = try #require(session.machine.transaction)
        #expect(transaction.recipients.map(\.address.description) == ["b@x.example", "c@x.example"])
        #expect(transaction.recipients.first?.parameters.notify == .never)
        session.feed("RSET\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n")
        #expect(session.machine.transaction?.recipients.count == 1)
    }

    @Test func `recipients named again count for the limit`() {
        var session = PureSession.greeted { $0.maximumRecipients = 3 }
        session.feed("MAIL FROM:<a@x.example>\r\n")
        for _ in 0..<4 { session.feed("RCPT TO:<b@x.example>\r\n") }
        #expect(session.replies.suffix(2) == ["250 2.1.5 Recipient OK", "452 4.5.3 Too many recipients"])
        session.feed("RSET\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\n")
        #expect(session.replies.last == "250 2.1.5 Recipient OK")
    }

    @Test(arguments: ["RSET", "EHLO client.example", "HELO client.example"])
    func `a transaction with recipients that is given up counts as an error`(_ end: String) {
        var session = PureSession.greeted { $0.maximumErrors = 3 }
        for round in 0..<3 {
            #expect(!session.isClosed, "round \(round)")
            for line in ["MAIL FROM:<a@x.example>", "RCPT TO:<b@x.example>", end] { session.feed("\(line)\r\n") }
        }
        #expect(session.isClosed)
        #expect(session.replies.last == "421 4.7.0 Too many errors")
        #expect(session.ended.count == 3)
    }

    @Test func `a transaction without recipients may be given up`() {
        var session = PureSession.greeted { $0.maximumErrors = 1 }
        for _ in 0..<5 { session.feed("MAIL FROM:<a@x.example>\r\nRSET\r\n") }
        #expect(!session.isClosed)
    }

    @Test func `a message that was taken is no transaction given up`() {
        var session = PureSession.greeted { $0.maximumErrors = 1 }
        for _ in 0..<5 {
            session.feed("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n")
            session.feed("x\r\n.\r\nRSET\r\n")
        }
        #expect(session.messages.count == 5)
        #expect(!session.isClosed)
    }

    @Test func `a big chunk that nothing announced ends the session`() {
        for (octets, isClosed) in [(1 << 20, false), ((1 << 20) + 1, true)] {
            var session = PureSession.greeted()
            session.feed("BDAT \(octets)\r\n")
            #expect(session.isClosed == isClosed)
            #expect(session.replies == (isClosed ? ["503 5.5.1 Send MAIL first"] : []))
        }
    }

    @Test func `a big chunk sent before its refusal could be read is thrown away`() {
        var session = PureSession.greeted()
        session.feed("MAIL FROM:<a@x.example> SIZE=999999999999\r\nRCPT TO:<b@x.example>\r\nBDAT 2000000 LAST\r\n")
        session.feed([UInt8](repeating: 0x61, count: 2_000_000))
        #expect(!session.isClosed)
        #expect(session.replies.count == 3)
        session.feed("RSET\r\nBDAT 2000000 LAST\r\n")
        #expect(session.isClosed)
    }
}
