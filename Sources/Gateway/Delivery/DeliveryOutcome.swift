import MessageLog
package import SMTP
package import Settings

/// What one attempt came to for one recipient.
package enum DeliveryOutcome: Sendable, Hashable {
    /// The next hop answered 2xx to the end of the message.
    case delivered(DeliveryReply)
    /// Try again later; everything unknown stands here.
    case deferred(DeliveryReply)
    /// Never to be tried again.
    case failed(DeliveryReply)
    /// Nothing was tried, or it was broken off by this node before the final dot; it is tried again at once.
    case givenBack

    var reply: DeliveryReply? {
        switch self {
        case .delivered(let reply), .deferred(let reply), .failed(let reply): reply
        case .givenBack: nil
        }
    }
}

/// The words behind an outcome: a reply of the next hop, or this gateway's own finding.
package struct DeliveryReply: Sendable, Hashable, CustomStringConvertible {
    package let status: EnhancedStatusCode
    /// One line; for a server's reply with its code, as a `Diagnostic-Code` of type smtp wants it (RFC 3464 section 2.3.6).
    package let text: String
    /// The SMTP code when a server said it; `nil` for a finding of our own.
    package let serverCode: Int?
    /// The dialogue it was said in, or that came to nothing; `nil` when there was none or none is kept.
    package var transcript: RecordIdentifier?

    /// A hostile server may write a hundred long lines.
    private static let maximumTextBytes = 1000

    /// A finding of this gateway.
    init(_ status: EnhancedStatusCode, _ text: String) {
        self.status = status
        self.text = text
        serverCode = nil
    }

    /// A reply of the next hop.
    init(_ reply: SMTPReply) {
        status = reply.enhancedCode ?? EnhancedStatusCode(Self.category(of: reply), 0, 0)
        text = reply.description.cut(to: Self.maximumTextBytes)
        serverCode = reply.code
    }

    package var description: String { serverCode == nil ? "\(status) \(text)" : text }

    /// The server does not take so many recipients at once: the others may go in the next transaction (RFC 5321 section 4.5.3.1.10).
    var saysTooManyRecipients: Bool { serverCode == 452 || serverCode == 552 }

    private static func category(of reply: SMTPReply) -> EnhancedStatusCode.Category {
        switch reply.category {
        case .completion: .success
        case .intermediate, .transientFailure: .persistentTransientFailure
        case .permanentFailure: .permanentFailure
        }
    }
}

extension DeliveryOutcome {
    /// What a refusing reply means. A 5xx is permanent; all else is tried again.
    static func refusal(by reply: SMTPReply) -> DeliveryOutcome {
        switch reply.category {
        case .permanentFailure: .failed(DeliveryReply(reply))
        case .completion, .intermediate, .transientFailure: .deferred(DeliveryReply(reply))
        }
    }
}

extension DeliveryOutcome {
    /// The same, with the dialogue it came of.
    func said(in transcript: RecordIdentifier?) -> DeliveryOutcome {
        switch self {
        case .delivered(let reply): .delivered(reply.said(in: transcript))
        case .deferred(let reply): .deferred(reply.said(in: transcript))
        case .failed(let reply): .failed(reply.said(in: transcript))
        case .givenBack: self
        }
    }
}

extension DeliveryReply {
    func said(in transcript: RecordIdentifier?) -> DeliveryReply {
        var reply = self
        reply.transcript = transcript
        return reply
    }

    /// The same words, to be tried again.
    var asTransient: DeliveryReply {
        guard status.category == .permanentFailure else { return self }
        var transient = DeliveryReply(
            status: EnhancedStatusCode(.persistentTransientFailure, status.subject, status.detail), text: text, serverCode: serverCode)
        transient.transcript = transcript
        return transient
    }

    private init(status: EnhancedStatusCode, text: String, serverCode: Int?) {
        self.status = status
        self.text = text
        self.serverCode = serverCode
    }
}
