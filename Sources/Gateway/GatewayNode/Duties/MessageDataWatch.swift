import Cluster
import Delivery
import Logging
import ServiceLifecycle
import SharedFolders

/// Whether this node has been without Message Data for so long that others should deliver what is in its hand.
struct MessageDataCourse: Sendable {
    private(set) var isAway = false
    private var failingSince: ContinuousClock.Instant?

    /// cluster.md section 7.
    static let patience = Duration.seconds(30)

    /// Takes a reading. One success ends it.
    mutating func look(answers: Bool, at now: ContinuousClock.Instant) {
        guard !answers else {
            failingSince = nil
            isAway = false
            return
        }
        let since = failingSince ?? now
        failingSince = since
        isAway = since.duration(to: now) >= Self.patience
    }
}

/// Looks at Message Data every few seconds. While it is away from this node alone, the others deliver; new mail is answered 451 here, and the
/// health page sends clients to the others.
struct MessageDataWatch: Service {
    let folder: MessageDataFolder
    let queue: DeliveryQueue
    let gauges: NodeGauges
    let history: ClusterHistory
    let logger: Logger

    private static let interval = Duration.seconds(5)
    private static let deadline = Duration.seconds(4)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var course = MessageDataCourse()
            while !Task.isCancelled {
                await look(&course)
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    private func look(_ course: inout MessageDataCourse) async {
        let begun = ContinuousClock.now
        var cause: SharedFolderError?
        do throws(SharedFolderError) { try await folder.probe(deadline: Self.deadline) } catch { cause = error }
        guard !Task.isCancelled else { return }
        let wasAway = course.isAway
        // A failure is dated when the question was asked.
        course.look(answers: cause == nil, at: begun)
        gauges.measured(messageData: cause == nil ? begun.duration(to: .now) : nil)
        guard course.isAway != wasAway else { return }
        queue.setPaused(.messageData, course.isAway)
        if course.isAway {
            logger.error("Message Data is away; what was in hand is left to the others", metadata: ["cause": "\(cause?.description ?? "")"])
            await history.tell("node.folder-away", cause?.description ?? "")
        } else {
            logger.notice("Message Data is back; this node delivers again")
            await history.tell("node.folder-back", "")
        }
    }
}
