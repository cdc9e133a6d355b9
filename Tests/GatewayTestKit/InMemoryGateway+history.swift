package import Settings
import Synchronization

extension InMemoryGateway {
    package func save(
        _ changes: [SettingsChange], ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            guard state.revision == expected else { throw .revisionConflict(current: state.revision) }
            state.write(changes, audit: audit)
            state.audit.append(audit)
            return state.revision
        }
    }

    package func settingsHistory(
        _ filter: SettingsHistoryFilter, before cursor: SettingsHistoryCursor?, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry] {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            let all = state.history.reversed().filter { $0.isWanted(filter) }
            let start = cursor.flatMap { cursor in all.firstIndex { $0.identifier == cursor.identifier }.map { $0 + 1 } } ?? 0
            return Array(all.dropFirst(start).prefix(limit))
        }
    }

    package func settingsChanges(
        after earlier: SettingsRevision, upTo later: SettingsRevision, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry] {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return Array(state.history.filter { $0.revision > earlier && $0.revision <= later }.prefix(limit))
        }
    }

    package func oldestKnownRevision() async throws(SettingsError) -> SettingsRevision {
        let stored = try await load()
        let first = state.withLock { $0.history.first?.revision }
        return first.map { SettingsRevision($0.number - 1) } ?? stored.revision
    }
}

extension InMemoryGateway.State {
    /// One new revision with these values and their history.
    mutating func write(_ changes: [SettingsChange], audit: AuditEntry?) {
        revision = SettingsRevision(revision.number + 1)
        for change in changes {
            for (name, value) in change.values.sorted(by: { $0.key < $1.key }) {
                let place = rows.firstIndex { $0.scope == change.scope && $0.section == change.section && $0.name == name }
                let before = place.flatMap { rows[$0].value }
                if let place { rows.remove(at: place) }
                rows.append(StoredSetting(scope: change.scope, section: change.section, name: name, value: value, revision: revision))
                guard before != value else { continue }
                let time = audit?.time ?? .now()
                history.append(
                    SettingsHistoryEntry(
                        identifier: RecordIdentifier(milliseconds: time.milliseconds), revision: revision, time: time,
                        actor: (audit?.actor ?? .node).description, node: audit?.node ?? NodeID(RecordIdentifier(high: 1, low: 2)),
                        subject: .setting(change.scope, section: change.section, name: name), before: before, after: value))
            }
        }
    }
}

extension SettingsHistoryEntry {
    fileprivate func isWanted(_ filter: SettingsHistoryFilter) -> Bool {
        let owner: String
        let kind: String
        let section: String
        switch subject {
        case .setting(let scope, let name, _): (kind, owner, section) = (scope.kind.rawValue, scope.owner, name)
        case .directory(let action, _): (kind, owner, section) = ("directory", "", action)
        }
        return (filter.kind.map { $0.rawValue == kind } ?? true) && (filter.owner.map { $0 == owner } ?? true)
            && (filter.section.map { $0 == section } ?? true)
            && (filter.actor.isEmpty || actor.lowercased().contains(filter.actor.lowercased()))
            && (filter.since.map { $0 <= time } ?? true) && (filter.until.map { time < $0 } ?? true)
    }
}
