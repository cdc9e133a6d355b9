import NIOSSL
import SwiftASN1
import X509

/// A certificate chain and its key as read from the folder and found to belong together.
struct CertificateAndKey: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    let summary: CertificateSummary

    /// More certificates in one file are a mistake (a whole trust store).
    private static let maximumChain = 32

    /// Reads both files. Blocks.
    init(readingFrom folder: CertificateFolder) throws(TransportSecurityError) {
        let chainText = String(decoding: try folder.read(folder.certificatePath), as: UTF8.self)
        guard folder.exists(folder.keyPath) else { throw .keyMissing(path: folder.keyPath) }
        let keyText = String(decoding: try folder.read(folder.keyPath), as: UTF8.self)
        let (certificates, own) = try Self.certificates(chainText, path: folder.certificatePath)
        let (keyDocument, privateKey) = try Self.privateKey(keyText, path: folder.keyPath)
        guard privateKey.publicKey == own.publicKey else {
            throw .keyDoesNotMatch(certificate: folder.certificatePath, key: folder.keyPath)
        }
        do {
            chain = try certificates.map { try NIOSSLCertificate(bytes: $0, format: .der) }
            key = try NIOSSLPrivateKey(bytes: Array(keyDocument.pemString.utf8), format: .pem)
        } catch {
            throw .refused(reason: "\(error)")
        }
        summary = CertificateSummary(own, derBytes: certificates.first ?? [], chainCount: certificates.count)
    }

    /// The first private key of a file; OpenSSL writes the curve's parameters before an elliptic one, which are passed over.
    static func privateKey(_ text: String, path: String) throws(TransportSecurityError) -> (PEMDocument, Certificate.PrivateKey) {
        if text.contains("ENCRYPTED") { throw .keyEncrypted(path: path) }
        do {
            guard let document = try PEMDocument.parseMultiple(pemString: text).first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") })
            else {
                throw TransportSecurityError.keyInvalid(path: path, reason: "no PRIVATE KEY block")
            }
            return (document, try Certificate.PrivateKey(pemDocument: document))
        } catch let error as TransportSecurityError {
            throw error
        } catch {
            throw .keyInvalid(path: path, reason: "\(error)")
        }
    }

    private static func certificates(_ text: String, path: String) throws(TransportSecurityError) -> ([[UInt8]], Certificate) {
        do {
            let documents = try PEMDocument.parseMultiple(pemString: text).filter { $0.discriminator == "CERTIFICATE" }
            guard let first = documents.first, documents.count <= maximumChain else {
                throw TransportSecurityError.certificateInvalid(path: path, reason: "1 to \(maximumChain) certificates are expected")
            }
            return (documents.map(\.derBytes), try Certificate(pemDocument: first))
        } catch let error as TransportSecurityError {
            throw error
        } catch {
            throw .certificateInvalid(path: path, reason: "\(error)")
        }
    }
}
