package import Logging
import ServiceLifecycle
package import Settings

/// Which contents rows still refer to. Implemented by GatewayDatabase.
package protocol ContentReferences: Sendable {
    /// Those of `identifiers` (at most `ContentSweep.batchSize`) that a row refers to.
    /// - Throws: when the database does not answer; then nothing may be removed.
    func referenced(_ identifiers: [RecordIdentifier]) async throws -> Set<RecordIdentifier>
}

/// Removes old content without a row, every hour, on the primary: all nodes see the same folder. Only files two days old and older are looked
/// at, and only after the database has said that it knows none of them, so two nodes that both believe to be it do no harm.
package struct ContentSweep: Service {
    private let folder: MessageDataFolder
    private let references: any ContentReferences
    private let logger: Logger
    private let isOurs: @Sendable () -> Bool

    package static let batchSize = 500
    private static let hour = Duration.seconds(3600)
    /// How often a node looks whether it has become its task.
    private static let interval = Duration.seconds(30)
    private static let deadline = Duration.seconds(30)

    /// - Parameter isOurs: whether it is this node's task at the moment.
    package init(
        folder: MessageDataFolder, references: any ContentReferences, logger: Logger, isOurs: @escaping @Sendable () -> Bool = { true }
    ) {
        self.folder = folder
        self.references = references
        self.logger = logger
        self.isOurs = isOurs
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var next = ContinuousClock.now
            while !Task.isCancelled {
                if isOurs(), ContinuousClock.now >= next {
                    next = .now + Self.hour
                    await sweepOnce()
                }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    private func sweepOnce() async {
        do {
            let removed = try await sweep(now: .now())
            if removed > 0 { logger.notice("content without rows removed", metadata: ["files": "\(removed)"]) }
        } catch {
            logger.warning("old content could not be swept", metadata: ["cause": "\(error)"])
        }
    }

    /// One pass. - Returns: how many files were removed.
    package func sweep(now: UTCTime) async throws -> Int {
        // While it is being moved, the old place is left as it is.
        let folder = folder.present
        var removed = 0
        let limit = now.advanced(by: Duration.zero - MessageDataFolder.sweepAge)
        for hour in try await folder.hourFolders(before: limit, deadline: Self.deadline) {
            // What is referred to stays and would come again at the head of the next list: one list for each hour and pass.
            let files = try await folder.files(in: hour, limit: 100 * Self.batchSize, deadline: Self.deadline)
            var start = 0
            repeat {
                let batch = Array(files[start..<min(start + Self.batchSize, files.count)])
                let known = try await references.referenced(batch.compactMap(\.identifier))
                let leftovers = batch.filter { file in file.identifier.map { !known.contains($0) } ?? true }
                try await folder.remove(leftovers, in: hour, deadline: Self.deadline)
                removed += leftovers.count
                start += Self.batchSize
            } while start < files.count
        }
        return removed
    }
}
