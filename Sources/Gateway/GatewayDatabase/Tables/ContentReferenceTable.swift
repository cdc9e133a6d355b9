import Firebird
package import Settings
import SharedFolders

/// Which contents rows refer to: those of the queue and of the quarantine.
package struct ContentReferenceTable: ContentReferences {
    let sessions: DatabaseSessions

    package func referenced(_ identifiers: [RecordIdentifier]) async throws -> Set<RecordIdentifier> {
        guard !identifiers.isEmpty else { return [] }
        return try await sessions.read(unavailable: { ContentReferenceError(cause: $0) }) { transaction in
            try Self.referenced(identifiers, transaction)
        }
    }

    /// Those that a row refers to: their content, and the message's own rows, must stay.
    static func referenced(
        _ identifiers: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Set<RecordIdentifier> {
        // A released message is in one of the two at any moment: its rows change places in one transaction. Asked in this order none
        // is missed by two statements that see different moments.
        let kept = try QuarantineRow.messagesKept(among: identifiers, transaction)
        return kept.union(try QueueRow.messagesQueued(among: identifiers, transaction))
    }
}

/// The database did not answer; nothing is known.
struct ContentReferenceError: Error, CustomStringConvertible {
    let cause: String
    var description: String { "content references are unavailable: \(cause)" }
}
