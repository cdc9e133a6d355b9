import NIOCore
import Settings

extension NetworkAddress {
    /// Offset and count of the address in `sockaddr_in` and `sockaddr_in6`.
    private static let positionIPv4 = (4, 4)
    private static let positionIPv6 = (8, 16)

    /// The address of a peer; `nil` for a Unix socket.
    init?(_ address: SocketAddress) {
        let (offset, count): (Int, Int)
        switch address {
        case .v4: (offset, count) = Self.positionIPv4
        case .v6: (offset, count) = Self.positionIPv6
        case .unixDomainSocket: return nil
        }
        let octets = address.withSockAddr { pointer, size in
            let all = UnsafeRawBufferPointer(start: pointer, count: size)
            return offset + count <= all.count ? Array(all[offset..<(offset + count)]) : []
        }
        self.init(bytes: octets)
    }
}
