import Crypto
import Foundation
package import Settings

/// A secret of the cluster by which nodes know the links that they sent in mail.
package struct LinkKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    package let identifier: RecordIdentifier
    package let secret: [UInt8]
    package let createdAt: UTCTime

    package static let secretBytes = 32
    /// A fresh one takes its place after this.
    package static let lifetime = Duration.seconds(30 * 86_400)
    /// How long after that links of it are still known: longer than any link is valid.
    package static let afterlife = Duration.seconds(400 * 86_400)

    package init(identifier: RecordIdentifier, secret: [UInt8], createdAt: UTCTime) {
        self.identifier = identifier
        self.secret = secret
        self.createdAt = createdAt
    }

    package static func fresh(at now: UTCTime) -> LinkKey {
        var generator = SystemRandomNumberGenerator()
        return LinkKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds),
            secret: (0..<secretBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }, createdAt: now)
    }

    package var description: String { "link key \(identifier)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Where the keys of links are kept. Implemented by GatewayDatabase.
package protocol LinkKeyStore: Sendable {
    /// The newest key, made now if there is none or it is too old; two nodes that want one at once make one. Those that no link can be of
    /// any more are removed.
    func currentLinkKey(at now: UTCTime) async throws(DirectoryError) -> LinkKey
    /// All, newest first.
    func linkKeys() async throws(DirectoryError) -> [LinkKey]
}

/// What a link in a mail of ours asks for, for whom and until when, with the cluster's signature (HMAC-SHA-256). Whoever has the link may
/// use it; that it is used once is its user's business. Pure.
package struct SignedLink: Sendable, Hashable {
    package enum Purpose: UInt8, Sendable, Hashable, CaseIterable {
        /// Of a quarantined message.
        case release = 1
        case releaseAndAllow = 2
        case block = 3
        /// Of digests.
        case unsubscribe = 4
        /// Of a stripped attachment; used as often as one likes.
        case attachment = 5
    }

    package let purpose: Purpose
    /// What it is done to.
    package let subject: RecordIdentifier
    /// Whose copy: `EmailAddress.lookupKey`, at most `maximumOwnerBytes`.
    package let owner: String
    package let expiresAt: UTCTime

    package static let maximumOwnerBytes = 320
    private static let version: UInt8 = 1
    private static let codeBytes = 32
    /// Version, purpose, subject, seconds.
    private static let headBytes = 2 + RecordIdentifier.byteCount + 8

    package init(purpose: Purpose, subject: RecordIdentifier, owner: String, expiresAt: UTCTime) {
        self.purpose = purpose
        self.subject = subject
        self.owner = owner
        // Whole seconds: what was signed is what is read.
        self.expiresAt = UTCTime(milliseconds: expiresAt.milliseconds / 1000 * 1000)
    }

    package enum Reading: Sendable, Hashable {
        case valid(SignedLink)
        /// It was ours.
        case expired(SignedLink)
        /// Forged, damaged, or of a key that is no more.
        case invalid
    }

    /// For a path: letters, digits, `-` and `_`.
    package func token(_ key: LinkKey) -> String {
        let payload = payload
        return Self.text(payload + Self.code(payload, key))
    }

    package static func read(_ token: some StringProtocol, keys: [LinkKey], at now: UTCTime) -> Reading {
        guard token.utf8.count <= maximumTokenBytes, let bytes = bytes(String(token)), bytes.count >= headBytes + codeBytes else {
            return .invalid
        }
        let payload = Array(bytes.dropLast(codeBytes))
        let code = Array(bytes.suffix(codeBytes))
        let isOurs = keys.contains { key in
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: SymmetricKey(data: key.secret))
        }
        guard isOurs, let link = SignedLink(payload: payload) else { return .invalid }
        return link.expiresAt > now ? .valid(link) : .expired(link)
    }

    /// By which the database knows that a link was used: the same whatever key signed it.
    package var fingerprint: [UInt8] { Array(SHA256.hash(data: payload)) }

    package static let maximumTokenBytes = 600

    private var payload: [UInt8] {
        var bytes = [Self.version, purpose.rawValue] + subject.bytes
        let seconds = UInt64(bitPattern: expiresAt.milliseconds / 1000)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: seconds >> UInt64(shift))) }
        return bytes + Array(owner.utf8)
    }

    private init?(payload: [UInt8]) {
        guard payload.count >= Self.headBytes, payload[0] == Self.version, let purpose = Purpose(rawValue: payload[1]),
            let subject = RecordIdentifier(bytes: payload[2..<(2 + RecordIdentifier.byteCount)]),
            payload.count - Self.headBytes <= Self.maximumOwnerBytes,
            let owner = String(validating: payload[Self.headBytes...], as: UTF8.self)
        else { return nil }
        var seconds: UInt64 = 0
        for byte in payload[(2 + RecordIdentifier.byteCount)..<Self.headBytes] { seconds = seconds << 8 | UInt64(byte) }
        guard seconds < UInt64(Int64.max / 1000) else { return nil }
        self.init(purpose: purpose, subject: subject, owner: owner, expiresAt: UTCTime(milliseconds: Int64(seconds) * 1000))
    }

    private static func code(_ payload: [UInt8], _ key: LinkKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: payload, using: SymmetricKey(data: key.secret)))
    }

    private static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// One way to write it only.
    private static func bytes(_ text: String) -> [UInt8]? {
        let padded = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), Self.text(Array(data)) == text else { return nil }
        return Array(data)
    }
}
