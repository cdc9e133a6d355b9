import Crypto
import DNS

/// Verifies the chain of one message without asking anyone, as `DKIMVerification` does for signatures (RFC 8617 §5.2).
package struct ARCVerification: Sendable {
    private let message: AuthenticatedMessage
    private let chain: Result<ARCChain?, ARCFault>

    package init(_ message: AuthenticatedMessage) {
        self.message = message
        chain = Result { () throws(ARCFault) in try ARCChain.read(message) }
    }

    /// The keys to ask for, each once: the newest message signature's and those of all seals.
    package var queries: Set<DNSQuery> {
        guard let chain = try? chain.get(), let newest = chain.sets.last else { return [] }
        var queries = Set(chain.sets.map(\.sealTags.keyQuery))
        if let signature = try? messageSignature(newest) { queries.insert(signature.keyQuery) }
        return queries
    }

    /// What the chain is worth.
    ///
    /// - Parameter replies: for each of `queries`; a missing one counts as not answered in time.
    package func outcome(_ replies: [DNSQuery: DNSReply]) -> ARCOutcome {
        do throws(ARCFault) {
            guard let chain = try chain.get() else { return ARCOutcome(.none, fault: nil, message, []) }
            do throws(ARCFault) {
                if let newest = chain.sets.last { try checkMessageSignature(newest, replies) }
                try checkSeals(chain.sets, replies)
                return ARCOutcome(.pass, fault: nil, message, chain.sets)
            } catch {
                return ARCOutcome(Self.result(of: error), fault: error, message, chain.sets)
            }
        } catch {
            return ARCOutcome(.fail, fault: error, message, [])
        }
    }

    private static func result(of fault: ARCFault) -> ARCResult {
        switch fault {
        case .messageSignature(let fault, _), .seal(let fault, _): fault.result == .temporaryError ? .temporaryError : .fail
        case .headerTooLarge, .tooManySets, .badInstance, .incompleteSet, .sealSays: .fail
        }
    }

    private func messageSignature(_ set: ARCSet) throws(DKIMFault) -> DKIMSignature {
        let signature = try DKIMSignature(field: message.field(set.messageSignature), kind: .arcMessageSignature)
        guard signature.algorithm != .rsaSHA1 else { throw .forbiddenAlgorithm }
        return signature
    }

    private func checkMessageSignature(_ set: ARCSet, _ replies: [DNSQuery: DNSReply]) throws(ARCFault) {
        do throws(DKIMFault) {
            let signature = try messageSignature(set)
            let key = try key(signature.keyQuery, signature.algorithm, replies)
            var hash = DKIMBodyHash(signature.bodyCanonicalization, limits: Set([signature.bodyLength].compactMap { $0 }))
            hash.update(message.body)
            try DKIMSignatureCheck.body(signature, hash.finished())
            try DKIMSignatureCheck.header(signature, field: message.field(set.messageSignature), message, key)
        } catch {
            throw .messageSignature(error, instance: set.instance)
        }
    }

    /// Each seal covers all sets up to its own. The hash of what lies before is carried on, so a long chain costs no more than its
    /// length.
    private func checkSeals(_ sets: [ARCSet], _ replies: [DNSQuery: DNSReply]) throws(ARCFault) {
        var covered = SHA256()
        for set in sets {
            covered.update(line: relaxed(set.results))
            covered.update(line: relaxed(set.messageSignature))
            var hash = covered
            hash.update(data: DKIMCanonicalization.relaxed.headerField(set.sealTags.unsigned(message.field(set.seal))[...]))
            do throws(DKIMFault) {
                let key = try key(set.sealTags.keyQuery, set.sealTags.algorithm, replies)
                guard key.isValid(set.sealTags.signature, for: hash.finalize()) else { throw .signatureMismatch }
            } catch {
                throw .seal(error, instance: set.instance)
            }
            covered.update(line: relaxed(set.seal))
        }
    }

    private func relaxed(_ position: Int) -> [UInt8] { DKIMCanonicalization.relaxed.headerField(message.field(position)) }

    private func key(
        _ query: DNSQuery, _ algorithm: DKIMAlgorithm, _ replies: [DNSQuery: DNSReply]
    ) throws(DKIMFault) -> DKIMPublicKey {
        let record = try DKIMKeyRecord.find(replies[query] ?? .failure(.transient(.timedOut)))
        guard record.key.type == algorithm.keyType else { throw .keyOfOtherType }
        return record.key
    }
}
