import DomainsAndUsers
import Mail
import NIOCore
import Reception
import SenderAuthentication
import Settings
import SharedFolders

/// Signs mail of the company's own domains when it is taken, once, whatever becomes of it (RFC 6376). The signature is written in front
/// of the content, which stays as it came.
struct OutboundSigning: Sendable {
    let domains: CurrentDomains
    /// Room for the contents that are being signed.
    let budget: MemoryBudget

    /// Of all messages that are being signed at once; a larger one is not signed.
    static let signedBytes = 256 << 20

    enum Outcome: Sendable {
        /// Fields to put in front of the message, each with its line end; empty when its domain has no active key.
        case signed([UInt8])
        /// Not at present; the client has to come again. Mail that is promised a signature does not go without.
        case postponed
    }

    /// - Parameter limit: for reading the content.
    func sign(_ message: ReceivedMessage, limit: Duration) async -> Outcome {
        guard let domain = domain(of: message) else { return .signed([]) }
        let keys = domain.signingKeys.filter(\.isActive)
        // One that is larger than all the room there is would be put off for ever; it goes without, as it would have without a key.
        guard !keys.isEmpty, message.sizeBytes <= Self.signedBytes else { return .signed([]) }
        guard budget.reserve(message.sizeBytes) else { return .postponed }
        defer { budget.release(message.sizeBytes) }
        // A folder that does not answer would not take the message either.
        guard let content = try? await message.content.bytes(upTo: message.sizeBytes, deadline: limit) else { return .postponed }
        return await Self.fields(content, keys, domain.name, time: Int(UTCTime.now().milliseconds / 1_000))
    }

    /// The protected domain that the message says it comes from, if there is only one. A user's mail is signed for domains in which he
    /// has an address: nobody lends another domain's name.
    private func domain(of message: ReceivedMessage) -> ProtectedDomain? {
        let header = AuthenticatedMessage(Array(message.header.readableBytesView))
        guard case .domains(let names) = DMARCIdentity(header), names.count == 1, let name = names.first else { return nil }
        if let user = message.connection.user {
            guard user.address.domainName == name || user.senderKeys.contains(where: { $0.hasSuffix("@\(name.ascii)") }) else { return nil }
        }
        return domains.directory.domain(name)
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func fields(_ content: ByteBuffer, _ keys: [DomainSigningKey], _ domain: DomainName, time: Int) async -> Outcome {
        let message = AuthenticatedMessage(Array(content.readableBytesView))
        guard !message.isHeaderCut else { return .signed([]) }
        let body = message.relaxedBodyDigest
        var fields: [UInt8] = []
        for key in keys {
            do throws(DKIMKeyError) {
                fields += try DKIMSigner(domain: domain, selector: key.selector, key: key.key).field(for: message, body: body, time: time)
            } catch {
                return .postponed
            }
        }
        return .signed(fields)
    }
}
