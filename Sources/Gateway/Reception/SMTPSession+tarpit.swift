import NIOCore
import SMTP
import Settings

/// Who makes too many errors is answered late: the reply stays in the buffer, nothing more is read, and a task of the event loop goes on
/// later. A session that waits costs its memory and nothing else.
extension SMTPSession {
    func slowDown(after reply: SMTPReply) {
        guard reply.category == .permanentFailure, !isTarpitted, let context, let machine else { return }
        let connection = machine.connection
        let settings = connection.settings.settings
        guard settings.tarpit.isOn else { return }
        let isKnown = connection.user != nil || settings.relay.allowsRelaying(from: connection.address)
        guard let delay = TarpitPolicy(settings: settings.tarpit).delay(errors: machine.errors, isKnown: isKnown),
            services.tarpit.take(maximum: settings.tarpit.maximumSessions)
        else { return }
        isTarpitted = true
        services.metrics.tarpitted()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            // The place was given back if the connection ended meanwhile.
            guard bound.value.isTarpitted else { return }
            bound.value.leaveTarpit()
            guard !bound.value.isClosing, bound.value.context != nil else { return }
            bound.value.goOn()
        }
    }

    /// The delay is over, or the connection.
    func leaveTarpit() {
        guard isTarpitted else { return }
        isTarpitted = false
        services.tarpit.giveBack()
    }
}
