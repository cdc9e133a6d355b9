package import NIOCore
package import Settings

/// A message's bytes as an engine is given them: piece by piece, so that none is ever whole in memory for it.
package protocol EngineContent: Sendable {
    var byteCount: Int { get }
    /// Reads off the event loop.
    /// - Parameters:
    ///   - offset: below `byteCount`.
    ///   - count: most bytes of the piece; it has at least one.
    /// - Throws: `.contentUnavailable`.
    func piece(at offset: Int, count: Int, deadline: Duration) async throws(EngineFailure) -> ByteBuffer
}

/// What an engine is told of a message besides its content.
package struct EngineEnvelope: Sendable, Hashable {
    package let clientAddress: NetworkAddress
    package let heloName: String
    /// A confirmed name of the client; empty when there is none or nobody asked.
    package let hostName: String
    /// Without angle brackets; empty for reports.
    package let sender: String
    package let recipients: [String]
    /// This node's own name.
    package let ownName: String

    package init(
        clientAddress: NetworkAddress, heloName: String, hostName: String, sender: String, recipients: [String], ownName: String
    ) {
        self.clientAddress = clientAddress
        self.heloName = Self.plain(heloName)
        self.hostName = Self.plain(hostName)
        self.sender = Self.plain(sender)
        self.recipients = recipients.prefix(Self.maximumRecipients).map(Self.plain)
        self.ownName = Self.plain(ownName)
    }

    /// Told to an engine.
    private static let maximumRecipients = 100

    /// Of what a client says nothing may end a line.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(320)))
    }
}
