import Crypto
import Foundation
import Settings
import SwiftASN1
import X509

/// The certificate a node makes for itself at its first start, so that STARTTLS and HTTPS work before an administrator has brought
/// one: ECDSA P-256, because its handshake costs a third of RSA's.
enum SelfSignedCertificate {
    /// Marks a certificate as ours, so that only such a one is renewed.
    static let organization = "SecurityGateway self-signed"
    /// Clients refuse longer lives (the browsers' limit of 2018).
    static let validity = Duration.seconds(825 * 86_400)
    /// Renewed when it would end within this time.
    static let renewalMargin = Duration.seconds(30 * 86_400)
    /// A clock that is a little behind ours must not find it not yet valid.
    private static let backdating = Duration.seconds(-86_400)
    /// Upper bound of a common name (RFC 5280 appendix A).
    private static let maximumCommonNameCharacters = 64

    /// - Parameters:
    ///   - key: signs and is certified.
    ///   - names: host names and addresses; malformed and repeated ones are left out, `localhost` is added.
    static func make(key: Certificate.PrivateKey, names: [String], now: Settings.UTCTime) throws(TransportSecurityError) -> String {
        do {
            return try makeUntyped(key, usable(names), now)
        } catch {
            throw .refused(reason: "\(error)")
        }
    }

    static func makeKey() -> Certificate.PrivateKey { Certificate.PrivateKey(P256.Signing.PrivateKey()) }

    private static func makeUntyped(_ key: Certificate.PrivateKey, _ names: [GeneralName], _ now: Settings.UTCTime) throws -> String {
        let subject = try DistinguishedName {
            OrganizationName(organization)
            CommonName(commonName(names))
        }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date(now.advanced(by: backdating)),
            notValidAfter: Date(now.advanced(by: validity)), issuer: subject, subject: subject,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                // No key usage: with one, it would have to allow signing certificates before anyone could trust this one by itself.
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
                SubjectAlternativeNames(names)
            },
            issuerPrivateKey: key)
        return try certificate.serializeAsPEM().pemString + "\n"
    }

    private static func commonName(_ names: [GeneralName]) -> String {
        for case .dnsName(let name) in names where name.count <= maximumCommonNameCharacters { return name }
        return "localhost"
    }

    private static func usable(_ names: [String]) -> [GeneralName] {
        var seen: Set<String> = []
        var result: [GeneralName] = []
        for name in names + ["localhost", "127.0.0.1", "::1"] where seen.insert(name.lowercased()).inserted {
            if let address = NetworkAddress(name) {
                result.append(.ipAddress(ASN1OctetString(contentBytes: ArraySlice(address.bytes))))
            } else if let endpoint = HostAndPort(name, defaultPort: 0), endpoint.host == name {
                result.append(.dnsName(name.lowercased()))
            }
        }
        return result
    }
}
