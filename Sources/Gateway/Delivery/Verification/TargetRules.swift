import DNS
import NIOCore
import Settings

/// Where strangers' DNS may make this gateway connect to: public hosts on other machines. Pure.
struct TargetRules {
    let permitted: [NetworkRange]
    let port: Int
    /// Where this node listens itself.
    let ownListeners: [ListenAddress]
    /// Addresses of this machine.
    let ownAddresses: Set<NetworkAddress>

    /// - Returns: why the address is not connected to; `nil` when it may be.
    func obstacle(_ address: NetworkAddress) -> String? {
        let isOwn = ownAddresses.contains(address)
        let isListener = ownListeners.contains { listener in
            guard listener.port == port else { return false }
            return listener.address == address || (isOwn && listener.address.bytes.allSatisfy { $0 == 0 })
        }
        if isListener { return "\(address) is this gateway itself" }
        if permitted.contains(where: { $0.contains(address) }) { return nil }
        if isOwn { return "\(address) is an address of this machine" }
        return address.isPublicHost ? nil : "\(address) is no public address"
    }

    /// Those of this machine at present. Asks the kernel, which answers at once.
    static func machineAddresses() -> Set<NetworkAddress> {
        // Without the list, the rules for private addresses and listeners still hold.
        let devices = (try? System.enumerateDevices()) ?? []
        return Set(devices.compactMap { $0.address?.ipAddress.flatMap(Self.address) })
    }

    /// A zone is of no interest here.
    private static func address(_ text: String) -> NetworkAddress? {
        text.split(separator: "%").first.flatMap { NetworkAddress(String($0)) }
    }
}
