/// Whose copies of quarantined messages are meant: a message to several recipients is kept once, and each recipient's copy is released
/// or deleted by itself.
package enum QuarantineShare: Sendable, Hashable {
    /// Of all recipients, in both quarantines.
    case everybody
    /// Of recipients with these addresses (`EmailAddress.lookupKey`); only those in one quarantine unless `kind` is `nil`.
    case recipients(keys: Set<String>, kind: QuarantineKind?)
}
