extension NetworkAddress {
    /// Whether it is an address of one host on the public Internet: what strangers' DNS may make this gateway connect to. Everything
    /// else stays within a machine, a site or a link, means many hosts, or hides such an address within itself (IANA's special-purpose
    /// address registries, RFC 6890).
    package var isPublicHost: Bool { !Self.otherRanges.contains { $0.contains(self) } }

    private static let otherRanges = [
        // This network, private (RFC 1918), shared (RFC 6598), loopback, link-local, protocol assignments, documentation, 6to4 relays,
        // benchmarks, multicast, reserved and broadcast.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        // Unspecified, loopback and IPv4-compatible, translated IPv4 (RFC 6052, RFC 8215), discard, Teredo and the like, documentation,
        // 6to4, segment routing, unique local, link-local, site-local, multicast.
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "2002::/16", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { NetworkRange($0) }
}
