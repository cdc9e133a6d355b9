/// Signing algorithms by their names in `a=` (RFC 6376 §3.3, RFC 8463).
package enum DKIMAlgorithm: String, Sendable, Hashable, CaseIterable {
    case rsaSHA256 = "rsa-sha256"
    case ed25519SHA256 = "ed25519-sha256"
    /// Known so that it can be named; never verified (RFC 8301 §3.1).
    case rsaSHA1 = "rsa-sha1"

    /// The `k=` of its keys.
    var keyType: String {
        switch self {
        case .rsaSHA256, .rsaSHA1: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }
}

/// Bounds of what is verified in one message.
package enum DKIMLimits {
    /// Signatures that are verified; later ones are reported as not looked at. Real mail has under five.
    package static let signatures = 10
    /// Of one signature field.
    package static let signatureBytes = 64 * 1_024
    /// Names in one `h=`.
    package static let signedFields = 2_000
    /// Of one key record. A key of 4096 bits takes 740.
    package static let keyRecordBytes = 4 * 1_024
    /// Shorter keys count as no signature (RFC 8301 §3.2).
    package static let shortestKeyBits = 1_024
    /// Longer keys need not be verified (RFC 8301 §3.2), and cost time.
    package static let longestKeyBits = 4_096
    /// Text records looked at under one key's name.
    static let keyRecords = 5
    /// How far a clock may be behind ours for `t=` and `x=` (RFC 6376 §3.5 leaves it open).
    static let clockSkewSeconds = 300
}
