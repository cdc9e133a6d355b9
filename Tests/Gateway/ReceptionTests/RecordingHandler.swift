import Mail
import NIOCore
import SMTP
import SharedFolders
import Synchronization

@testable import Reception

/// Answers by the local part of addresses and by the field `X-Answer` of messages; keeps everything it was told.
final class RecordingHandler: MailTransactionHandler {
    struct Message: Sendable {
        let transaction: MailTransaction
        let connection: ClientConnection
        let content: String
        let header: String
        let sizeBytes: Int
        let hasEightBitData: Bool
        let receivedFieldCount: Int
    }

    struct Record: Sendable {
        var messages: [Message] = []
        var ended: [String] = []
        var connections: [ClientConnection] = []
        var senders: [ReversePath] = []
        var recipients: [String] = []
    }

    private let record = Mutex(Record())
    private let connectedDecision: ReceptionDecision
    /// Waited for before a connection is answered, and before a message is.
    private let connectionGate: Gate?
    private let messageGate: Gate?

    init(connected: ReceptionDecision = .accept(), connectionGate: Gate? = nil, messageGate: Gate? = nil) {
        connectedDecision = connected
        self.connectionGate = connectionGate
        self.messageGate = messageGate
    }

    var seen: Record { record.withLock { $0 } }

    func connected(_ connection: ClientConnection) async -> ReceptionDecision {
        record.withLock { $0.connections.append(connection) }
        await connectionGate?.pass()
        return connectedDecision
    }

    /// Everybody's password is “pencil”, whose SCRAM exchange is that of RFC 7677 §3.
    func authenticate(_ question: AuthenticationQuestion, _ connection: ClientConnection) async -> AuthenticationAnswer {
        await Task.yield()
        return Self.answer(question)
    }

    static func answer(_ question: AuthenticationQuestion) -> AuthenticationAnswer {
        guard let address = try? EmailAddress("user@example.com") else { return .unavailable }
        let user = AuthenticatedUser(address: address, senderKeys: [address.lookupKey])
        switch question {
        case .password("away", _): return .unavailable
        case .password("guessed", _): return .tooManyFailures
        case .password(_, let password): return password.octets == Array("pencil".utf8) ? .accepted(user) : .refused
        case .scramChallenge:
            let salt = SMTPCredential(base64: "W22ZaJ0SNY7soEsUEjb6gQ==".utf8)?.octets ?? []
            return .challenge(salt: salt, iterations: 4096, nonceSuffix: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        case .scramProof(_, let proof, _):
            guard proof.base64 == "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" else { return .refused }
            let signature = SMTPCredential(base64: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)?.octets ?? []
            return .accepted(user, serverSignature: signature)
        }
    }

    func sender(_ reversePath: ReversePath, _ parameters: MailParameters, _ connection: ClientConnection) async -> ReceptionDecision {
        record.withLock { $0.senders.append(reversePath) }
        return Self.answer(reversePath.address?.localPart, accepted: EnhancedStatusCode.notAuthorized)
    }

    func recipient(
        _ recipient: TransactionRecipient, _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> ReceptionDecision {
        record.withLock { $0.recipients.append(recipient.address.description) }
        // Half of the answers come from another thread, as those of a database do.
        if recipient.address.localPart.hasPrefix("slow") { await Task.yield() }
        return Self.answer(recipient.address.localPart, accepted: EnhancedStatusCode.noSuchMailbox)
    }

    func messageReceived(_ message: ReceivedMessage) async -> ReceptionDecision {
        await messageGate?.pass()
        let header = String(buffer: message.header)
        let decision = Self.answer(Self.answerField(header), accepted: EnhancedStatusCode.notAuthorized)
        guard case .accept = decision else {
            message.content.abandon()
            return decision
        }
        do throws(SharedFolderError) {
            let content = try await message.content.commit(deadline: .seconds(20))
            keep(message, content: try await Self.text(content), header: header)
            return decision
        } catch {
            return .refuse(SMTPReply(451, .systemTemporary, "\(error)"))
        }
    }

    func transactionEnded(_ transaction: MailTransaction, _ connection: ClientConnection, reason: String) {
        record.withLock { $0.ended.append(reason) }
    }

    private func keep(_ message: ReceivedMessage, content: String, header: String) {
        record.withLock {
            $0.messages.append(
                Message(
                    transaction: message.transaction, connection: message.connection, content: content, header: header,
                    sizeBytes: message.sizeBytes, hasEightBitData: message.hasEightBitData, receivedFieldCount: message.receivedFieldCount))
        }
    }

    private static func text(_ content: MessageContent) async throws(SharedFolderError) -> String {
        switch content {
        case .memory(let retained): String(buffer: retained.buffer)
        case .file(let stored): "file \(stored.fileName)"
        }
    }

    private static func answerField(_ header: String) -> String? {
        header.split(separator: "\r\n").first { $0.hasPrefix("X-Answer: ") }.map { String($0.dropFirst(10)) }
    }

    private static func answer(_ word: String?, accepted code: EnhancedStatusCode) -> ReceptionDecision {
        switch word {
        case "refuse": .refuse(SMTPReply(550, code, "Refused by policy"))
        case "defer": .refuse(SMTPReply(451, .systemTemporary, "Later please"))
        case "drop": .disconnect(SMTPReply(421, .systemNotAccepting, "Go away"))
        case "note": .accept(text: "Noted with thanks")
        default: .accept()
        }
    }
}

/// Something that waits until a test lets it go on.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, watchers) = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                defer { state.watchers = [] }
                return (state.isOpen, state.watchers)
            }
            if isOpen { continuation.resume() }
            for watcher in watchers { watcher.resume() }
        }
    }

    /// Returns when somebody waits at the gate.
    func waitForVisitor() async {
        await withCheckedContinuation { continuation in
            let isVisited = state.withLock { state in
                if state.waiting.isEmpty { state.watchers.append(continuation) }
                return !state.waiting.isEmpty
            }
            if isVisited { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
