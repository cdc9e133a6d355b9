import DNS
import Mail

/// The three fields that one handler added (RFC 8617 §4.2).
struct ARCSet: Sendable {
    let instance: Int
    /// Positions in the message's header.
    let results: Int
    let messageSignature: Int
    let seal: Int
    let sealTags: ARCSeal
}

/// What an ARC-Seal says (RFC 8617 §4.1.3).
struct ARCSeal: Sendable {
    /// `cv=`
    let chain: ARCResult
    let algorithm: DKIMAlgorithm
    let domain: DomainName
    let selector: String
    let signature: [UInt8]
    let signatureRange: Range<Int>

    var keyQuery: DNSQuery { DNSQuery("\(selector)._domainkey.\(domain.ascii)", .text) }

    init(field: ArraySlice<UInt8>) throws(DKIMFault) {
        guard field.count <= DKIMLimits.signatureBytes else { throw .signatureTooLong }
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { throw .syntax("field") }
        let tags = try DKIMSignature.tags(field[(colon + 1)...])
        // RFC 8617 §4.1.3: these two belong to message signatures only.
        guard tags.tag("h") == nil, tags.tag("bh") == nil else { throw .syntax("h") }
        guard let verdict = tags.text("cv") else { throw .missingTag("cv") }
        guard let chain = ARCResult(rawValue: verdict.lowercased()), chain != .temporaryError else { throw .syntax("cv") }
        self.chain = chain
        algorithm = try DKIMSignature.algorithm(tags)
        guard algorithm != .rsaSHA1 else { throw .forbiddenAlgorithm }
        domain = try DKIMSignature.domain(tags)
        selector = try DKIMSignature.selector(tags)
        _ = try DKIMSignature.number(tags, "t", mostDigits: 12)
        signature = try DKIMSignature.data(tags, "b")
        signatureRange = tags.tag("b")?.wholeValue ?? 0..<0
    }

    /// The field with an empty `b=`.
    func unsigned(_ field: ArraySlice<UInt8>) -> [UInt8] {
        Array(field[..<signatureRange.lowerBound]) + Array(field[signatureRange.upperBound...])
    }
}

/// The state of a chain, in the words of `cv=` and of Authentication-Results (RFC 8617 §4.4, §10).
package enum ARCResult: String, Sendable, Hashable, CaseIterable {
    case none, pass, fail
    /// A key could not be asked for at present.
    case temporaryError = "temperror"
}

/// Why a chain is broken.
package enum ARCFault: Error, Sendable, Hashable {
    case headerTooLarge
    /// More than `ARCLimits.sets`.
    case tooManySets
    /// An instance number is missing or no number from 1 to 50.
    case badInstance
    /// An instance lacks one of its three fields, or has one twice.
    case incompleteSet(instance: Int)
    case sealSays(ARCResult, instance: Int)
    case messageSignature(DKIMFault, instance: Int)
    case seal(DKIMFault, instance: Int)
}

extension ARCFault: CustomStringConvertible {
    /// One line of printable ASCII.
    package var description: String {
        switch self {
        case .headerTooLarge: "header too large"
        case .tooManySets: "more than \(ARCLimits.sets) sets"
        case .badInstance: "bad instance number"
        case .incompleteSet(let instance): "set \(instance) is incomplete or not unique"
        case .sealSays(let result, let instance): "seal \(instance) says \(result.rawValue)"
        case .messageSignature(let fault, let instance): "message signature \(instance): \(fault)"
        case .seal(let fault, let instance): "seal \(instance): \(fault)"
        }
    }
}

/// Bounds of a chain.
package enum ARCLimits {
    /// RFC 8617 §4.2.1.
    package static let sets = 50
}
