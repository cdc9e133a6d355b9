import Crypto
import CryptoExtras
import Foundation

/// A password's scrypt hash (RFC 7914) with salt and cost, as text in the PHC form
/// `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`.
package struct PasswordHash: Sendable, Hashable {
    package let text: String

    /// Work of one computation: 2^`logarithmOfRounds` rounds of 1 KiB blocks.
    package struct Cost: Sendable, Hashable {
        package let logarithmOfRounds: Int
        package let blockSize: Int
        package let parallelism: Int

        package init(logarithmOfRounds: Int, blockSize: Int = 8, parallelism: Int = 1) {
            self.logarithmOfRounds = logarithmOfRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// About 60 ms and 32 MiB in a release build.
        package static let standard = Cost(logarithmOfRounds: 15)
    }

    package static let maximumPasswordBytes = 1024
    private static let hashBytes = 32

    /// From a stored row. Nothing is checked before `matches`.
    package init(text: String) { self.text = text }

    /// Computes the hash with a fresh salt. Takes tens of milliseconds: call it on a thread of your own, never on Swift's pool.
    package static func compute(_ password: String, cost: Cost = .standard) throws(PasswordHashError) -> PasswordHash {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let hash = try derive(password, salt: salt, cost: cost)
        let parameters = "ln=\(cost.logarithmOfRounds),r=\(cost.blockSize),p=\(cost.parallelism)"
        return PasswordHash(text: "$scrypt$\(parameters)$\(Data(salt).base64EncodedString())$\(Data(hash).base64EncodedString())")
    }

    /// Whether a password is the one. Constant-time comparison; as slow as `compute`.
    /// - Throws: `.unreadable` when the stored text is not ours.
    package func matches(_ password: String) throws(PasswordHashError) -> Bool {
        let parts = text.split(separator: "$", omittingEmptySubsequences: true).map(String.init)
        guard parts.count == 4, parts[0] == "scrypt", let cost = Self.cost(parts[1]), let salt = Data(base64Encoded: parts[2]),
            let expected = Data(base64Encoded: parts[3]), expected.count == Self.hashBytes
        else { throw .unreadable }
        let actual = try Self.derive(password, salt: Array(salt), cost: cost)
        return zip(actual, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func derive(_ password: String, salt: [UInt8], cost: Cost) throws(PasswordHashError) -> [UInt8] {
        guard password.utf8.count <= maximumPasswordBytes else { throw .tooLong }
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: Data(password.utf8), salt: salt, outputByteCount: hashBytes, rounds: 1 << cost.logarithmOfRounds,
                blockSize: cost.blockSize,
                parallelism: cost.parallelism, maxMemory: 256 << 20)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            throw .unreadable
        }
    }

    private static func cost(_ text: String) -> Cost? {
        var numbers: [String: Int] = [:]
        for item in text.split(separator: ",") {
            let pair = item.split(separator: "=")
            guard pair.count == 2, let number = Int(pair[1]) else { return nil }
            numbers[String(pair[0])] = number
        }
        guard let rounds = numbers["ln"], (1...20).contains(rounds), let block = numbers["r"], (1...32).contains(block),
            let lanes = numbers["p"],
            (1...16).contains(lanes)
        else { return nil }
        return Cost(logarithmOfRounds: rounds, blockSize: block, parallelism: lanes)
    }
}

package enum PasswordHashError: Error, Sendable, Hashable {
    /// More than `PasswordHash.maximumPasswordBytes`.
    case tooLong
    /// The stored hash is damaged or of another kind.
    case unreadable
}
