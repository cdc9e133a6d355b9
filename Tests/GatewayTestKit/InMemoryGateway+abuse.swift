package import DomainsAndUsers
package import Filtering
package import Screening
package import Settings

extension InMemoryGateway: GreylistAdministrationStore {
    package func greylistEntries(
        _ filter: GreylistFilter, after cursor: GreylistCursor?, limit: Int
    ) async throws(DirectoryError) -> [GreylistEntry] {
        try directory { state in
            let all = state.greylist.filter { entry in
                (filter.state ?? entry.state) == entry.state
                    && (filter.text.isEmpty
                        || [entry.triplet.network, entry.triplet.sender, entry.triplet.recipient].contains { $0.contains(filter.text) })
            }.sorted { ($0.record.firstSeenAt, $0.identifier) > ($1.record.firstSeenAt, $1.identifier) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.record.firstSeenAt, $0.identifier) < (cursor.firstSeenAt, cursor.identifier) }.prefix(limit))
        }
    }

    package func deleteGreylistEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let before = state.greylist.count
            state.greylist.removeAll { identifiers.contains($0.identifier) }
            state.audit.append(audit)
            return before - state.greylist.count
        }
    }
}

extension InMemoryGateway: BanStore {
    package func banChanges(since revision: Int64) async throws(DirectoryError) -> BanChanges? {
        try directory { state in
            state.bans.isEmpty ? nil : BanChanges(revision: revision + 1, changed: state.bans.map { (ban: $0, isLifted: false) })
        }
    }

    package func insert(_ bans: [Ban]) async throws(DirectoryError) { try directory { $0.bans += bans } }

    package func insert(_ ban: Ban, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.bans.append(ban)
            state.audit.append(audit)
        }
    }

    package func ban(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Ban? {
        try directory { state in state.bans.first { $0.identifier == identifier } }
    }

    package func lift(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let before = state.bans.count
            state.bans.removeAll { identifiers.contains($0.identifier) }
            state.audit.append(audit)
            return before - state.bans.count
        }
    }

    package func bans(_ filter: BanFilter, after cursor: ScreeningCursor?, limit: Int) async throws(DirectoryError) -> [Ban] {
        try directory { state in
            let all = state.bans.filter { ban in
                (filter.kind ?? ban.subject.kind) == ban.subject.kind
                    && (filter.text.isEmpty || [ban.subject.description, ban.note].contains { $0.contains(filter.text) })
            }.sorted { ($0.begunAt, $0.identifier) > ($1.begunAt, $1.identifier) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.begunAt, $0.identifier) < (cursor.time, cursor.identifier) }.prefix(limit))
        }
    }

    package func record(_ refusals: [SignInRefusal]) async throws(DirectoryError) { try directory { $0.signInRefusals += refusals } }

    package func signInRefusals(
        _ filter: SignInRefusalFilter, after cursor: ScreeningCursor?, limit: Int
    ) async throws(DirectoryError) -> [SignInRefusal] {
        try directory { state in
            let all = state.signInRefusals.filter { refusal in
                (filter.way ?? refusal.way) == refusal.way
                    && (filter.text.isEmpty || [refusal.name, refusal.address].contains { $0.contains(filter.text) })
            }.sorted { ($0.time, $0.identifier) > ($1.time, $1.identifier) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.time, $0.identifier) < (cursor.time, cursor.identifier) }.prefix(limit))
        }
    }
}
