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

    /// The three fields to put in front of the message, in their order and with their line ends; nil when the chain must not be
    /// continued: its newest seal says that it is broken, or it has its longest length (RFC 8617 §5.1.1).
    ///
    /// - Parameters:
    ///   - results: what this host found, with its own identifier.
    ///   - chain: what came of verifying the same message.
    ///   - time: seconds since 1970.
    /// - Throws: `.signingFailed`.
    package func fields(
        for message: AuthenticatedMessage, results: AuthenticationResults, chain: ARCOutcome, time: Int
    ) throws(DKIMKeyError) -> [UInt8]? {
        let previous = (try? ARCChain.read(message))?.sets ?? []
        let instance = previous.count + 1
        guard instance <= ARCLimits.sets, chain.result == .none || !previous.isEmpty, chain.newestSealSays != .fail else { return nil }
        let verdict: ARCResult = chain.result == .none ? .none : chain.result == .pass ? .pass : .fail
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
        let seal = try seal(instance, verdict, verdict == .fail ? [] : previous, message, result, signature, time)
        return seal + signature + result
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
