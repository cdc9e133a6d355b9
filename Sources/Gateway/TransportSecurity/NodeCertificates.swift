package import Logging
import Settings
import SwiftASN1
import X509

/// The certificate folder of this node: made with a self-signed certificate at the first start, read with clear errors afterwards.
/// Its files never leave the node (R13). Only `TLSContexts` reads it, on a thread that may block.
package struct NodeCertificates: Sendable {
    let folder: CertificateFolder
    private let names: [String]
    private let logger: Logger

    /// - Parameters:
    ///   - folder: made (mode 0700) when it is absent; its parent must exist.
    ///   - names: HELO name, node name and whatever else a certificate made here should be good for; malformed ones are left out.
    package init(folder: String, names: [String], logger: Logger) {
        self.folder = CertificateFolder(path: folder)
        self.names = names
        self.logger = logger
    }

    /// Where an administrator puts the chain, own certificate first.
    package var certificatePath: String { folder.certificatePath }
    /// Where an administrator puts the key.
    package var keyPath: String { folder.keyPath }

    /// Makes what a first start lacks, and renews a certificate of our own that is about to end. Blocks.
    func prepare(now: Settings.UTCTime) throws(TransportSecurityError) {
        if !folder.exists(folder.certificatePath) { return try makeCertificate(now) }
        let present = try CertificateAndKey(readingFrom: folder).summary
        if present.isMadeByThisNode && present.expires(within: SelfSignedCertificate.renewalMargin, at: now) { try makeCertificate(now) }
    }

    /// Reads certificate and key, and warns of what is unwise about them. Blocks.
    func load(now: Settings.UTCTime) throws(TransportSecurityError) -> CertificateAndKey {
        let loaded = try CertificateAndKey(readingFrom: folder)
        warn(about: loaded.summary, now)
        return loaded
    }

    /// Key first, then certificate: a crash in between leaves a key for which the next start makes a certificate. A certificate
    /// without its key is never overwritten: somebody brought it.
    private func makeCertificate(_ now: Settings.UTCTime) throws(TransportSecurityError) {
        try folder.makeFolder()
        let key: Certificate.PrivateKey
        if folder.exists(folder.keyPath) {
            let text = String(decoding: try folder.read(folder.keyPath), as: UTF8.self)
            key = try CertificateAndKey.privateKey(text, path: folder.keyPath).1
        } else {
            key = SelfSignedCertificate.makeKey()
            try folder.write(try keyText(key), to: folder.keyPath, mode: 0o600)
        }
        try folder.write(try SelfSignedCertificate.make(key: key, names: names, now: now), to: folder.certificatePath, mode: 0o644)
        logger.notice("a self-signed certificate was made", metadata: ["certificate": "\(folder.certificatePath)"])
    }

    private func keyText(_ key: Certificate.PrivateKey) throws(TransportSecurityError) -> String {
        do {
            return try key.serializeAsPEM().pemString + "\n"
        } catch {
            throw .refused(reason: "\(error)")
        }
    }

    private func warn(about summary: CertificateSummary, _ now: Settings.UTCTime) {
        if folder.isKeyOpenToOthers {
            logger.warning("the private key can be read by other accounts; its mode should be 0600", metadata: ["key": "\(folder.keyPath)"])
        }
        if summary.isExpired(at: now) {
            logger.warning(
                "the certificate has expired", metadata: ["certificate": "\(folder.certificatePath)", "expired": "\(summary.notAfter)"])
        } else if summary.notBefore > now {
            logger.warning(
                "the certificate is not valid yet",
                metadata: ["certificate": "\(folder.certificatePath)", "begins": "\(summary.notBefore)"])
        }
    }
}
