import CFirebird
import Synchronization

/// Hears `POST_EVENT` of other transactions, on a connection of its own.
///
/// Events come after the commit of the transaction that posted them, usually within milliseconds; several posts of a
/// name can come as one with their number. They are a hint, not a log: what was posted while nobody listened is
/// gone. On a server they need a second TCP connection (`RemoteAuxPort`).
///
/// `.channelClosed` ends the stream: make another listener, with growing pauses, and read anew whatever the events
/// stand for. A peer that vanished without a word is noticed by `ping`.
package final class FirebirdEventListener: Sendable {
    /// What the stream brings.
    package enum Notification: Sendable, Equatable {
        /// Names posted and how often.
        case posted([String: Int])
        /// The channel has ended; the last element.
        case channelClosed
    }

    /// Names one listener can have.
    package static let maximumNames = 15
    private static let maximumNameBytes = 127
    /// Notifications kept for a reader that does not read; then the newest are dropped, as their kind is known.
    private static let maximumBuffered = 1_000
    private static let requestDeadline = Duration.seconds(10)
    private static let endDeadline = Duration.seconds(5)

    /// What was heard, for one reader.
    package let notifications: AsyncStream<Notification>
    private let queue: SessionQueue
    private let channel: EventChannel

    /// Attaches and begins to listen; what is posted after this has returned is heard.
    /// - Parameter deadline: for all of it; the configuration's when `nil`. The task's cancellation ends it as well.
    /// - Throws: `invalidArgument` for names, and whatever attaching ends in.
    package init(_ configuration: FirebirdConfiguration, names: [String], deadline: Duration? = nil) async throws {
        guard !names.isEmpty, names.count <= Self.maximumNames, Set(names).count == names.count,
            names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= Self.maximumNameBytes })
        else { throw FirebirdError(.invalidArgument, "1 to 15 different event names of at most 127 bytes") }
        let (stream, continuation) = AsyncStream<Notification>.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumBuffered))
        notifications = stream
        let queue = SessionQueue(configuration, size: 1, maximumWaiting: 100)
        let channel = EventChannel(names: names, output: continuation) { channel in
            queue.submit(deadline: Self.requestDeadline) { session in
                guard !channel.isClosed else { return }
                guard let attachment = session.present else { return channel.close() }
                do { try channel.request(attachment) } catch { channel.close() }
            } abandon: {
                channel.close()
            }
        }
        self.queue = queue
        self.channel = channel
        do {
            let due = ContinuousClock.now.advanced(by: deadline ?? configuration.defaultDeadline)
            try await queue.run(deadline: deadline) { session in try channel.open(session.attachment()) }
            try await channel.waitUntilFirstAnswer(deadline: ContinuousClock.now.duration(to: due))
        } catch {
            await Self.end(channel, queue)
            throw error
        }
    }

    deinit {
        let channel = channel
        channel.close()
        queue.submit(deadline: Self.endDeadline) { session in
            session.present.map(channel.endRequests)
            session.close()
            channel.forget()
        } abandon: {
            channel.forget()
        }
        queue.beginClosing()
    }

    /// Asks the other end for a sign of life; without one within the deadline the channel is closed.
    package func ping(deadline: Duration = .seconds(5)) async throws {
        do {
            try await queue.run(deadline: deadline) { [channel] session in
                // Attaching anew would ping a connection on which nobody listens.
                guard !channel.isClosed, let attachment = session.present else { throw FirebirdError(.closed, "the channel has ended") }
                try attachment.ping()
            }
        } catch {
            channel.close()
            throw error
        }
    }

    /// Stops listening and detaches; the stream ends with `.channelClosed`.
    package func close() async { await Self.end(channel, queue) }

    private static func end(_ channel: EventChannel, _ queue: SessionQueue) async {
        channel.close()
        // Its failure means that there is nothing left to cancel.
        try? await queue.run(deadline: endDeadline) { session in session.present.map(channel.endRequests) }
        await queue.close()
        channel.forget()
    }
}
