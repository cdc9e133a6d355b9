import Crypto
import CryptoExtras
import Foundation

/// What is stored of a user's password: the verifier of SCRAM-SHA-256 (RFC 5802, RFC 7677), as text in the form of RFC 5803:
/// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
///
/// PLAIN and LOGIN are checked against the same verifier. A second, slower hash beside it would protect nothing: whoever steals the row
/// guesses against the cheaper of the two.
package struct SCRAMVerifier: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
    package let salt: [UInt8]
    package let iterations: Int
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    /// RFC 7677 §4 demands at least 4096. Each doubling costs a guesser as much as the node and a phone that signs in; this is some tens
    /// of milliseconds for both.
    package static let standardIterations = 65_536
    private static let acceptedIterations = 4096...10_000_000
    private static let saltBytes = 16
    private static let keyBytes = 32

    private init(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// From a stored row. - Throws: `.unreadable`.
    package init(text: String) throws(PasswordHashError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { throw .unreadable }
        let cost = parts[1].split(separator: ":").map(String.init)
        let keys = parts[2].split(separator: ":").map { Data(base64Encoded: String($0)) }
        guard cost.count == 2, let iterations = Int(cost[0]), Self.acceptedIterations.contains(iterations),
            let salt = Data(base64Encoded: cost[1]), !salt.isEmpty, keys.count == 2, let stored = keys[0], let server = keys[1],
            stored.count == Self.keyBytes, server.count == Self.keyBytes
        else { throw .unreadable }
        self.init(salt: Array(salt), iterations: iterations, storedKey: Array(stored), serverKey: Array(server))
    }

    /// The stored form. A secret: it never leaves the node but for its database.
    package var text: String {
        let keys = [storedKey, serverKey].map { Data($0).base64EncodedString() }
        return "SCRAM-SHA-256$\(iterations):\(Data(salt).base64EncodedString())$\(keys[0]):\(keys[1])"
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }

    /// Computes a verifier with a fresh salt. Takes tens of milliseconds: call it on a thread of your own, never on Swift's pool.
    /// - Throws: `.tooLong`.
    package static func compute(
        _ password: String, iterations: Int = SCRAMVerifier.standardIterations
    ) throws(PasswordHashError) -> SCRAMVerifier {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<saltBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let keys = try keys(of: password, salt: salt, iterations: iterations)
        return SCRAMVerifier(salt: salt, iterations: iterations, storedKey: keys.stored, serverKey: keys.server)
    }

    /// The verifier of nobody: what it says of a name's salt is always the same, and no password and no proof fits it. So a name that
    /// does not exist is answered like one that does, and costs the same work.
    /// - Parameter secret: not known to clients; the same on all nodes.
    package static func imitation(of name: String, secret: [UInt8]) -> SCRAMVerifier {
        func bytes(_ purpose: String) -> [UInt8] {
            Array(HMAC<SHA256>.authenticationCode(for: Data("\(purpose):\(name)".utf8), using: SymmetricKey(data: secret)))
        }
        return SCRAMVerifier(
            salt: Array(bytes("salt").prefix(saltBytes)), iterations: standardIterations, storedKey: bytes("stored"),
            serverKey: bytes("server"))
    }

    /// Whether a password is the one. Constant-time comparison; as slow as `compute`, and called where `compute` may be.
    /// - Throws: `.tooLong`.
    package func matches(_ password: String) throws(PasswordHashError) -> Bool {
        Self.isEqual(try Self.keys(of: password, salt: salt, iterations: iterations).stored, storedKey)
    }

    /// The server's signature if the proof shows that the client knows the password, else `nil` (RFC 5802 §3). Quick.
    package func serverSignature(proof: [UInt8], authMessage: [UInt8]) -> [UInt8]? {
        let clientSignature = Self.code(storedKey, authMessage)
        guard proof.count == clientSignature.count else { return nil }
        let clientKey = zip(proof, clientSignature).map { $0 ^ $1 }
        guard Self.isEqual(Array(SHA256.hash(data: clientKey)), storedKey) else { return nil }
        return Self.code(serverKey, authMessage)
    }

    private static func keys(
        of password: String, salt: [UInt8], iterations: Int
    ) throws(PasswordHashError) -> (stored: [UInt8], server: [UInt8]) {
        guard password.utf8.count <= PasswordHash.maximumPasswordBytes else { throw .tooLong }
        do {
            let salted = try KDF.Insecure.PBKDF2.deriveKey(
                from: Data(prepared(password).utf8), salt: Data(salt), using: .sha256, outputByteCount: keyBytes,
                unsafeUncheckedRounds: iterations)
            let bytes = salted.withUnsafeBytes { Array($0) }
            return (Array(SHA256.hash(data: code(bytes, Array("Client Key".utf8)))), code(bytes, Array("Server Key".utf8)))
        } catch {
            throw .unreadable
        }
    }

    /// SASLprep (RFC 4013) as far as it changes what people type: one spelling for compatible characters, one kind of space.
    private static func prepared(_ password: String) -> String {
        if password.utf8.allSatisfy({ $0 < 0x80 }) { return password }
        let mapped = password.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }.map { scalar in
            scalar.properties.generalCategory == .spaceSeparator ? " " : scalar
        }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: mapped)
        return String(scalars).decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
    }

    private static func code(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
