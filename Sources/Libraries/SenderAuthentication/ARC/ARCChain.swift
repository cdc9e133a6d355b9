/// The sets of a message in order, 1 first: complete, numbered without gaps, and with seals that claim a chain that held so far.
struct ARCChain: Sendable {
    let sets: [ARCSet]

    /// - Returns: nil when the message has no ARC fields.
    /// - Throws: the first thing that makes the chain broken whatever its signatures are (RFC 8617 §5.2, steps 2 and 3).
    static func read(_ message: AuthenticatedMessage) throws(ARCFault) -> ARCChain? {
        let results = message.positions(of: "arc-authentication-results")
        let signatures = message.positions(of: "arc-message-signature")
        let seals = message.positions(of: "arc-seal")
        guard !results.isEmpty || !signatures.isEmpty || !seals.isEmpty else { return nil }
        guard !message.isHeaderCut else { throw .headerTooLarge }
        guard max(results.count, signatures.count, seals.count) <= ARCLimits.sets else { throw .tooManySets }
        return ARCChain(
            sets: try sets(
                message, try byInstance(message, results), try byInstance(message, signatures), try byInstance(message, seals)))
    }

    /// The highest instance number that any field of a chain has, whole or broken; 0 without one. What bears no number counts as the
    /// first.
    static func newestInstance(in message: AuthenticatedMessage) -> Int {
        let positions = ["arc-authentication-results", "arc-message-signature", "arc-seal"].flatMap { message.positions(of: $0) }
        return positions.map { instance(message.field($0)) ?? 1 }.max() ?? 0
    }

    /// Whether a seal of that instance says that the chain is broken.
    static func saysBroken(_ message: AuthenticatedMessage, instance: Int) -> Bool {
        message.positions(of: "arc-seal").contains { position in
            let field = message.field(position)
            return self.instance(field) == instance && (try? ARCSeal(field: field))?.chain == .fail
        }
    }

    private static func byInstance(_ message: AuthenticatedMessage, _ positions: [Int]) throws(ARCFault) -> [Int: Int] {
        var found: [Int: Int] = [:]
        for position in positions {
            guard let instance = instance(message.field(position)) else { throw .badInstance }
            guard found.updateValue(position, forKey: instance) == nil else { throw .incompleteSet(instance: instance) }
        }
        return found
    }

    private static func sets(
        _ message: AuthenticatedMessage, _ results: [Int: Int], _ signatures: [Int: Int], _ seals: [Int: Int]
    ) throws(ARCFault) -> [ARCSet] {
        let count = max(results.count, signatures.count, seals.count)
        var sets: [ARCSet] = []
        for instance in 1...count {
            guard let result = results[instance], let signature = signatures[instance], let seal = seals[instance] else {
                throw .incompleteSet(instance: instance)
            }
            let tags: ARCSeal
            do throws(DKIMFault) {
                tags = try ARCSeal(field: message.field(seal))
            } catch {
                throw .seal(error, instance: instance)
            }
            guard tags.chain == (instance == 1 ? .none : .pass) else { throw .sealSays(tags.chain, instance: instance) }
            sets.append(
                ARCSet(instance: instance, results: result, messageSignature: signature, seal: seal, sealTags: tags))
        }
        return sets
    }

    /// The `i=` of a field: in results it stands first, in the other two anywhere.
    private static func instance(_ field: ArraySlice<UInt8>) -> Int? {
        guard field.count <= DKIMLimits.signatureBytes, let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        for piece in field[(colon + 1)...].split(separator: UInt8(ascii: ";"), maxSplits: TagList.maximumTags) {
            guard let equals = piece.firstIndex(of: UInt8(ascii: "=")), piece[..<equals].withoutBlanksAtEnds == [UInt8(ascii: "i")] else {
                continue
            }
            let digits = piece[(equals + 1)...].withoutBlanksAtEnds
            guard (1...2).contains(digits.count), digits.allSatisfy(SPFSyntax.isDigit) else { return nil }
            let number = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return (1...ARCLimits.sets).contains(number) ? number : nil
        }
        return nil
    }
}
