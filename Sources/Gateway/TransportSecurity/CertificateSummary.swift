import Crypto
import Foundation
package import Settings
import SwiftASN1
import X509

/// What a page tells about a certificate.
package struct CertificateSummary: Sendable, Hashable {
    /// Distinguished name, such as `CN=mx1.example.com`.
    package let subject: String
    package let issuer: String
    /// DNS names and addresses it is good for.
    package let names: [String]
    package let notBefore: Settings.UTCTime
    package let notAfter: Settings.UTCTime
    /// SHA-256 of the certificate, as `AB:CD:…`.
    package let fingerprint: String
    /// Issuer and subject are the same: no authority stands behind it.
    package let isSelfSigned: Bool
    /// Made by this node itself, and so renewed by it.
    package let isMadeByThisNode: Bool
    /// Certificates in the file, this one included.
    package let chainCount: Int

    package func isExpired(at time: Settings.UTCTime) -> Bool { time > notAfter }

    /// Whether it ends within `duration` from `time`, or has ended.
    package func expires(within duration: Duration, at time: Settings.UTCTime) -> Bool { time.advanced(by: duration) > notAfter }

    init(_ certificate: Certificate, derBytes: [UInt8], chainCount: Int) {
        subject = certificate.subject.description
        issuer = certificate.issuer.description
        names = Self.names(of: certificate)
        notBefore = Settings.UTCTime(certificate.notValidBefore)
        notAfter = Settings.UTCTime(certificate.notValidAfter)
        fingerprint = SHA256.hash(data: derBytes).map {
            String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true)
        }
        .joined(separator: ":")
        isSelfSigned = certificate.subject == certificate.issuer
        isMadeByThisNode = isSelfSigned && certificate.subject.description.contains(SelfSignedCertificate.organization)
        self.chainCount = chainCount
    }

    static func names(of certificate: Certificate) -> [String] {
        // An extension that cannot be read is shown as having no names; it does not stop the certificate from being used.
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return alternatives.compactMap { name in
            switch name {
            case .dnsName(let text): text
            case .ipAddress(let octets): NetworkAddress(bytes: Array(octets.bytes))?.description
            default: nil
            }
        }
    }
}

extension Settings.UTCTime {
    init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())) }
}

extension Date {
    init(_ time: Settings.UTCTime) { self.init(timeIntervalSince1970: Double(time.milliseconds) / 1000) }
}
