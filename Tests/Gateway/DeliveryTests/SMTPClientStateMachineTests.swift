import DomainsAndUsers
import Mail
import NIOCore
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite struct SMTPClientStateMachineTests {
    /// Drives a machine by reply texts and writes down what it does.
    private struct Dialog {
        var machine: SMTPClientStateMachine
        var log: [String] = []
        var results: [TransactionResult] = []
        var failures: [SessionFailure] = []
        var answers: [RecipientAnswer] = []

        init(_ security: ConnectionSecurity = .none, _ credential: MailServerCredential? = nil) {
            machine = SMTPClientStateMachine(heloName: "gw.example.net", security: security, credential: credential)
        }

        mutating func note(_ actions: [SMTPClientStateMachine.Action]) {
            for action in actions {
                switch action {
                case .write(let buffer): log += buffer.text.split(separator: "\r\n").map(String.init)
                case .startTLS: log.append("(TLS)")
                case .ready: log.append("(ready)")
                case .sendContent: log.append("(content)")
                case .completed(let result): results.append(result)
                case .answered(let answer): answers.append(answer)
                case .failed(let failure): failures.append(failure)
                case .close: log.append("(close)")
                }
            }
        }

        mutating func receive(_ replies: String...) { for reply in replies { note(machine.receive(.read(reply))) } }

        mutating func begin(_ recipients: String...) throws {
            let envelope = OutboundEnvelope(
                reversePath: try ReversePath(path: "a@example.org"), parameters: MailParameters(),
                recipients: try recipients.map {
                    OutboundEnvelope.Recipient(address: try EmailAddress($0), parameters: RecipientParameters())
                })
            log = []
            note(machine.begin(envelope))
        }

        mutating func ask() throws {
            log = []
            note(
                machine.begin(
                    RecipientQuestion(sender: .null, recipient: try EmailAddress("b@here.example"), isInternational: false)))
        }

        /// Ready, with the given EHLO lines.
        static func ready(_ extensions: String = "", security: ConnectionSecurity = .none) -> Dialog {
            var dialog = Dialog(security)
            dialog.receive("220 there", extensions.isEmpty ? "250 there" : "250-there\r\n250 \(extensions)")
            return dialog
        }
    }

    private static let credential = MailServerCredential(userName: "gateway", password: "pencil")

    @Test func `with a password the server is signed in to before it is ready`() {
        var dialog = Dialog(.implicit, Self.credential)
        dialog.receive("220 there", "250-there\r\n250 AUTH LOGIN PLAIN")
        #expect(dialog.log.last == "AUTH PLAIN AGdhdGV3YXkAcGVuY2ls")
        dialog.receive("235 2.7.0 ok")
        #expect(dialog.log.last == "(ready)" && dialog.failures.isEmpty)
    }

    @Test func `where only LOGIN is offered, name and password are told one after another`() {
        var dialog = Dialog(.implicit, Self.credential)
        dialog.receive("220 there", "250-there\r\n250 AUTH LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 ok")
        #expect(dialog.log.suffix(4) == ["AUTH LOGIN", "Z2F0ZXdheQ==", "cGVuY2ls", "(ready)"])
    }

    @Test(arguments: [
        ("250 there", "neither AUTH PLAIN nor AUTH LOGIN"), ("250-there\r\n250 AUTH CRAM-MD5", "neither AUTH PLAIN nor AUTH LOGIN"),
    ])
    func `a server that offers no way to sign in gets no mail`(hello: String, cause: String) {
        var dialog = Dialog(.implicit, Self.credential)
        dialog.receive("220 there", hello)
        #expect(dialog.failures.first?.reply.description.contains(cause) == true)
        #expect(dialog.failures.first?.reply.status.category == .persistentTransientFailure)
        #expect(dialog.log.last == "(close)")
    }

    @Test(arguments: ["535 5.7.8 wrong", "534 5.7.9 too weak", "454 4.7.0 later", "334 again", "500 what"])
    func `a refused password puts mail off and says why`(reply: String) {
        var dialog = Dialog(.implicit, Self.credential)
        dialog.receive("220 there", "250-there\r\n250 AUTH PLAIN", reply)
        let failure = dialog.failures.first
        #expect(failure?.kind == .unreachable && failure?.reply.status == EnhancedStatusCode(.persistentTransientFailure, 7, 8))
        #expect(failure?.reply.description.contains("refused our user name and password: \(reply)") == true)
        #expect(failure?.reply.description.contains("pencil") == false)
    }

    @Test func `a password is never sent in the clear`() {
        for security in [ConnectionSecurity.none, .opportunistic] {
            var dialog = Dialog(security, Self.credential)
            dialog.receive("220 there", "250-there\r\n250 AUTH PLAIN")
            #expect(!dialog.log.contains { $0.hasPrefix("AUTH") } && dialog.failures.count == 1)
        }
    }

    @Test func `after STARTTLS the password is sent`() {
        var dialog = Dialog(.required, Self.credential)
        dialog.receive("220 there", "250-there\r\n250-AUTH PLAIN\r\n250 STARTTLS")
        #expect(dialog.log.last == "STARTTLS")
        dialog.receive("220 go", "250-there\r\n250 AUTH PLAIN", "235 ok")
        #expect(dialog.log.suffix(2) == ["AUTH PLAIN AGdhdGV3YXkAcGVuY2ls", "(ready)"])
    }

    private func names(_ result: TransactionResult?) -> [String] { result?.outcomes.map(\.name) ?? [] }

    @Test func `without pipelining each command waits for its reply`() throws {
        var dialog = Dialog.ready()
        #expect(dialog.log == ["EHLO gw.example.net", "(ready)"])
        try dialog.begin("b@example.net", "c@example.net")
        #expect(dialog.log == ["MAIL FROM:<a@example.org>"])
        dialog.receive("250 ok")
        #expect(dialog.log.last == "RCPT TO:<b@example.net>")
        dialog.receive("250 ok", "550 5.1.1 no")
        #expect(dialog.log.last == "DATA")
        dialog.receive("354 go")
        #expect(dialog.log.last == "(content)" && dialog.machine.wait == .content)
        dialog.machine.contentSent()
        #expect(dialog.machine.wait == .finalReply)
        dialog.receive("250 2.0.0 queued as 1")
        #expect(names(dialog.results.first) == ["delivered", "failed"])
        #expect(dialog.results.first?.outcomes.first?.reply?.text == "250 2.0.0 queued as 1")
    }

    @Test func `with pipelining the envelope goes in one write`() throws {
        var dialog = Dialog.ready("PIPELINING")
        try dialog.begin("b@example.net")
        #expect(dialog.log == ["MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"])
        dialog.receive("250 ok", "250 ok", "354 go")
        dialog.machine.contentSent()
        dialog.receive("250 ok")
        try dialog.begin("c@example.net")
        #expect(dialog.log.first == "MAIL FROM:<a@example.org>", "the next transaction needs no RSET")
    }

    @Test(arguments: ["PIPELINING", "HELP"])
    func `a refused sender concerns all recipients`(extensions: String) throws {
        var dialog = Dialog.ready(extensions)
        try dialog.begin("b@example.net", "c@example.net")
        dialog.receive("552 5.3.4 too big")
        if extensions == "PIPELINING" { dialog.receive("503 no", "503 no", "503 no") }
        #expect(names(dialog.results.first) == ["failed", "failed"])
        #expect(dialog.results.first?.outcomes.first?.reply?.status.description == "5.3.4")
    }

    @Test func `data accepted without a recipient is ended by a lone dot`() throws {
        var dialog = Dialog.ready("PIPELINING")
        try dialog.begin("b@example.net", "c@example.net")
        dialog.receive("250 ok", "550 no", "450 later", "354 go")
        #expect(dialog.log.last == ".")
        dialog.receive("554 no valid recipients")
        #expect(names(dialog.results.first) == ["failed", "deferred"])
        #expect(dialog.machine.wait == .nothing)
    }

    @Test func `after a transaction the server may hold open the next begins with RSET`() throws {
        var dialog = Dialog.ready("PIPELINING")
        try dialog.begin("b@example.net")
        dialog.receive("250 ok", "250 ok", "451 4.3.0 not now")
        #expect(names(dialog.results.first) == ["deferred"])
        try dialog.begin("b@example.net")
        #expect(dialog.log.first == "RSET")
        dialog.receive("250 ok", "250 ok", "250 ok", "354 go")
        dialog.machine.contentSent()
        dialog.receive("250 ok")
        #expect(names(dialog.results.last) == ["delivered"])
    }

    @Test(arguments: [("552 too many", "deferred"), ("452 4.5.3 too many", "deferred"), ("550 no", "failed"), ("421 bye", "deferred")])
    func `replies to RCPT`(reply: String, outcome: String) throws {
        var dialog = Dialog.ready()
        try dialog.begin("b@example.net")
        dialog.receive("250 ok", reply)
        #expect(names(dialog.results.first) == [outcome])
    }

    @Test(arguments: [
        ("250 ok", "delivered"), ("451 4.3.0 later", "deferred"), ("554 5.7.1 spam", "failed"), ("421 4.3.2 bye", "deferred"),
        ("354 what", "deferred"),
    ])
    func `replies to the final dot`(reply: String, outcome: String) throws {
        var dialog = Dialog.ready()
        try dialog.begin("b@example.net")
        dialog.receive("250 ok", "250 ok", "354 go")
        dialog.machine.contentSent()
        dialog.receive(reply)
        #expect(names(dialog.results.first) == [outcome])
    }

    @Test(arguments: 0..<5)
    func `a connection lost at any step defers and never fails`(step: Int) throws {
        var dialog = Dialog.ready()
        try dialog.begin("b@example.net")
        for reply in ["250 ok", "250 ok", "354 go"].prefix(step) { dialog.receive(reply) }
        if step == 4 { dialog.machine.contentSent() }
        dialog.note(dialog.machine.connectionLost("reset"))
        #expect(names(dialog.results.first) == ["deferred"])
        #expect(dialog.results.first?.isUnanswered == (step == 0))
        #expect(dialog.results.first?.outcomes.first?.reply?.text.contains("after the end") == (step == 4))
        #expect(dialog.log.last == "(close)")
    }

    @Test func `a recipient refused before the connection broke stays refused`() throws {
        var dialog = Dialog.ready()
        try dialog.begin("b@example.net", "c@example.net")
        dialog.receive("250 ok", "550 5.1.1 no")
        dialog.note(dialog.machine.connectionLost("reset"))
        #expect(names(dialog.results.first) == ["failed", "deferred"])
    }

    @Test func `broken off by this node recipients are given back, but not behind the final dot`() throws {
        var before = Dialog.ready()
        try before.begin("b@example.net")
        before.receive("250 ok")
        before.note(before.machine.abandon())
        #expect(names(before.results.first) == ["given-back"])
        var after = Dialog.ready()
        try after.begin("b@example.net")
        after.receive("250 ok", "250 ok", "354 go")
        after.machine.contentSent()
        after.note(after.machine.abandon())
        #expect(names(after.results.first) == ["deferred"])
    }

    @Test func `a server that gives up within the content is heard`() throws {
        var dialog = Dialog.ready()
        try dialog.begin("b@example.net")
        dialog.receive("250 ok", "250 ok", "354 go", "552 5.3.4 too much")
        #expect(names(dialog.results.first) == ["failed"])
        #expect(dialog.log.last == "(close)")
    }

    @Test func `421 as the first answer says nothing about the message`() throws {
        var dialog = Dialog.ready("PIPELINING")
        try dialog.begin("b@example.net")
        dialog.receive("421 4.4.2 idle too long")
        #expect(dialog.results.first?.isUnanswered == true && dialog.results.first?.isConnectionLost == true)
    }

    @Test(arguments: [ConnectionSecurity.opportunistic, .required, .verified])
    func `STARTTLS is used when offered and what was learned before is forgotten`(security: ConnectionSecurity) {
        var dialog = Dialog.ready("STARTTLS", security: security)
        #expect(dialog.log == ["EHLO gw.example.net", "STARTTLS"])
        dialog.receive("220 go")
        #expect(dialog.log.suffix(2) == ["(TLS)", "EHLO gw.example.net"])
        dialog.receive("250-there\r\n250 SIZE 10")
        #expect(dialog.log.last == "(ready)" && dialog.machine.capabilities.sizeLimit == .octets(10))
    }

    @Test(arguments: [(ConnectionSecurity.opportunistic, true), (.required, false), (.verified, false), (.none, true), (.implicit, true)])
    func `without STARTTLS only those go on who may`(security: ConnectionSecurity, goesOn: Bool) {
        let dialog = Dialog.ready("SIZE 10", security: security)
        #expect((dialog.log.last == "(ready)") == goesOn)
        #expect(dialog.failures.first?.kind == (goesOn ? nil : .security))
        #expect(goesOn || dialog.failures.first?.reply.status.category == .persistentTransientFailure)
    }

    @Test(arguments: [(ConnectionSecurity.opportunistic, true), (.required, false)])
    func `STARTTLS refused`(security: ConnectionSecurity, goesOn: Bool) {
        var dialog = Dialog.ready("STARTTLS", security: security)
        dialog.receive("454 4.7.0 not available")
        #expect((dialog.log.last == "(ready)") == goesOn)
    }

    @Test func `a server without EHLO is greeted with HELO and has no extensions`() {
        var dialog = Dialog()
        dialog.receive("220 old", "502 what")
        #expect(dialog.log.last == "HELO gw.example.net")
        dialog.receive("250 old")
        #expect(dialog.log.last == "(ready)" && dialog.machine.capabilities == SMTPServerCapabilities())
    }

    @Test(arguments: ["554 no service", "421 busy", "521 never", "450 later"])
    func `a refused greeting fails the connection`(reply: String) {
        var dialog = Dialog()
        dialog.receive(reply)
        #expect(dialog.failures.first?.kind == .unreachable && dialog.log.last == "(close)")
    }

    @Test func `an idle connection is closed by 421 and takes no transaction any more`() throws {
        var dialog = Dialog.ready()
        dialog.receive("421 bye")
        #expect(dialog.log.last == "(close)")
        try dialog.begin("b@example.net")
        #expect(dialog.results.first?.isUnanswered == true)
    }

    @Test(arguments: [("", ["MAIL FROM:<>"]), ("PIPELINING", ["MAIL FROM:<>", "RCPT TO:<b@here.example>"])])
    func `a question is MAIL and RCPT, and a reset behind it, and never DATA`(extensions: String, first: [String]) throws {
        var dialog = Dialog.ready(extensions)
        try dialog.ask()
        #expect(dialog.log == first)
        dialog.receive("250 ok", "250 2.1.5 welcome")
        dialog.note(dialog.machine.quit())
        #expect(dialog.log == ["MAIL FROM:<>", "RCPT TO:<b@here.example>", "RSET", "QUIT", "(close)"])
        #expect(dialog.answers.map(\.word) == ["accepted"])
    }

    @Test(
        arguments: [
            ("250 2.1.5 ok", "accepted"), ("251 will forward", "accepted"), ("550 5.1.1 nobody", "refused"), ("553 no", "refused"),
            ("550 5.7.1 not you", "refused"), ("450 4.2.1 later", "undecided"), ("421 4.3.2 closing", "undecided"),
            ("451 4.7.1 greylisted", "undecided"), ("503 5.5.1 MAIL first", "undecided"), ("530 5.7.0 sign in", "undecided"),
            ("552 5.5.3 too many recipients", "undecided"), ("354 go on", "undecided"),
        ])
    func `only a refusal of the recipient is one`(reply: String, word: String) throws {
        var dialog = Dialog.ready()
        try dialog.ask()
        dialog.receive("250 ok", reply)
        #expect(dialog.answers.map(\.word) == [word])
    }

    @Test(arguments: ["550 5.7.1 no null senders here", "451 4.3.0 later", "421 4.3.2 closing"])
    func `what is said of the sender says nothing of the recipient`(reply: String) throws {
        var dialog = Dialog.ready("PIPELINING")
        try dialog.ask()
        dialog.receive(reply)
        #expect(dialog.answers.map(\.word) == [reply.hasPrefix("421") ? "undecided" : "sender refused"])
        // The reply to the recipient that was sent along, and the end, lead to no second answer.
        dialog.receive("503 5.5.1 MAIL first")
        dialog.note(dialog.machine.connectionLost("gone"))
        #expect(dialog.answers.count == 1)
    }

    @Test func `a question that is broken off is answered once`() throws {
        var dialog = Dialog.ready()
        try dialog.ask()
        dialog.receive("250 ok")
        dialog.note(dialog.machine.connectionLost("gone"))
        dialog.note(dialog.machine.abandon())
        #expect(dialog.answers.map(\.word) == ["undecided"])
    }
}

extension RecipientAnswer {
    fileprivate var word: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        case .undecided: "undecided"
        case .senderRefused: "sender refused"
        }
    }
}
