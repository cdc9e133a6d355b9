/// What a transfer decoding yields: bytes, and which rules the encoded form broke.
struct DecodedBytes: Sendable {
    var bytes: [UInt8] = []
    var faults: Set<MessageAnomaly.Kind> = []
    /// Whether the limit was reached and the rest left undecoded.
    var isTruncated = false
}
