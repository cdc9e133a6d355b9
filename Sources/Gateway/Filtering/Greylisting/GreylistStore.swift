package import DomainsAndUsers
package import Settings

/// The cluster's memory of triplets. Implemented by GatewayDatabase.
package protocol GreylistStore: Sendable {
    /// Looks a triplet up, decides, and writes down what changes, in a batch with what others ask at the same moment. Answers within
    /// about two seconds or throws.
    /// - Throws: `.unavailable` when the database is slow or away, or too many ask.
    func decide(_ triplet: GreylistTriplet, _ settings: GreylistingSettings, now: UTCTime) async throws(DirectoryError) -> GreylistDecision
    /// The settings revision at which triplets were last deleted by hand; those that passed are forgotten by caches then.
    func greylistRevision() async throws(DirectoryError) -> SettingsRevision
}

/// What an administrator sees and does. Implemented by GatewayDatabase.
package protocol GreylistAdministrationStore: Sendable {
    /// Newest first by first sight, after `cursor`, at most `limit`.
    func greylistEntries(_ filter: GreylistFilter, after cursor: GreylistCursor?, limit: Int) async throws(DirectoryError)
        -> [GreylistEntry]
    /// - Returns: how many there were. Raises the settings revision, so that all nodes forget what they remember.
    func deleteGreylistEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int
}

/// A row of the greylist.
package struct GreylistEntry: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let triplet: GreylistTriplet
    package let record: GreylistRecord
    package let expiresAt: UTCTime

    package init(identifier: RecordIdentifier, triplet: GreylistTriplet, record: GreylistRecord, expiresAt: UTCTime) {
        self.identifier = identifier
        self.triplet = triplet
        self.record = record
        self.expiresAt = expiresAt
    }

    package var state: State { record.passedAt == nil ? .waiting : .passed }

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case waiting, passed
    }
}

/// Which rows a page shows. Empty conditions select everything that has not expired.
package struct GreylistFilter: Sendable, Hashable {
    package var state: GreylistEntry.State?
    /// Part of network, sender or recipient.
    package var text = ""

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the list: the last row of the page before.
package struct GreylistCursor: Sendable, Hashable, Codable {
    package let firstSeenAt: UTCTime
    package let identifier: RecordIdentifier

    package init(firstSeenAt: UTCTime, identifier: RecordIdentifier) {
        self.firstSeenAt = firstSeenAt
        self.identifier = identifier
    }

    package init(_ entry: GreylistEntry) { self.init(firstSeenAt: entry.record.firstSeenAt, identifier: entry.identifier) }
}
