import Crypto
import Foundation
package import Settings

/// The cluster as the signer of its registration keys (Ed25519, RFC 8032).
package struct ClusterIdentity: Sendable {
    package let cluster: RecordIdentifier
    /// 32 bytes; whoever has them can issue keys, so they stay in the database.
    package let signingKey: [UInt8]

    package init(cluster: RecordIdentifier, signingKey: [UInt8]) {
        self.cluster = cluster
        self.signingKey = signingKey
    }

    /// A new one, with a key from the system's random numbers.
    package static func fresh(at time: UTCTime) -> ClusterIdentity {
        ClusterIdentity(
            cluster: RecordIdentifier(milliseconds: time.milliseconds),
            signingKey: Array(Curve25519.Signing.PrivateKey().rawRepresentation))
    }

    /// The text of a key, shown once: whoever has it can become that node.
    /// - Throws: `.unavailable` when the stored signing key is damaged.
    package func text(of key: RecordIdentifier) throws(RegistrationKeyError) -> String {
        do {
            let signature = try privateKey().signature(for: statement(of: key))
            return RegistrationKeyText(identifier: key, signature: Array(signature)).text
        } catch {
            throw .unavailable(cause: "the cluster's signing key is damaged: \(error)")
        }
    }

    /// The key's identifier, if this cluster signed it. Says nothing about whether it is still good.
    /// - Throws: `.malformed`, `.foreign`.
    package func identifier(of text: String) throws(RegistrationKeyError) -> RecordIdentifier {
        guard let parts = RegistrationKeyText(text) else { throw .malformed }
        do {
            let isOurs = try privateKey().publicKey.isValidSignature(parts.signature, for: statement(of: parts.identifier))
            guard isOurs else { throw RegistrationKeyError.foreign }
        } catch let error as RegistrationKeyError {
            throw error
        } catch {
            throw .unavailable(cause: "the cluster's signing key is damaged: \(error)")
        }
        return parts.identifier
    }

    private func privateKey() throws -> Curve25519.Signing.PrivateKey { try Curve25519.Signing.PrivateKey(rawRepresentation: signingKey) }

    /// What is signed. The words in front keep the signature from ever meaning anything else.
    private func statement(of key: RecordIdentifier) -> Data {
        Data("SecurityGateway registration key 1\n".utf8) + cluster.bytes + key.bytes
    }
}

/// A key's text, taken apart: `sgr_`, its identifier, `_`, and its signature in base64url.
struct RegistrationKeyText: Sendable {
    let identifier: RecordIdentifier
    let signature: [UInt8]

    private static let prefix = "sgr_"
    /// RFC 8032 section 5.1.6.
    private static let signatureBytes = 64

    init(identifier: RecordIdentifier, signature: [UInt8]) {
        self.identifier = identifier
        self.signature = signature
    }

    /// `nil` for anything else.
    init?(_ text: String) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let words = text.dropFirst(Self.prefix.count).split(separator: "_", maxSplits: 1)
        guard words.count == 2, words[0].utf8.count == 2 * RecordIdentifier.byteCount, let identifier = RecordIdentifier(words[0]),
            let signature = Data(base64Encoded: words[1].replacing("-", with: "+").replacing("_", with: "/") + "=="),
            signature.count == Self.signatureBytes
        else { return nil }
        self.init(identifier: identifier, signature: Array(signature))
    }

    var text: String {
        let encoded = Data(signature).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return "\(Self.prefix)\(identifier)_\(encoded)"
    }
}
