/// What a proxy says of the connection it passes on, in the first octets (HAProxy's PROXY protocol, versions 1 and 2).
package enum ProxyHeader: Sendable, Hashable {
    /// The proxy's own connection, such as a health check, or one whose client it does not tell: the peer is who it seems to be.
    case local
    /// The client's address in network order, four or sixteen octets, and its port.
    case client(address: [UInt8], port: UInt16)

    /// What the octets so far are.
    package enum Reading: Sendable, Hashable {
        /// The beginning of a header, so far.
        case incomplete
        /// A header, and how many octets it has; what follows is the client's.
        case complete(ProxyHeader, octets: Int)
        /// No header, or a damaged one.
        case malformed
    }

    /// The longest header that is read. A version 1 line has at most 107 octets; a version 2 header has 52 and whatever extensions
    /// (certificates at most) the proxy adds.
    package static let maximumOctets = 4096

    /// Reads the beginning of a connection. Pure: the same octets give the same reading, and more octets change only `.incomplete`.
    /// - Parameter octets: all that came so far; what lies beyond `maximumOctets` is not looked at.
    package static func read(_ octets: [UInt8]) -> Reading {
        let octets = octets.prefix(maximumOctets)
        if octets.starts(with: BinaryHeader.signature) { return BinaryHeader.read(octets) }
        if octets.starts(with: TextHeader.beginning) { return TextHeader.read(octets) }
        let canBecomeOne = [BinaryHeader.signature, TextHeader.beginning].contains { $0.starts(with: octets) }
        return canBecomeOne ? .incomplete : .malformed
    }
}
