import Crypto
package import Mail
package import Settings

/// A secret of the cluster by which nodes know bounces of the mail they sent.
package struct ReturnPathKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    package let identifier: RecordIdentifier
    /// 0 to 9; stands in each mark.
    package let number: Int
    package let secret: [UInt8]
    package let createdAt: UTCTime

    package static let secretBytes = 32
    /// A fresh one takes its place after this.
    package static let lifetime = Duration.seconds(30 * 86_400)

    package init(identifier: RecordIdentifier, number: Int, secret: [UInt8], createdAt: UTCTime) {
        self.identifier = identifier
        self.number = number
        self.secret = secret
        self.createdAt = createdAt
    }

    /// With the number after that of the newest.
    package static func fresh(after newest: ReturnPathKey?, at now: UTCTime) -> ReturnPathKey {
        var generator = SystemRandomNumberGenerator()
        return ReturnPathKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), number: ((newest?.number ?? 9) + 1) % 10,
            secret: (0..<secretBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }, createdAt: now)
    }

    package var description: String { "return path key \(number)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Marks of our own mail in its return address, `prvs=KDDDSSSSSS=local@domain` as of the BATV draft (draft-levine-smtp-batv-01): key, day
/// of expiry, and six digits that only the cluster can make. A bounce of mail that we never sent has none. Pure.
package struct ReturnPathMark: Sendable {
    package let keys: [ReturnPathKey]

    package init(keys: [ReturnPathKey]) { self.keys = keys.sorted { $0.createdAt < $1.createdAt } }

    package enum Reading: Sendable, Hashable {
        case unmarked
        /// Ours, and the address without its mark.
        case valid(EmailAddress)
        /// Forged or expired.
        case invalid(EmailAddress)
    }

    /// So many days a mark is good for: longer than any server tries to deliver (RFC 5321 section 4.5.4.1).
    package static let days: Int64 = 7
    private static let prefix = "prvs="
    /// Key and day in decimal, six hexadecimal digits.
    private static let tagLength = 10
    /// Others may not have heard of a key that is younger.
    private static let settling = Duration.seconds(60)
    private static let maximumLocalPartOctets = 64

    /// The address with a mark; `nil` when there is no key, it has one already, or it would become too long.
    package func marked(_ address: EmailAddress, at now: UTCTime) -> EmailAddress? {
        let settled = keys.last { $0.createdAt.duration(to: now) >= Self.settling }
        let local = address.localPart
        guard let key = settled ?? keys.last, !local.hasPrefix(Self.prefix),
            local.utf8.count + Self.prefix.utf8.count + Self.tagLength + 1 <= Self.maximumLocalPartOctets
        else { return nil }
        let head = "\(key.number)\(Self.digits((Self.day(now) + Self.days) % 1_000))"
        // What cannot be written as an address stays unmarked.
        return try? EmailAddress(
            localPart: "\(Self.prefix)\(head)\(Self.signature(key, head, address))=\(local)", domain: address.domain)
    }

    package func read(_ address: EmailAddress, at now: UTCTime) -> Reading {
        let local = address.localPart
        // Mail servers may have changed the case of the mark.
        guard local.lowercased().hasPrefix(Self.prefix) else { return .unmarked }
        let rest = local.dropFirst(Self.prefix.count)
        guard let end = rest.firstIndex(of: "="),
            let original = try? EmailAddress(
                localPart: String(rest[rest.index(after: end)...]), domain: address.domain)
        else { return .unmarked }  // another's use of the word
        let tag = rest[..<end].lowercased()
        guard tag.utf8.count == Self.tagLength, let number = tag.first?.wholeNumberValue, let day = Int64(tag.dropFirst().prefix(3)) else {
            return .invalid(original)
        }
        let left = (day - Self.day(now) % 1_000 + 1_000) % 1_000
        let head = String(tag.prefix(4))
        let isOurs = keys.contains { $0.number == number && Self.signature($0, head, original) == tag.dropFirst(4) }
        return isOurs && left <= Self.days ? .valid(original) : .invalid(original)
    }

    private static func day(_ time: UTCTime) -> Int64 { time.milliseconds / 86_400_000 }

    private static func digits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 3 - text.utf8.count)) + text
    }

    private static func signature(_ key: ReturnPathKey, _ head: String, _ address: EmailAddress) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(head)\(address.lookupKey)".utf8), using: SymmetricKey(data: key.secret))
        return code.prefix(3).map { byte in String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16) }.joined()
    }
}

/// Where the keys are kept. Implemented by GatewayDatabase; they are read with the domains.
package protocol ReturnPathKeyStore: Sendable {
    /// Adds a key unless there is one that is no older than `limit`, removes those from before `expiry`, and raises the settings revision.
    /// - Returns: whether it was added.
    func addReturnPathKey(
        _ key: ReturnPathKey, unlessNewerThan limit: UTCTime, removingBefore expiry: UTCTime
    ) async throws(DirectoryError) -> Bool
}
