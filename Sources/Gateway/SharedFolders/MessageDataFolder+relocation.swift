import Synchronization

/// Moving Message Data while the node runs. Each place is a `MessageDataFolder` of its own with threads of its own, so a place that hangs
/// holds up nobody in the other; the one the node was started with hands everything on.
extension MessageDataFolder {
    struct Relocation: Sendable {
        /// `nil`: it is where it was at the start.
        var present: MessageDataFolder?
        var others: [MessageDataFolder] = []
        /// Every place of this process, by its path: one that is left may come back.
        var known: [String: MessageDataFolder] = [:]
    }

    /// The place that is written to.
    package var present: MessageDataFolder { relocation.withLock { $0.present } ?? self }

    /// Where the folder is now.
    package var presentPath: String { present.path }

    /// The present place, then those that are read besides.
    var places: [MessageDataFolder] { relocation.withLock { [$0.present ?? self] + $0.others } }

    /// Those that were left too.
    var allPlaces: [MessageDataFolder] { relocation.withLock { [self] + $0.known.values } }

    /// New contents go to `path` from now on; all are looked for there and then in `others`. Contents already begun are finished where they
    /// were begun. Never blocks.
    package func relocate(to path: String, reading others: [String]) {
        relocation.withLock { relocation in
            relocation.present = place(path, &relocation)
            relocation.others = others.map { place($0, &relocation) }
        }
    }

    /// Contents still on their way into other places than the present one.
    package var writersElsewhere: Int {
        relocation.withLock { relocation in
            let present = relocation.present ?? self
            let elsewhere = ([self] + relocation.known.values).filter { $0 !== present }
            return elsewhere.reduce(0) { $0 + $1.writers.load(ordering: .relaxed) }
        }
    }

    /// Opens a stored content for reading in chunks, wherever it is.
    /// - Parameter expectedBytes: its size as its row tells.
    /// - Throws: `.notFound` when no place has it, `.damaged` when it has another size. While any place cannot be asked, nothing is called
    ///   lost.
    package func open(_ message: StoredMessage, expectedBytes: Int, deadline: Duration) async throws(SharedFolderError)
        -> MessageContentReader
    {
        var failure: SharedFolderError?
        for place in places {
            do throws(SharedFolderError) {
                return try await place.openHere(message, expectedBytes: expectedBytes, deadline: deadline)
            } catch {
                switch (failure, error) {
                case (nil, _), (.notFound?, _), (.damaged?, .failed), (.damaged?, .notMounted), (.damaged?, .deadlineExceeded):
                    failure = error
                case (_?, _): break
                }
            }
        }
        throw failure ?? .notFound(path: filePath(message))
    }

    private func place(_ path: String, _ relocation: inout Relocation) -> MessageDataFolder {
        if path == self.path { return self }
        if let known = relocation.known[path] { return known }
        let made = MessageDataFolder(path: path, budget: budget, mustBeMarked: true)
        relocation.known[path] = made
        return made
    }
}
