package import Settings
package import SharedFolders

/// Where samples are stored until they are learned. `LearningFolders` on a node, memory in tests.
package protocol SampleKeeping: Sendable {
    /// Durable when it returns. One that is there already is left as it is.
    func store(_ bytes: [UInt8], named name: String, in kind: SharedFolderKind) async throws(SharedFolderError)
}

extension LearningFolders: SampleKeeping {}

/// Teaches a message: its content goes into the folder of its kind, and the ledger says who chose. The primary, whichever node it is, learns
/// it with the next run. Works on every node, and costs nothing but these two writes.
package struct SampleTeaching: Sendable {
    let store: any LearningStore
    let keeper: any SampleKeeping

    package init(store: any LearningStore, keeper: any SampleKeeping) {
        self.store = store
        self.keeper = keeper
    }

    /// Larger messages are not taught: nothing beyond the first part of them would be looked at.
    package static let maximumBytes = SampleReading.maximumBytes

    package enum Outcome: Sendable, Hashable {
        /// It is learned with the next run.
        case waiting
        /// It was learned as this already.
        case known
    }

    /// Why a message is not taught.
    package enum Refusal: Error, Sendable, Hashable {
        /// Nothing can be learned from it; the reason is a sentence.
        case unusable(reason: LocalizedText)
        case failed(LearningError)
    }

    /// Who teaches it, and how he came to it.
    package struct Teacher: Sendable {
        package let origin: LedgerEntry.Origin
        /// As the audit log names him.
        package let actor: String
        package let message: RecordIdentifier?

        package init(origin: LedgerEntry.Origin, actor: String, message: RecordIdentifier? = nil) {
            self.origin = origin
            self.actor = actor
            self.message = message
        }
    }

    /// Durable when it returns. The entry first: it rules what the files of this message are learned as, whichever node wrote which last.
    /// - Parameter audit: makes the audit row, once the message's name is known; `nil`: none is written.
    package func teach(
        _ bytes: [UInt8], as kind: SampleKind, by teacher: Teacher, audit: ((SampleDigest) -> AuditEntry)? = nil
    ) async throws(Refusal) -> (digest: SampleDigest, outcome: Outcome) {
        let (digest, sender, subject) = try await Self.names(bytes)
        do throws(LearningError) {
            let present = try await store.ledgerEntries(of: [digest]).first
            if let present, present.state == .learned, present.kind == kind { return (digest, .known) }
            let entry = LedgerEntry(
                digest: digest, kind: kind, state: .waiting, origin: teacher.origin, actor: teacher.actor, message: teacher.message,
                sender: sender, subject: subject)
            try await store.enter([entry], audit: audit?(digest))
            do throws(SharedFolderError) {
                try await keeper.store(bytes, named: digest.fileName, in: kind.folder)
            } catch {
                throw LearningError.folder(cause: error.description)
            }
            return (digest, .waiting)
        } catch {
            throw .failed(error)
        }
    }

    /// Work in proportion to the message.
    @concurrent
    private static func names(_ bytes: [UInt8]) async throws(Refusal) -> (SampleDigest, String, String) {
        do throws(UnusableSample) {
            guard bytes.count <= maximumBytes else { throw .tooLarge }
            let reading = try SampleReading(bytes)
            return (reading.digest, reading.sender, reading.subject)
        } catch {
            throw .unusable(reason: error.reason)
        }
    }

    /// Takes samples back: the next run forgets them, and removes the files of those that wait.
    /// - Returns: the entries as they were; those that are gone are not among them.
    package func unlearn(_ digests: [SampleDigest], audit: AuditEntry) async throws(LearningError) -> [LedgerEntry] {
        try await store.unlearn(digests, audit: audit)
    }
}
