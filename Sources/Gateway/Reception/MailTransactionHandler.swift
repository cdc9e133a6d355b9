package import Mail
package import NIOCore
package import SMTP
package import Settings
package import SharedFolders

/// What Reception asks of whoever decides: the session's steps that need an answer. Implemented by MailFlow. Calls of one
/// session come one after another; calls of different sessions at once.
package protocol MailTransactionHandler: Sendable {
    /// A connection was made and nothing is known but its address: what it is answered before it is closed, or `nil`. Called on the event
    /// loop for each connection, so it must not wait.
    func refusal(of address: NetworkAddress, _ settings: GatewaySettings) -> SMTPReply?
    /// A client has connected; `.accept` leads to the greeting, a reply is sent instead of it and the connection closed.
    func connected(_ connection: ClientConnection) async -> ReceptionDecision
    /// A step of AUTH, on an encrypted connection. The answer may take as long as a password takes to be hashed.
    func authenticate(_ question: AuthenticationQuestion, _ connection: ClientConnection) async -> AuthenticationAnswer
    /// MAIL with its parameters, syntax and size already checked.
    func sender(_ reversePath: ReversePath, _ parameters: MailParameters, _ connection: ClientConnection) async -> ReceptionDecision
    /// RCPT with its parameters. `transaction` holds what was accepted before.
    func recipient(_ recipient: TransactionRecipient, _ transaction: MailTransaction, _ connection: ClientConnection) async
        -> ReceptionDecision
    /// The whole message has been read. `.accept` is answered 250 and means: content and rows are durable. The handler commits or
    /// abandons `message.content` in every case.
    func messageReceived(_ message: ReceivedMessage) async -> ReceptionDecision
    /// The transaction ended without a message being handed over (all recipients refused, RSET, connection lost, a limit hit): for
    /// the log. Never called after `messageReceived`.
    func transactionEnded(_ transaction: MailTransaction, _ connection: ClientConnection, reason: String)
}

extension MailTransactionHandler {
    package func refusal(of address: NetworkAddress, _ settings: GatewaySettings) -> SMTPReply? { nil }
}

/// Answer to one step.
package enum ReceptionDecision: Sendable, Hashable {
    /// With the standard 250 reply, or this text after it.
    case accept(text: String? = nil)
    /// For RCPT: accepted, and delivered to another address, whose alias it is.
    case acceptAlias(of: EmailAddress)
    /// 4xx or 5xx, sent as it is.
    case refuse(SMTPReply)
    /// Sent as it is, then the connection is closed (421).
    case disconnect(SMTPReply)
}

/// Who is connected and how.
package struct ClientConnection: Sendable, Hashable {
    package let address: NetworkAddress
    package let port: Int
    package let listener: ListenerKind
    /// Name given in HELO or EHLO, empty before.
    package var heloName = ""
    /// Greeted with EHLO.
    package var isExtended = false
    /// Version and cipher, such as `TLSv1.3 TLS_AES_128_GCM_SHA256`; `nil` in plain text.
    package var tls: String?
    /// Who has signed in; only ever over TLS.
    package var user: AuthenticatedUser?
    /// The transcript that is being written; `nil` when none is kept.
    package var transcript: RecordIdentifier?
    /// The settings this session keeps from its start to its end.
    package let settings: SettingsSnapshot
    /// What the handler remembers of this session.
    package let memory = SessionMemory()

    package init(address: NetworkAddress, port: Int, listener: ListenerKind, settings: SettingsSnapshot) {
        self.address = address
        self.port = port
        self.listener = listener
        self.settings = settings
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.address == right.address && left.port == right.port && left.heloName == right.heloName && left.tls == right.tls
            && left.user == right.user
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(address)
        hasher.combine(port)
    }
}

/// What a port is for.
package enum ListenerKind: String, Sendable, Hashable, CaseIterable {
    /// Port 25.
    case smtp
    /// Port 465, TLS from the first byte.
    case smtps
    /// Port 587, STARTTLS required before MAIL.
    case submission
}

/// The envelope while it is being collected: MAIL to the end of DATA.
package struct MailTransaction: Sendable {
    package let identifier: RecordIdentifier
    package let startedAt: UTCTime
    package let reversePath: ReversePath
    package let parameters: MailParameters
    /// Accepted ones, in order.
    package var recipients: [TransactionRecipient] = []
    /// Refused ones with the reply given, at most `maximumRefused` of them.
    package var refused: [(recipient: TransactionRecipient, reply: SMTPReply)] = []

    package static let maximumRefused = 100

    package init(identifier: RecordIdentifier, startedAt: UTCTime, reversePath: ReversePath, parameters: MailParameters) {
        self.identifier = identifier
        self.startedAt = startedAt
        self.reversePath = reversePath
        self.parameters = parameters
    }
}

/// One RCPT.
package struct TransactionRecipient: Sendable, Hashable {
    package let address: EmailAddress
    package let parameters: RecipientParameters
    /// Where it is delivered to, when `address` is an alias.
    package var aliasedUser: EmailAddress?

    package init(address: EmailAddress, parameters: RecipientParameters) {
        self.address = address
        self.parameters = parameters
    }
}

/// A message as it came from the client: untrusted, and not yet durable.
package struct ReceivedMessage: Sendable {
    package let transaction: MailTransaction
    package let connection: ClientConnection
    /// Uncommitted content.
    package let content: MessageContentWriter
    package let sizeBytes: Int
    /// The header section as received, up to and without the empty line; bounded by `maximum-header-bytes`.
    package let header: ByteBuffer
    /// Bytes above 127 were seen.
    package let hasEightBitData: Bool
    package let receivedFieldCount: Int

    package init(
        transaction: MailTransaction, connection: ClientConnection, content: MessageContentWriter, sizeBytes: Int, header: ByteBuffer,
        hasEightBitData: Bool, receivedFieldCount: Int
    ) {
        self.transaction = transaction
        self.connection = connection
        self.content = content
        self.sizeBytes = sizeBytes
        self.header = header
        self.hasEightBitData = hasEightBitData
        self.receivedFieldCount = receivedFieldCount
    }
}
