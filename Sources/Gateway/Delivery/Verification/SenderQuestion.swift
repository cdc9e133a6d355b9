import DNS
package import Mail
import NIOCore
import SMTP
package import Settings

/// Asks the mail servers of a stranger's domain whether they take mail for an address: EHLO, STARTTLS if offered, MAIL, RCPT, RSET, QUIT.
/// Nothing is ever sent. Connects only where `TargetRules` let it, because the stranger's DNS names the hosts.
package struct SenderQuestion: Sendable {
    private let environment: DeliveryEnvironment

    package init(_ environment: DeliveryEnvironment) { self.environment = environment }

    /// Connections to one host, as the asker counts them.
    package struct Slots: Sendable {
        let begin: @Sendable (NetworkAddress) -> Bool
        let end: @Sendable (NetworkAddress) -> Void

        package init(begin: @escaping @Sendable (NetworkAddress) -> Bool, end: @escaping @Sendable (NetworkAddress) -> Void) {
            self.begin = begin
            self.end = end
        }
    }

    /// Hosts whose addresses are asked for, and addresses of each that are tried.
    private static let maximumHosts = 3
    private static let addressesPerHost = 2
    /// So many connections may stay silent before the last one is tried.
    private static let maximumTries = 3
    /// How long a dialogue that is shown may take to end.
    private static let farewell = TimeAmount.seconds(1)

    /// The first server with which a conversation comes about decides. Ends at the settings' limit; cancelling the task ends it soon.
    package func ask(
        about sender: EmailAddress, _ settings: CallbackSettings, slots: Slots, keepsDialogue: Bool
    ) async -> SenderAnswer {
        let listener = keepsDialogue ? DialogueListener() : nil
        let limit = Duration.seconds(settings.timeLimitSeconds)
        let answer = await withTaskGroup(of: SenderAnswer?.self) { group in
            group.addTask { await converse(sender, settings, slots, listener) }
            group.addTask {
                // Cancelled means that the answer is there.
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        var found = answer ?? SenderAnswer(.away, text: "no answer within \(settings.timeLimitSeconds) s")
        found.dialogue = listener?.text ?? ""
        return found
    }

    private func converse(
        _ sender: EmailAddress, _ settings: CallbackSettings, _ slots: Slots, _ listener: DialogueListener?
    ) async -> SenderAnswer {
        guard let domain = sender.domainName else { return SenderAnswer(.undecided, text: "the address names no domain") }
        let all = environment.settings
        let rules = TargetRules(
            permitted: settings.permittedNetworks, port: settings.port, ownListeners: environment.ownListeners(all),
            ownAddresses: TargetRules.machineAddresses())
        let resolver = NextHopResolver(resolver: environment.resolver)
        var failure = SenderAnswer(.away, text: "no host to ask")
        var tries = 0
        do throws(RouteFailure) {
            let hosts = try await resolver.hosts(of: .mailExchangers(domain), ownName: environment.heloName(all))
            for host in hosts.prefix(Self.maximumHosts) {
                let addresses: [HostAddress]
                do throws(RouteFailure) {
                    addresses = try await resolver.addresses(of: host)
                } catch {
                    failure = SenderAnswer(.away, text: error.reply.description)
                    continue
                }
                for address in addresses.prefix(Self.addressesPerHost) where tries < Self.maximumTries && !Task.isCancelled {
                    // An IPv4 address that hides in an IPv6 one is looked at, and connected to, as itself.
                    guard let plain = NetworkAddress(bytes: address.octets), let target = HostAddress(octets: plain.bytes) else { continue }
                    if let obstacle = rules.obstacle(plain) {
                        failure = SenderAnswer(.away, text: "not asked: \(host.name) is at \(plain), and \(obstacle)")
                        continue
                    }
                    guard slots.begin(plain) else {
                        failure = SenderAnswer(.busy, text: "")
                        continue
                    }
                    tries += 1
                    let answer = await ask(sender, Self.host(host, settings), at: target, settings, listener)
                    slots.end(plain)
                    guard answer.statement == .away else { return answer }
                    failure = answer
                }
            }
        } catch {
            failure = SenderAnswer(.away, text: error.reply.description)
        }
        return failure
    }

    private static func host(_ host: NextHopHost, _ settings: CallbackSettings) -> NextHopHost {
        NextHopHost(name: host.name, port: settings.port, security: .opportunistic)
    }

    private func ask(
        _ sender: EmailAddress, _ host: NextHopHost, at address: HostAddress, _ settings: CallbackSettings, _ listener: DialogueListener?
    ) async -> SenderAnswer {
        let all = environment.settings
        let time = TimeAmount.seconds(Int64(settings.timeLimitSeconds))
        let connector = SMTPClientConnector(
            group: environment.eventLoopGroup, contexts: environment.contexts, heartbeat: environment.node.heartbeat,
            transcripts: environment.transcripts)
        let options = SMTPClientConnector.Options(
            heloName: environment.heloName(all), connectTimeout: .nanoseconds(time.nanoseconds / Int64(Self.maximumTries)),
            replyTimeout: time, ownListeners: environment.ownListeners(all), transcripts: all.transcripts, listener: listener)
        do throws(SessionFailure) {
            let session = try await connector.open(host, at: address, options)
            let answer = SenderAnswer(await session.ask(about: sender, from: settings.sender), session, from: settings.sender)
            await end(session, isWaitedFor: listener != nil)
            return answer
        } catch {
            return SenderAnswer(.away, text: error.reply.description, server: "\(host.name)[\(address)]:\(host.port)")
        }
    }

    /// - Parameter isWaitedFor: its transcript is finished when this returns.
    private func end(_ session: SMTPClientSession, isWaitedFor: Bool) async {
        session.quit()
        guard isWaitedFor else { return }
        let channel = session.channel
        let timer = channel.eventLoop.scheduleTask(in: Self.farewell) { channel.close(promise: nil) }
        // However it ends, it has ended.
        try? await channel.closeFuture.get()
        timer.cancel()
    }
}

/// What came of a question to a sender's mail servers.
package struct SenderAnswer: Sendable, Hashable {
    package enum Statement: Sendable, Hashable {
        case accepts
        /// A permanent refusal of RCPT that is about the address.
        case refuses
        /// A server was reached, and said nothing that could be taken for a statement on the address.
        case undecided
        /// No server could be asked.
        case away
        /// As many questions as are allowed were under way at the servers.
        case busy
    }

    package let statement: Statement
    /// The server's reply, or why there is none; one line, bounded.
    package let text: String
    /// `host[address]:port`; empty when none was reached.
    package let server: String
    /// Version of TLS, empty without.
    package let tls: String
    /// What was said, if it was kept.
    package var dialogue = ""

    init(_ statement: Statement, text: String, server: String = "", tls: String = "") {
        self.statement = statement
        self.text = text
        self.server = server
        self.tls = tls
    }

    init(_ answer: RecipientAnswer, _ session: SMTPClientSession, from sender: ReversePath) {
        let statement: Statement
        let text: String
        switch answer {
        case .accepted(let reply): (statement, text) = (.accepts, reply.description)
        case .refused(let reply): (statement, text) = (Self.isAboutTheAddress(reply) ? .refuses : .undecided, reply.description)
        case .undecided(let reply): (statement, text) = (.undecided, reply.description)
        case .senderRefused(let reply):
            (statement, text) = (.undecided, "it does not take MAIL FROM:<\(sender)>: \(reply)")
        }
        self.init(statement, text: text, server: session.peer, tls: session.description.tls)
    }

    /// What says that the mailbox does not exist (RFC 3463 section 3.2), in the servers' words: not that it is full or closed, not what
    /// a server thinks of us or of the sender of the question, and nothing we found ourselves (SMTPUTF8 is missing). 5.4.1 is what
    /// Microsoft's servers say of an unknown recipient. Without an enhanced code 550, 551 and 553 count, unless the text is about lists
    /// and reputation; 554 is said for every reason.
    static func isAboutTheAddress(_ reply: DeliveryReply) -> Bool {
        guard let code = reply.serverCode else { return false }
        switch (reply.status.subject, reply.status.detail) {
        case (1, 0...3), (1, 6), (1, 10), (4, 1): return true
        case (0, 0):
            let text = reply.text.lowercased()
            return [550, 551, 553].contains(code) && !aboutUs.contains { text.contains($0) }
        default: return false
        }
    }

    private static let aboutUs = [
        "block", "black", "black list", "reject list", "rbl", "dnsbl", "spam", "reputation", "policy", "sender", "helo", "ehlo", "reverse",
        "ptr", "rdns", "relay", "authent", "full", "quota",
    ]
}
