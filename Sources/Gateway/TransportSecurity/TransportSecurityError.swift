/// Why a certificate, a key or a trust store cannot be used. An administrator can mend all of them.
package enum TransportSecurityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A system call failed; `reason` is the system's text.
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// The file is longer than any certificate file.
    case tooLong(path: String)
    /// There is a certificate and no key beside it.
    case keyMissing(path: String)
    /// The key is protected by a passphrase, which nobody could type at a node's start.
    case keyEncrypted(path: String)
    /// Not a private key in PEM (PKCS #8, SEC 1 or PKCS #1).
    case keyInvalid(path: String, reason: String)
    /// Not one or more certificates in PEM, the node's own first.
    case certificateInvalid(path: String, reason: String)
    /// The key is not that of the first certificate.
    case keyDoesNotMatch(certificate: String, key: String)
    /// The TLS library refused what looked right, such as a key of too few bits.
    case refused(reason: String)
    /// The system's trust store or the extra file could not be loaded.
    case trustStore(reason: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .tooLong(let path): "\(path) is longer than \(CertificateFolder.maximumBytes) bytes"
        case .keyMissing(let path): "\(path) is missing; the certificate beside it is of no use without its key"
        case .keyEncrypted(let path):
            "\(path) is protected by a passphrase; store the key without one, readable by the service account only"
        case .keyInvalid(let path, let reason): "\(path) holds no private key in PEM: \(reason)"
        case .certificateInvalid(let path, let reason): "\(path) holds no certificate in PEM: \(reason)"
        case .keyDoesNotMatch(let certificate, let key): "\(key) is not the key of the first certificate in \(certificate)"
        case .refused(let reason): "the TLS library refuses the certificate or its key: \(reason)"
        case .trustStore(let reason): "the trusted certificates cannot be loaded: \(reason)"
        }
    }
}
