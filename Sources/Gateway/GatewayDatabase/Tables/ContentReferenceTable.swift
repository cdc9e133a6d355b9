import Firebird
package import Settings
import SharedFolders

/// Which contents rows refer to: today those of the queue.
package struct ContentReferenceTable: ContentReferences {
    let sessions: DatabaseSessions

    package func referenced(_ identifiers: [RecordIdentifier]) async throws -> Set<RecordIdentifier> {
        guard !identifiers.isEmpty else { return [] }
        return try await sessions.read(unavailable: { ContentReferenceError(cause: $0) }) { transaction in
            try QueueRow.messagesQueued(among: identifiers, transaction)
        }
    }
}

/// The database did not answer; nothing is known.
struct ContentReferenceError: Error, CustomStringConvertible {
    let cause: String
    var description: String { "content references are unavailable: \(cause)" }
}
