import Crypto
import DNS

/// Verifies the signatures of one message without asking anyone: `queries` are the keys that are needed, `outcomes` takes what came
/// of them.
package struct DKIMVerification: Sendable {
    private struct Candidate: Sendable {
        let position: Int
        let signature: Result<DKIMSignature, DKIMFault>
    }

    private let message: AuthenticatedMessage
    private let candidates: [Candidate]
    private let omitted: Int
    private let time: Int

    /// Reads the signature fields, from the top of the message.
    ///
    /// - Parameter time: seconds since 1970.
    package init(_ message: AuthenticatedMessage, time: Int) {
        self.message = message
        self.time = time
        let positions = message.positions(of: "dkim-signature")
        candidates = positions.prefix(DKIMLimits.signatures).map { position in
            Candidate(
                position: position,
                signature: Result { () throws(DKIMFault) in
                    guard !message.isHeaderCut else { throw .headerTooLarge }
                    let signature = try DKIMSignature(field: message.field(position))
                    try Self.checkTimes(signature, time)
                    guard signature.algorithm != .rsaSHA1 else { throw .forbiddenAlgorithm }
                    return signature
                })
        }
        omitted = positions.count - candidates.count
    }

    /// The keys to ask for, each once.
    package var queries: Set<DNSQuery> { Set(candidates.compactMap { (try? $0.signature.get())?.keyQuery }) }

    /// What came of each signature, in the order of the message; those beyond the limit are one outcome together.
    ///
    /// - Parameter replies: for each of `queries`; a missing one counts as not answered in time.
    package func outcomes(_ replies: [DNSQuery: DNSReply]) -> [DKIMOutcome] {
        let digests = bodyDigests()
        var outcomes = candidates.map { outcome($0, replies, digests) }
        if omitted > 0 { outcomes.append(DKIMOutcome(nil, fault: .tooManySignatures)) }
        return outcomes
    }

    private static func checkTimes(_ signature: DKIMSignature, _ time: Int) throws(DKIMFault) {
        if let expiresAt = signature.expiresAt, expiresAt < time { throw .expired }
        if let signedAt = signature.signedAt, signedAt > time + DKIMLimits.clockSkewSeconds { throw .signedInFuture }
    }

    /// The body is hashed once for each canonicalization that occurs.
    private func bodyDigests() -> [DKIMCanonicalization: DKIMBodyDigest] {
        let signatures = candidates.compactMap { try? $0.signature.get() }
        let groups = Dictionary(grouping: signatures, by: \.bodyCanonicalization)
        return groups.mapValues { group in
            var hash = DKIMBodyHash(group[0].bodyCanonicalization, limits: Set(group.compactMap(\.bodyLength)))
            hash.update(message.body)
            return hash.finished()
        }
    }

    private func outcome(
        _ candidate: Candidate, _ replies: [DNSQuery: DNSReply], _ digests: [DKIMCanonicalization: DKIMBodyDigest]
    ) -> DKIMOutcome {
        switch candidate.signature {
        case .failure(let fault):
            // Read once more without its checks, so that it can be said whose it is.
            return DKIMOutcome(try? DKIMSignature(field: message.field(candidate.position)), fault: fault)
        case .success(let signature):
            let reply = replies[signature.keyQuery] ?? .failure(.transient(.timedOut))
            guard let digest = digests[signature.bodyCanonicalization] else { return DKIMOutcome(signature, fault: .bodyChanged) }
            return verified(signature, candidate.position, reply, digest)
        }
    }

    private func verified(_ signature: DKIMSignature, _ position: Int, _ reply: DNSReply, _ digest: DKIMBodyDigest) -> DKIMOutcome {
        var record: DKIMKeyRecord?
        do throws(DKIMFault) {
            let found = try DKIMKeyRecord.find(reply)
            record = found
            try found.check(signature.algorithm, identity: signature.identity, domain: signature.domain)
            try DKIMSignatureCheck.body(signature, digest)
            try DKIMSignatureCheck.header(signature, field: message.field(position), message, found.key)
            return DKIMOutcome(
                signature, fault: nil, keyBits: found.key.bits, isTesting: found.isTesting,
                unsignedBodyBytes: signature.bodyLength.map { digest.canonicalBytes - $0 } ?? 0)
        } catch {
            return DKIMOutcome(signature, fault: error, keyBits: record?.key.bits, isTesting: record?.isTesting ?? false)
        }
    }
}

/// The two hashes of a signature; ARC's message signature is checked alike.
enum DKIMSignatureCheck {
    static func body(_ signature: DKIMSignature, _ digest: DKIMBodyDigest) throws(DKIMFault) {
        guard let hash = digest.value(length: signature.bodyLength) else { throw .bodyShorterThanSigned }
        guard hash == signature.bodyHash else { throw .bodyChanged }
    }

    static func header(
        _ signature: DKIMSignature, field: ArraySlice<UInt8>, _ message: AuthenticatedMessage, _ key: DKIMPublicKey
    ) throws(DKIMFault) {
        var hash = SHA256()
        for position in message.selected(signature.signedFields) {
            hash.update(data: signature.headerCanonicalization.headerField(message.field(position)))
            hash.update(data: [0x0D, 0x0A])
        }
        // The signature's own field comes last, without a line end (RFC 6376 §3.7).
        hash.update(data: signature.headerCanonicalization.headerField(signature.unsigned(field)[...]))
        guard key.isValid(signature.signature, for: hash.finalize()) else { throw .signatureMismatch }
    }
}

extension DKIMSignature {
    var keyQuery: DNSQuery { DNSQuery(keyName, .text) }
}
