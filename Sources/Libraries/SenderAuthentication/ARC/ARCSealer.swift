import Crypto
package import Mail

/// Seals messages that are passed on, for one domain with one key (RFC 8617 §5.1).
package struct ARCSealer: Sendable {
    private let domain: DomainName
    private let selector: String
    private let key: DKIMSigningKey
    private let fields: DKIMSignedFields

    package init(domain: DomainName, selector: String, key: DKIMSigningKey) {
        self.domain = domain
        self.selector = selector
        self.key = key
        var fields = DKIMSignedFields()
        // Signatures that were there let later handlers see what was changed since (RFC 8617 §4.1.2).
        fields.signed.append("dkim-signature")
        self.fields = fields
    }

    /// Continues the chain of a message, or leaves it as it is where RFC 8617 §5.1 forbids another set.
    ///
    /// - Parameters:
    ///   - message: as it is passed on, with all that was changed or put in front of it.
    ///   - results: what this host found, with its own identifier.
    ///   - chain: what came of verifying the message as it came. A broken chain is sealed as broken.
    ///   - time: seconds since 1970.
    /// - Throws: `.signingFailed`.
    package func seal(
        _ message: AuthenticatedMessage, results: AuthenticationResults, chain: ARCOutcome, time: Int
    ) throws(DKIMKeyError) -> ARCSealing {
        if let reason = ARCSealing.Reason(message, chain) { return .left(reason) }
        let newest = ARCChain.newestInstance(in: message)
        let previous = chain.result == .pass ? (try? ARCChain.read(message))?.sets : nil
        let verdict: ARCResult = newest == 0 ? .none : previous == nil ? .fail : .pass
        let instance = newest + 1
        let result = results.arcField(instance: instance)
        let names = fields.names(in: message)
        let signature = try message.signedField(
            SignatureField(
                name: "ARC-Message-Signature",
                tags: [
                    "i=\(instance)", "a=\(key.algorithm.rawValue)", "c=relaxed/relaxed", "d=\(domain.ascii)", "s=\(selector)", "t=\(time)",
                    "h=\(names.joined(separator: ":"))", "bh=\(Base64Text.encode(message.relaxedBodyDigest.whole))",
                ]), names: names, key)
        // A seal that says the chain is broken covers its own set only: nobody could verify more (RFC 8617 §5.1.2).
        let seal = try seal(instance, verdict, previous ?? [], message, result, signature, time)
        return .sealed(seal + signature + result, verdict)
    }

    private func seal(
        _ instance: Int, _ verdict: ARCResult, _ covered: [ARCSet], _ message: AuthenticatedMessage, _ result: [UInt8],
        _ signature: [UInt8], _ time: Int
    ) throws(DKIMKeyError) -> [UInt8] {
        let field = SignatureField(
            name: "ARC-Seal",
            tags: [
                "i=\(instance)", "a=\(key.algorithm.rawValue)", "t=\(time)", "cv=\(verdict.rawValue)", "d=\(domain.ascii)", "s=\(selector)",
            ])
        let relaxed = DKIMCanonicalization.relaxed
        var hash = SHA256()
        for set in covered {
            for position in [set.results, set.messageSignature, set.seal] {
                hash.update(line: relaxed.headerField(message.field(position)))
            }
        }
        hash.update(line: relaxed.headerField(result.dropLast(2)))
        hash.update(line: relaxed.headerField(signature.dropLast(2)))
        hash.update(data: relaxed.headerField(field.unsigned[...]))
        return field.signed(try key.signature(for: hash.finalize()))
    }
}

/// What came of sealing.
package enum ARCSealing: Sendable, Hashable {
    /// The three fields to put in front of the message, in their order and with their line ends, and what the seal says of the chain
    /// before it.
    case sealed([UInt8], ARCResult)
    /// The chain is not continued.
    case left(Reason)

    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// A handler before has sealed it as broken: there it ends (RFC 8617 §5.1.1).
        case brokenBefore = "broken-before"
        /// It has its longest length.
        case full
        /// A key could not be asked for: whether it holds is not known, and a seal would have to say one or the other.
        case undecided
        /// Fields were left unread; what of them counts cannot be told.
        case headerTooLarge = "header-too-large"
    }
}

extension ARCSealing.Reason {
    init?(_ message: AuthenticatedMessage, _ chain: ARCOutcome) {
        let newest = ARCChain.newestInstance(in: message)
        if message.isHeaderCut {
            self = .headerTooLarge
        } else if ARCChain.saysBroken(message, instance: newest) {
            self = .brokenBefore
        } else if newest >= ARCLimits.sets {
            self = .full
        } else if chain.result == .temporaryError {
            self = .undecided
        } else {
            return nil
        }
    }
}
