package import Administration
package import DomainsAndUsers
package import Filtering
package import Settings

extension InMemoryGateway {
    /// The ports of filtering over this gateway.
    package var filteringPorts: Administration.FilteringPorts { Administration.FilteringPorts(accessLists: self) }
}

extension InMemoryGateway: AccessListStore {
    package func loadAccessLists(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> AccessLists? {
        try directory { state in
            state.revision > revision ? AccessLists(revision: state.revision, entries: state.accessList) : nil
        }
    }

    package func accessListEntries(
        _ filter: AccessListFilter, after cursor: AccessListCursor?, limit: Int
    ) async throws(DirectoryError) -> [AccessListEntry] {
        try directory { state in
            let all = state.accessList.filter { entry in
                (filter.list ?? entry.list) == entry.list && (filter.kind ?? entry.kind) == entry.kind
                    && (filter.text.isEmpty || entry.value.contains(filter.text) || entry.note.contains(filter.text))
            }.sorted { ($0.value, $0.identifier) < ($1.value, $1.identifier) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.value, $0.identifier) > (cursor.value, cursor.identifier) }.prefix(limit))
        }
    }

    package func accessListEntry(_ identifier: RecordIdentifier) async throws(DirectoryError) -> AccessListEntry? {
        try directory { state in state.accessList.first { $0.identifier == identifier } }
    }

    package func insert(_ entry: AccessListEntry, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            let isPresent = state.accessList.contains {
                $0.value == entry.value && $0.list == entry.list && $0.kind == entry.kind && $0.domain == entry.domain
            }
            if isPresent { throw .alreadyExists(entry.value) }
            state.accessList.append(entry)
            state.audit.append(audit)
        }
    }

    package func setAccessListNote(_ note: String, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.accessList.firstIndex(where: { $0.identifier == identifier }) else {
                throw .notFound(identifier.description)
            }
            state.accessList[index].note = note
            state.audit.append(audit)
        }
    }

    package func deleteAccessListEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let before = state.accessList.count
            state.accessList.removeAll { identifiers.contains($0.identifier) }
            state.audit.append(audit)
            return before - state.accessList.count
        }
    }
}
