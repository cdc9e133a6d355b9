import NIOSSL
import Settings
import SwiftASN1
import X509

/// Whether a verified certificate is good for the name that was asked for (RFC 9525): only its alternative names count, and a wildcard
/// stands for one whole leftmost label. The TLS library alone would also take a certificate for the address the connection happens
/// to go to, which whoever can forge a DNS answer can have.
enum ServerNameCheck {
    struct NameMismatch: Error, CustomStringConvertible {
        let wanted: String
        let found: [String]

        var description: String {
            "the certificate is for \(found.isEmpty ? "no name" : found.joined(separator: ", ")) and not for \(wanted)"
        }
    }

    /// Upper bound of the names that are repeated in an error.
    private static let maximumNamesShown = 5

    static func verify(_ certificate: NIOSSLCertificate, for name: String) throws {
        let names = CertificateSummary.names(of: try Certificate(derEncoded: try certificate.toDERBytes()))
        guard names.contains(where: { matches($0, name) }) else {
            throw NameMismatch(wanted: name, found: Array(names.prefix(maximumNamesShown)))
        }
    }

    /// - Parameters:
    ///   - pattern: a DNS name, perhaps with a wildcard, or an address from the certificate.
    ///   - name: what was asked for.
    static func matches(_ pattern: String, _ name: String) -> Bool {
        if let address = NetworkAddress(name) { return NetworkAddress(pattern) == address }
        let wanted = labels(name)
        let offered = labels(pattern)
        // A wildcard directly under a top-level domain would stand for everybody.
        guard offered.first == "*", offered.count > 2 else { return wanted == offered }
        return wanted.count == offered.count && wanted.dropFirst() == offered.dropFirst()
    }

    private static func labels(_ name: String) -> [String] { name.lowercased().split(separator: ".").map(String.init) }
}
