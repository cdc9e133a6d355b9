/// How an `UnboundResolver` finds its answers, and within which bounds.
package struct UnboundConfiguration: Sendable {
    /// Who is asked.
    package enum Upstream: Sendable, Hashable {
        /// The name servers in this file, in the form of resolv.conf(5).
        case systemResolvers(file: String)
        /// These recursive servers, each `address` or `address@port`; at least one, later ones are spare.
        case forwarders([String])
        /// Nobody: the resolver walks down from the root servers itself.
        case rootServers
    }

    /// Who is asked; the system's own servers by default.
    package var upstream: Upstream = .systemResolvers(file: "/etc/resolv.conf")
    /// Files of DS or DNSKEY records in zone file form. Without any, nothing is validated and every answer is
    /// `insecure`.
    package var trustAnchorFiles: [String] = []
    /// DS or DNSKEY records, each one line of a zone file.
    package var trustAnchors: [String] = []
    /// A file in the form of hosts(5), answered from before anyone is asked; nil for none.
    package var hostsFile: String?
    /// Zones that the library would answer itself (`test`, private reverse zones: RFC 6303, RFC 6761) and that shall
    /// be asked for like any other.
    package var zonesToAsk: [String] = []
    /// Whether servers on 127.0.0.0/8 and ::1 may be asked. False would refuse a caching server on this machine.
    package var asksLoopbackServers = true
    /// How long one question may take, waiting for its turn included. Thirty seconds cover the library's own
    /// repetitions over several servers and stay far below the five minutes an SMTP client waits for a reply
    /// (RFC 5321 §4.5.3.2).
    package var timeout: Duration = .seconds(30)
    /// Different questions handed to the library at once. Each may hold a socket.
    package var maximumRunningQuestions = 512
    /// Callers waiting for an answer at once; one more is refused with `tooManyQuestions`.
    package var maximumWaitingCallers = 8_192
    /// Octets for each of the two caches (messages and record sets); the key cache gets a quarter.
    package var cacheBytes = 16 * 1_024 * 1_024
    /// How long a server that did not answer is remembered as such. The library's 15 minutes would keep mail waiting
    /// long after a forwarder came back.
    package var serverMemory: Duration = .seconds(60)

    /// The defaults as documented at each property.
    package init() {}
}
