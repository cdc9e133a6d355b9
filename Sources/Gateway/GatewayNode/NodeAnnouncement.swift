import Foundation
import Logging
import Reception
import Settings

/// Says that the node is in service, in the log and on the console, and what to open. The set-up code is shown only while there is no
/// administrator.
struct NodeAnnouncement: Sendable {
    let configuration: NodeConfigurationFile
    let setupCode: SetupCode?
    let ports: [SMTPListener.BoundPort]
    let logger: Logger

    func make() {
        let listener = configuration.webListener
        let host = listener.address.bytes.allSatisfy { $0 == 0 } ? ProcessInfo.processInfo.hostName : "\(listener.address)"
        let address = "https://\(HostAndPort(host: host, port: listener.port))"
        logger.notice("the node is in service", metadata: ["version": "\(ProductVersion.text)", "web": "\(address)"])
        var lines = ["", "  SecurityGateway \(ProductVersion.text) is running.", "  Open \(address)"]
        if let setupCode { lines.append("  First start: the page asks for this set-up code: \(setupCode.text)") }
        for port in ports {
            lines.append("  \(port.kind.rawValue) on \(ListenAddress(address: port.configured.address, port: port.port))")
        }
        lines.append("")
        // Without a console there is nobody to read it; the log line above says the same.
        try? FileHandle.standardError.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
