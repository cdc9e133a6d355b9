import DomainsAndUsers
import Mail
import Reception
package import SMTP
package import Screening
package import Settings

/// What the flow does against abuse: bans, limits, and bounces of mail that was not ours. Each is one look at the settings while it is off.
extension InboundMailFlow {
    /// The same flow, with clients and users turned away that are banned, and faults counted that lead to bans.
    package func screening(with screening: ClientScreening, rates: RateLimiter? = nil) -> InboundMailFlow {
        var flow = self
        flow.screening = screening
        flow.rates = rates
        return flow
    }

    package func refusal(of address: NetworkAddress, _ settings: GatewaySettings) -> SMTPReply? {
        screening?.refusal(of: address, settings)
    }

    /// A recipient that is not here. One too many ends the session with what later connections are answered.
    func badRecipient(_ reply: SMTPReply, _ connection: ClientConnection) -> ReceptionDecision {
        guard reply.category == .permanentFailure,
            let ban = screening?.note(.badRecipient, of: connection.address, connection.settings.settings)
        else { return .refuse(reply) }
        return .disconnect(ban)
    }

    func backscatter(_ connection: ClientConnection) -> FlowBackscatter {
        FlowBackscatter(settings: connection.settings.settings, directory: domains.directory)
    }

    /// A bounce of what was never sent from here; our own servers' reports among ourselves bear no mark.
    func foreignReport(_ message: ReceivedMessage) -> SMTPReply? {
        guard message.transaction.reversePath.isNull, !acceptance(message.connection).isTrusted(message.connection) else { return nil }
        let backscatter = backscatter(message.connection)
        let now = UTCTime.now()
        return message.transaction.recipients.contains { backscatter.isForeignReport($0.address, at: now) } ? FlowBackscatter.refusal : nil
    }

    func rateRefusal(_ connection: ClientConnection, more: Int) -> SMTPReply? {
        let settings = connection.settings.settings
        guard settings.rateLimits.isInUse else { return nil }
        return rates?.refusal(Self.rateClient(connection), more: more, settings)
    }

    func noteSending(_ message: ReceivedMessage) {
        let settings = message.connection.settings.settings
        guard settings.rateLimits.isInUse else { return }
        rates?.accepted(Self.rateClient(message.connection), recipients: message.transaction.recipients.count, settings)
    }

    private static func rateClient(_ connection: ClientConnection) -> RateClient {
        connection.user.map { .user($0.address.lookupKey, from: connection.address) } ?? .address(connection.address)
    }
}
