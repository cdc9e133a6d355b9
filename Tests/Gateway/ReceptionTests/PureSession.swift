import NIOCore
import SMTP
import Settings

@testable import Reception

/// The stream and the state machine without a socket: input in any pieces gives what a client would read.
struct PureSession {
    private var stream = SMTPServerStream()
    private(set) var machine: SMTPSessionStateMachine
    private(set) var replies: [String] = []
    private(set) var messages: [String] = []
    private(set) var ended: [String] = []
    private(set) var isClosed = false
    private var content = ""

    init(_ change: (inout ReceptionSettings) -> Void = { _ in }, listener: ListenerKind = .smtp) {
        var settings = GatewaySettings()
        change(&settings.reception)
        let connection = ClientConnection(
            address: ReceptionFixture.loopback.address, port: 1, listener: listener,
            settings: SettingsSnapshot(revision: .none, settings: settings))
        machine = SMTPSessionStateMachine(connection: connection, hostName: "mx.example.test")
    }

    /// A session whose client has been greeted and has said EHLO.
    static func greeted(_ change: (inout ReceptionSettings) -> Void = { _ in }) -> PureSession {
        var session = PureSession(change)
        session.decide(.accept())
        session.feed("EHLO client.example\r\n")
        session.replies = []
        return session
    }

    mutating func decide(_ decision: ReceptionDecision) {
        perform(machine.decided(decision, now: UTCTime(milliseconds: 0)))
    }

    mutating func feed(_ text: String) { feed(Array(text.utf8)) }

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        guard !isClosed else { return }
        stream.append(ByteBuffer(bytes: bytes))
        while machine.takesInput, let event = stream.next() { take(event) }
    }

    mutating func event(_ body: (inout SMTPSessionStateMachine) -> SMTPSessionStateMachine.Action) { perform(body(&machine)) }

    private mutating func take(_ event: SMTPServerStream.Event) {
        switch event {
        case .line(let line): perform(machine.receive(line, hasMoreInput: stream.bufferedOctets > 0))
        case .malformedLine(let fault): perform(machine.receive(fault))
        case .text(let part): content += String(buffer: part)
        case .chunk(let part):
            if case .chunk(let chunk) = machine.phase, chunk.refusal == nil { content += String(buffer: part) }
        case .endOfText(let summary):
            perform(machine.textEnded(refusal: summary.violations.isDisjoint(with: .ambiguousLineEnds) ? nil : .bareLineEnd))
        case .endOfChunk: perform(machine.chunkEnded(refusal: nil))
        }
    }

    private mutating func perform(_ action: SMTPSessionStateMachine.Action) {
        switch action {
        case .nothing: break
        case .reply(let reply): replies.append(reply.description)
        case .close(let reply, let farewell):
            replies += [reply, farewell].compactMap { $0?.description }
            isClosed = true
        case .ask(let question):
            if case .authentication = question { break }
            if question != .connection { decide(.accept()) }
        case .receiveText:
            replies.append("354")
            content = ""
            stream.expectText()
        case .receiveChunk(let chunk): stream.expectChunk(octets: chunk.octets)
        case .handOver:
            messages.append(content)
            content = ""
            decide(.accept())
        case .startTLS:
            replies.append("220 TLS")
            _ = stream.discardBuffered()
            machine.secured("TLSv1.3")
        }
        if let end = machine.takeEnded() { ended.append(end.reason) }
    }
}
