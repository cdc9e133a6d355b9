import Crypto
package import Mail
package import Settings

/// Who wants to write to whom from where: what greylisting knows senders by.
package struct GreylistTriplet: Sendable, Hashable {
    /// The client's network, such as `192.0.2.0/24`.
    package let network: String
    /// The envelope sender as it is compared: lower case, without what changes from message to message; empty for the null sender.
    package let sender: String
    /// The recipient's look-up key.
    package let recipient: String

    /// Of both addresses; longer ones do not exist (RFC 5321 section 4.5.3.1).
    package static let maximumBytes = 320

    package init(network: String, sender: String, recipient: String) {
        self.network = network
        self.sender = sender
        self.recipient = recipient
    }

    package init(address: NetworkAddress, sender: ReversePath, recipient: EmailAddress, _ settings: GreylistingSettings) {
        let length = address.isIPv4 ? settings.ipv4Prefix : settings.ipv6Prefix
        self.init(
            network: length == 0 ? "*" : "\(address.masked(length))/\(length)",
            sender: sender.address.map { Self.stable($0.lookupKey) } ?? "", recipient: recipient.lookupKey)
    }

    /// The key of its row: the same on every node and every site, so that one triplet is one row whoever writes it first.
    package var key: RecordIdentifier {
        var hash = SHA256()
        for part in [network, sender, recipient] {
            hash.update(data: Array(part.utf8))
            // No address or network holds it, so no two triplets make the same octets.
            hash.update(data: [0])
        }
        let digest = Array(hash.finalize().prefix(RecordIdentifier.byteCount))
        return RecordIdentifier(bytes: digest) ?? RecordIdentifier(high: 0, low: 0)
    }

    /// List servers put the message's number, and signed return addresses a new mark, into each message's sender: digits count
    /// as one another, and the mark of BATV (`prvs=…=`) is left out.
    static func stable(_ sender: String) -> String {
        guard let at = sender.lastIndex(of: "@") else { return sender }
        var local = sender[..<at]
        if local.hasPrefix("prvs="), let end = local.dropFirst(5).firstIndex(of: "=") { local = local[local.index(after: end)...] }
        var result = ""
        for character in local {
            let isDigit = ("0"..."9").contains(character)
            if isDigit, result.last == "#" { continue }
            result.append(isDigit ? "#" : character)
        }
        return result + sender[at...]
    }
}
