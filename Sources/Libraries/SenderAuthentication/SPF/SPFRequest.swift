package import DNS
import Mail

/// What SPF is asked: may this client use this identity (RFC 7208 §2.3, §2.4)?
package struct SPFRequest: Sendable, Hashable {
    /// The client; an IPv4 address mapped into IPv6 counts as IPv4.
    package let client: HostAddress
    /// As given in HELO or EHLO.
    package let heloName: String
    /// Left of the at sign; `postmaster` when the identity has none (RFC 7208 §4.3).
    let localPart: String
    /// Right of the at sign; in A-labels if it could be converted.
    let domain: String
    /// The host that asks, for `%{r}`.
    let receiver: String
    /// Seconds since 1970, for `%{t}`.
    let time: Int

    /// The MAIL FROM identity: with an empty sender the HELO name's postmaster.
    ///
    /// - Parameters:
    ///   - sender: the reverse path without brackets.
    ///   - receiver: this host's name.
    ///   - time: seconds since 1970.
    package init(client: HostAddress, heloName: String, sender: String, receiver: String, time: Int) {
        self.client = Self.unmapped(client)
        self.heloName = heloName
        self.receiver = receiver
        self.time = time
        let identity = sender.isEmpty ? heloName : sender
        let separator = identity.lastIndex(of: "@")
        let local = separator.map { String(identity[..<$0]) } ?? ""
        localPart = local.isEmpty ? "postmaster" : local
        domain = Self.ascii(separator.map { String(identity[identity.index(after: $0)...]) } ?? identity)
    }

    /// The HELO identity, whatever the sender is.
    package init(client: HostAddress, heloName: String, receiver: String, time: Int) {
        self.init(client: client, heloName: heloName, sender: "", receiver: receiver, time: time)
    }

    private static func unmapped(_ address: HostAddress) -> HostAddress {
        if case .ipv6(let bits) = address, bits >> 32 == 0xFFFF { return .ipv4(UInt32(truncatingIfNeeded: bits)) }
        return address
    }

    private static func ascii(_ domain: String) -> String {
        guard !domain.utf8.allSatisfy({ $0 < 0x80 }) else { return domain }
        // What cannot be converted is no domain name and is found out as such.
        return (try? DomainName(domain))?.ascii ?? domain
    }
}

/// Domain names as SPF takes them: any printable octets (RFC 7208 §4.3).
enum SPFDomain {
    /// RFC 1035 §2.3.4, without the root's and the first length octet.
    static let maximumBytes = 253

    /// Lower case and without a final dot; nil unless it has two labels or more, each of 1 to 63 octets.
    static func checked(_ text: String) -> String? {
        var name = Substring(text)
        if name.last == "." { name = name.dropLast() }
        guard name.utf8.count <= maximumBytes, name.first != "[", name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, labels.allSatisfy({ (1...DNSName.maximumLabelOctets).contains($0.utf8.count) }) else { return nil }
        return name.lowercased()
    }

    /// Without labels from the left until it fits (RFC 7208 §7.3).
    static func shortened(_ text: String) -> String {
        var name = Substring(text)
        while name.utf8.count > maximumBytes, let dot = name.firstIndex(of: ".") { name = name[name.index(after: dot)...] }
        return String(name)
    }
}
