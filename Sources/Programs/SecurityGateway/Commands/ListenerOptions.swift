import ArgumentParser
import Foundation
import GatewayNode
import Settings

/// What a new node is told of itself, by `init` and by `join`.
struct ListenerOptions: ParsableArguments {
    @Option(help: "The node's name among the nodes; by default the host name.")
    var nodeName: String?
    @Option(help: "HELO domain name; by default the host name.")
    var heloName: String?
    @Option(help: "Address to listen on.")
    var listenAddress = "0.0.0.0"
    @Option(help: "SMTP port; 0 for none.")
    var smtpPort = 25
    @Option(help: "SMTPS port; 0 for none.")
    var smtpsPort = 465
    @Option(help: "Submission port; 0 for none.")
    var submissionPort = 587
    @Option(help: "HTTPS port of the web interface.")
    var webPort = 4443
    @Option(help: "Folder for Message Data that all nodes share, an absolute path; by default in the home.")
    var messageData: String?

    func validate() throws {
        for port in [smtpPort, smtpsPort, submissionPort] where !(0...65_535).contains(port) {
            throw ValidationError("a port is 0 to 65535")
        }
        guard (1...65_535).contains(webPort) else { throw ValidationError("a port is 1 to 65535") }
        guard NetworkAddress(listenAddress) != nil else { throw ValidationError("--listen-address is an IP address") }
        if let messageData, !messageData.hasPrefix("/") { throw ValidationError("--message-data is an absolute path") }
    }

    func setup(home: String) throws -> NodeSetup {
        guard let address = NetworkAddress(listenAddress) else { throw ValidationError("--listen-address is an IP address") }
        var setup = NodeSetup(
            home: NodeHome(path: home), nodeName: nodeName ?? ProcessInfo.processInfo.hostName, listenAddress: address)
        setup.heloName = heloName ?? ""
        setup.smtpPort = smtpPort
        setup.smtpsPort = smtpsPort
        setup.submissionPort = submissionPort
        setup.webPort = webPort
        setup.messageData = messageData
        return setup
    }
}
