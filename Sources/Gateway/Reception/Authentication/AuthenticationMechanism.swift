/// The SASL mechanisms that are offered, in the order of the reply to EHLO: the best first, since some clients take the first they know.
enum AuthenticationMechanism: String, CaseIterable {
    /// RFC 7677; the password itself does not travel.
    case scramSHA256 = "SCRAM-SHA-256"
    /// RFC 4616.
    case plain = "PLAIN"
    /// Older than the standards and still the only one of some clients: name and password are asked for one after another.
    case login = "LOGIN"
}
