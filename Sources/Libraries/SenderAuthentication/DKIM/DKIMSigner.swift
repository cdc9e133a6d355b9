import Crypto
package import Mail

/// Signs messages for one domain with one key (RFC 6376 §5).
package struct DKIMSigner: Sendable {
    private let domain: DomainName
    private let selector: String
    private let key: DKIMSigningKey
    private let fields: DKIMSignedFields
    private let lifetimeSeconds: Int?

    /// - Parameters:
    ///   - selector: labels of letters, digits and hyphens; not checked here.
    ///   - lifetimeSeconds: how long the signature is to be valid; nil for always.
    package init(
        domain: DomainName, selector: String, key: DKIMSigningKey, fields: DKIMSignedFields = DKIMSignedFields(),
        lifetimeSeconds: Int? = nil
    ) {
        self.domain = domain
        self.selector = selector
        self.key = key
        self.fields = fields
        self.lifetimeSeconds = lifetimeSeconds
    }

    /// The signature field to put in front of the message, with its final line end. Header and body are signed in their relaxed forms,
    /// the body as a whole.
    ///
    /// - Parameters:
    ///   - body: the relaxed hash of the body, made by whoever reads it; nil to have it made from `message`.
    ///   - time: seconds since 1970.
    /// - Throws: `.signingFailed`.
    package func field(for message: AuthenticatedMessage, body: DKIMBodyDigest? = nil, time: Int) throws(DKIMKeyError) -> [UInt8] {
        let names = fields.names(in: message)
        var tags = [
            "v=1", "a=\(key.algorithm.rawValue)", "c=relaxed/relaxed", "d=\(domain.ascii)", "s=\(selector)", "t=\(time)",
        ]
        if let lifetimeSeconds { tags.append("x=\(time + lifetimeSeconds)") }
        tags.append("h=\(names.joined(separator: ":"))")
        tags.append("bh=\(Base64Text.encode((body ?? message.relaxedBodyDigest).whole))")
        return try message.signedField(SignatureField(name: "DKIM-Signature", tags: tags), names: names, key)
    }
}

/// Which header fields a signature covers.
package struct DKIMSignedFields: Sendable, Hashable {
    /// Signed as often as they occur (RFC 6376 §5.4.1), in lower case.
    package var signed: [String]
    /// Signed once more than they occur, so that another one cannot be added unnoticed (RFC 6376 §8.15).
    package var oversigned: Set<String>

    /// What RFC 6376 §5.4.1 recommends; oversigned is what readers are shown.
    package init(
        signed: [String] = [
            "from", "sender", "reply-to", "subject", "date", "message-id", "to", "cc", "mime-version", "content-type",
            "content-transfer-encoding", "in-reply-to", "references", "list-id", "list-unsubscribe", "list-unsubscribe-post",
        ],
        oversigned: Set<String> = ["from", "reply-to", "subject", "date", "to", "cc", "content-type"]
    ) {
        self.signed = signed
        self.oversigned = oversigned
    }

    /// The names for `h=`.
    func names(in message: AuthenticatedMessage) -> [String] {
        (signed.contains("from") ? signed : ["from"] + signed).flatMap { name in
            let isOver = oversigned.contains(name) || name == "from"
            let count = min(message.positions(of: name).count, Self.mostOfOneName)
            return Array(repeating: name, count: count + (isOver ? 1 : 0))
        }
    }

    /// Nobody repeats a field more often and wants it to arrive.
    private static let mostOfOneName = 50
}

extension AuthenticatedMessage {
    /// The hash of the whole body in its relaxed form.
    package var relaxedBodyDigest: DKIMBodyDigest {
        var hash = DKIMBodyHash(.relaxed)
        hash.update(body)
        return hash.finished()
    }

    /// A signature field over the named fields and itself, relaxed.
    func signedField(_ field: SignatureField, names: [String], _ key: DKIMSigningKey) throws(DKIMKeyError) -> [UInt8] {
        var hash = SHA256()
        for position in selected(names) { hash.update(line: DKIMCanonicalization.relaxed.headerField(self.field(position))) }
        hash.update(data: DKIMCanonicalization.relaxed.headerField(field.unsigned[...]))
        return field.signed(try key.signature(for: hash.finalize()))
    }
}
