package import Delivery
package import DomainsAndUsers
package import Mail
package import MessageLog
package import Settings
package import SharedFolders

/// A message that passed every rule: only this module can make one.
package struct AcceptedMessage: Sendable {
    package let message: QueuedMessage
    package let recipients: [QueuedRecipient]
    package let log: MessageLogEntry
    /// Recipients of the same transaction that were refused; logged only.
    package let refused: [RecipientLogEntry]

    init(message: QueuedMessage, recipients: [QueuedRecipient], log: MessageLogEntry, refused: [RecipientLogEntry]) {
        self.message = message
        self.recipients = recipients
        self.log = log
        self.refused = refused
    }

    /// The same with fields in front of what is put in front of it already.
    func with(prepended fields: [UInt8]) -> AcceptedMessage {
        guard !fields.isEmpty else { return self }
        var message = message
        message.prependedHeader = fields + message.prependedHeader
        return AcceptedMessage(message: message, recipients: recipients, log: log, refused: refused)
    }
}

/// Where accepted messages go on; joined to Delivery's queue by GatewayNode.
package protocol AcceptedMessageQueue: Sendable {
    /// Durable when it returns. `content` is durable already.
    func submit(_ message: AcceptedMessage, content: MessageContent, deadline: Duration) async throws(DeliveryQueueError)
}

/// Which addresses are known: listed ones, users and their aliases.
package protocol RecipientDirectory: Sendable {
    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing
}

/// Who this node is to the world.
package struct NodeIdentity: Sendable {
    package let node: NodeID
    /// The HELO name in force.
    package let heloName: @Sendable () -> String

    package init(node: NodeID, heloName: @escaping @Sendable () -> String) {
        self.node = node
        self.heloName = heloName
    }
}
