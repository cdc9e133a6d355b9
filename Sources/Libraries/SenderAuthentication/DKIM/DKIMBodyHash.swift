import Crypto

/// SHA-256 of a canonical body that comes in pieces, for any number of lengths (`l=`) at once: the body is read once however many
/// signatures there are.
package struct DKIMBodyHash: Sendable {
    private var canonicalizer: DKIMBodyCanonicalizer
    private var output: HashOutput

    /// - Parameter limits: lengths at which the hash is wanted too, beside that of the whole body.
    package init(_ canonicalization: DKIMCanonicalization, limits: Set<Int> = []) {
        canonicalizer = DKIMBodyCanonicalizer(canonicalization)
        output = HashOutput(limits: limits.sorted()[...])
    }

    /// Takes the next piece of the body.
    package mutating func update(_ bytes: ArraySlice<UInt8>) { canonicalizer.update(bytes, into: &output) }

    /// Ends the body.
    package mutating func finished() -> DKIMBodyDigest {
        canonicalizer.finish(into: &output)
        return output.finished()
    }
}

/// The hashes of one canonical body.
package struct DKIMBodyDigest: Sendable, Hashable {
    package let whole: [UInt8]
    /// Length of the canonical body.
    package let canonicalBytes: Int
    let atLimits: [Int: [UInt8]]

    /// The hash of the first `length` bytes; of all when nil. Nil when the body is shorter or nobody wanted that length.
    func value(length: Int?) -> [UInt8]? {
        guard let length else { return whole }
        return atLimits[length]
    }
}

/// Hashes canonical bytes, and notes the hash at each limit on the way.
private struct HashOutput: DKIMCanonicalOutput {
    private static let pieceBytes = 32 * 1_024

    private var hash = SHA256()
    private var hashed = 0
    private var buffer: [UInt8] = []
    private var limits: ArraySlice<Int>
    private var digests: [Int: [UInt8]] = [:]

    init(limits: ArraySlice<Int>) {
        self.limits = limits
        buffer.reserveCapacity(Self.pieceBytes)
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        buffer.append(byte)
        if buffer.count >= Self.pieceBytes { flush() }
    }

    mutating func finished() -> DKIMBodyDigest {
        flush()
        return DKIMBodyDigest(whole: Array(hash.finalize()), canonicalBytes: hashed, atLimits: digests)
    }

    private mutating func flush() {
        var rest = buffer[...]
        while let limit = limits.first, limit <= hashed + rest.count {
            let wanted = rest.prefix(limit - hashed)
            rest = rest.dropFirst(wanted.count)
            take(wanted)
            digests[limit] = Array(hash.finalize())
            limits = limits.dropFirst()
        }
        take(rest)
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hashed += bytes.count
    }
}
