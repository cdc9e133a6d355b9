package import Countries
import DomainsAndUsers
import Logging
import Mail
import Reception
package import SMTP
package import Screening
package import Settings

/// What the flow does against abuse: bans, limits, and bounces of mail that was not ours. Each is one look at the settings while it is off.
extension InboundMailFlow {
    /// The same flow, with clients and users turned away that are banned, and faults counted that lead to bans.
    /// - Parameter countries: from where users may sign in.
    package func screening(
        with screening: ClientScreening, rates: RateLimiter? = nil, countries: CurrentCountries? = nil
    ) -> InboundMailFlow {
        var flow = self
        flow.screening = screening
        flow.rates = rates
        flow.countries = countries
        return flow
    }

    package func refusal(of address: NetworkAddress, _ settings: GatewaySettings) -> SMTPReply? {
        screening?.refusal(of: address, settings)
    }

    /// A recipient that is not here, or not for everybody. One too many ends the session with what later connections are answered. A
    /// user's slip does not count, nor does a refusal that says nothing of the recipient (530, 552).
    func badRecipient(_ reply: SMTPReply, _ connection: ClientConnection) -> ReceptionDecision {
        guard connection.user == nil, reply.code == 550,
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
        guard message.transaction.recipients.contains(where: { backscatter.isForeignReport($0.address, at: now) }) else { return nil }
        return FlowBackscatter.isReadReceipt(message.header) ? nil : FlowBackscatter.refusal
    }

    /// Whether nobody may sign in from where a client is; told like a wrong password, and logged with the country.
    func isUnwantedSignIn(_ connection: ClientConnection) -> Bool {
        let settings = connection.settings.settings
        guard settings.countries.isEnabled, settings.countries.screensSignIns,
            case .unwanted(let country)? = countries?.finding(connection.address, settings)
        else { return false }
        logger.notice(
            "SMTP sign-in refused because of its country",
            metadata: ["address": "\(connection.address)", "country": "\(country)"])
        return true
    }

    func rateRefusal(_ connection: ClientConnection, more: Int) -> SMTPReply? {
        let settings = connection.settings.settings
        guard settings.rateLimits.isInUse else { return nil }
        return rates?.refusal(Self.rateClient(connection), more: more, settings)
    }

    /// Counts a message before it is stored, so that what comes in at the same time by other sessions finds it counted.
    /// - Returns: the refusal when the user was shut out meanwhile or the limit is reached; then nothing was counted.
    func countSending(_ message: ReceivedMessage) -> SMTPReply? {
        let settings = message.connection.settings.settings
        if let user = message.connection.user, let reply = screening?.refusal(ofUser: user.address.lookupKey) { return reply }
        guard settings.rateLimits.isInUse else { return nil }
        return rates?.count(Self.rateClient(message.connection), recipients: message.transaction.recipients.count, settings)
    }

    /// It was not stored after all.
    func uncountSending(_ message: ReceivedMessage) {
        let settings = message.connection.settings.settings
        guard settings.rateLimits.isInUse else { return }
        rates?.uncount(Self.rateClient(message.connection), recipients: message.transaction.recipients.count, settings)
    }

    private static func rateClient(_ connection: ClientConnection) -> RateClient {
        connection.user.map { .user($0.address.lookupKey, from: connection.address) } ?? .address(connection.address)
    }
}
