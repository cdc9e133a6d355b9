/// Whom a message comes from and goes to by RFC 5321; never taken from its header.
package struct Envelope: Hashable, Sendable, Codable {
    package var reversePath: ReversePath
    /// In the order in which they were given; may hold the same address twice.
    package var recipients: [EmailAddress]

    package init(reversePath: ReversePath, recipients: [EmailAddress]) {
        self.reversePath = reversePath
        self.recipients = recipients
    }

    /// Whether a next hop must offer SMTPUTF8 for the envelope alone (RFC 6531 §3.4).
    package var isInternational: Bool {
        recipients.contains(where: \.isInternational) || reversePath.address?.isInternational == true
    }
}
