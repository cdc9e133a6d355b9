import Crypto
import CryptoExtras

/// A private key that mail is signed with.
package struct DKIMSigningKey: Sendable {
    /// What keys can be made.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// 2048 bits: what every verifier accepts, and what fits a DNS answer.
        case rsa
        case ed25519
    }

    private enum Backing: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let backing: Backing

    /// Makes a new key. An RSA key takes a fraction of a second of processor time: not on an event loop.
    ///
    /// - Throws: `.generationFailed`.
    package init(generating kind: Kind) throws(DKIMKeyError) {
        switch kind {
        case .rsa:
            do { backing = .rsa(try _RSA.Signing.PrivateKey(keySize: .bits2048)) } catch { throw .generationFailed }
        case .ed25519: backing = .ed25519(Curve25519.Signing.PrivateKey())
        }
    }

    /// Reads a key in PEM: RSA of 1024 to 4096 bits as PKCS #1 or #8, Ed25519 as PKCS #8 (RFC 8410).
    ///
    /// - Throws: `.notAKey`, `.unsuitableSize`.
    package init(pem: String) throws(DKIMKeyError) {
        if let seed = Ed25519PEM.seed(pem) {
            do { backing = .ed25519(try Curve25519.Signing.PrivateKey(rawRepresentation: seed)) } catch { throw .notAKey }
            return
        }
        guard pem.utf8.count <= 16 * 1_024, let key = try? _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem) else { throw .notAKey }
        guard (DKIMLimits.shortestKeyBits...DKIMLimits.longestKeyBits).contains(key.keySizeInBits) else { throw .unsuitableSize }
        backing = .rsa(key)
    }

    /// The key in PEM, PKCS #8: a secret.
    package var pem: String {
        switch backing {
        case .rsa(let key): key.pkcs8PEMRepresentation
        case .ed25519(let key): Ed25519PEM.text(seed: Array(key.rawRepresentation))
        }
    }

    package var kind: Kind {
        switch backing {
        case .rsa: .rsa
        case .ed25519: .ed25519
        }
    }

    package var algorithm: DKIMAlgorithm {
        switch backing {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    package var bits: Int {
        switch backing {
        case .rsa(let key): key.keySizeInBits
        case .ed25519: 256
        }
    }

    /// What has to be published for verifiers.
    package var publicRecord: DKIMPublicRecord {
        let bytes: [UInt8] =
            switch backing {
            case .rsa(let key): Array(key.publicKey.derRepresentation)
            case .ed25519(let key): Array(key.publicKey.rawRepresentation)
            }
        return DKIMPublicRecord(text: "v=DKIM1; k=\(kind.rawValue); p=\(Base64Text.encode(bytes))")
    }

    /// - Throws: `.signingFailed`, when there is no memory or no randomness.
    func signature(for digest: SHA256Digest) throws(DKIMKeyError) -> [UInt8] {
        do {
            switch backing {
            case .rsa(let key):
                return try Array(key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
            case .ed25519(let key): return try Array(key.signature(for: Array(digest)))
            }
        } catch {
            throw .signingFailed
        }
    }
}

/// Why a key cannot be used.
package enum DKIMKeyError: Error, Sendable, Hashable {
    case notAKey
    /// Fewer bits than 1024, or more than 4096.
    case unsuitableSize
    case generationFailed
    case signingFailed
}

extension DKIMKeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAKey: "not a private key in PEM"
        case .unsuitableSize: "RSA keys must have \(DKIMLimits.shortestKeyBits) to \(DKIMLimits.longestKeyBits) bits"
        case .generationFailed: "the key could not be made"
        case .signingFailed: "the signature could not be made"
        }
    }
}

/// PKCS #8 of an Ed25519 key (RFC 8410 §7): always the same bytes around the seed.
private enum Ed25519PEM {
    private static let prefix: [UInt8] = [0x30, 0x2E, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70, 4, 0x22, 4, 0x20]
    private static let begin = "-----BEGIN PRIVATE KEY-----"
    private static let end = "-----END PRIVATE KEY-----"

    static func text(seed: [UInt8]) -> String { "\(begin)\n\(Base64Text.encode(prefix + seed))\n\(end)\n" }

    static func seed(_ pem: String) -> [UInt8]? {
        let text = pem.utf8.count <= 1_024 ? pem.split(whereSeparator: \.isNewline).map(String.init) : []
        guard text.first == begin, text.last == end, text.count >= 3,
            let bytes = Base64Text.decode(Array(text.dropFirst().dropLast().joined().utf8)[...]),
            bytes.count == prefix.count + 32, bytes.starts(with: prefix)
        else { return nil }
        return Array(bytes.dropFirst(prefix.count))
    }
}

extension DKIMSigningKey: Hashable {
    /// Keys are equal when their public halves are.
    package static func == (left: DKIMSigningKey, right: DKIMSigningKey) -> Bool { left.publicRecord == right.publicRecord }

    package func hash(into hasher: inout Hasher) { hasher.combine(publicRecord) }
}

/// A key says nothing of itself when it is printed.
extension DKIMSigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
