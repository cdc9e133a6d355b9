package import Administration
package import DomainsAndUsers
package import Filtering
package import MessageLog
package import Quarantine
package import Settings
import Synchronization

extension InMemoryGateway {
    /// The ports of filtering over this gateway.
    package var filteringPorts: Administration.FilteringPorts {
        Administration.FilteringPorts(
            accessLists: self, contentRules: self, sieveScripts: self, quarantine: self, contents: self, greylist: self, bans: self)
    }
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

extension InMemoryGateway: ContentRuleStore {
    package func loadContentRules(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> ContentRules? {
        try directory { state in
            state.revision > revision ? ContentRules(revision: state.revision, rules: state.contentRules) : nil
        }
    }

    package func contentRules() async throws(DirectoryError) -> [ContentRule] {
        try directory { state in state.contentRules.sorted { ($0.position, $0.identifier) < ($1.position, $1.identifier) } }
    }

    package func insert(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.contentRules += rules
            state.audit.append(audit)
        }
    }

    package func update(_ rule: ContentRule, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.contentRules.firstIndex(where: { $0.identifier == rule.identifier }) else {
                throw .notFound(rule.identifier.description)
            }
            let position = state.contentRules[index].position
            state.contentRules[index] = rule
            state.contentRules[index].position = position
            state.audit.append(audit)
        }
    }

    package func place(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            for rule in rules {
                guard let index = state.contentRules.firstIndex(where: { $0.identifier == rule.identifier }) else {
                    throw .notFound(rule.identifier.description)
                }
                state.contentRules[index].position = rule.position
            }
            state.audit.append(audit)
        }
    }

    package func deleteContentRule(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard state.contentRules.contains(where: { $0.identifier == identifier }) else { throw .notFound(identifier.description) }
            state.contentRules.removeAll { $0.identifier == identifier }
            state.audit.append(audit)
        }
    }
}

extension InMemoryGateway: SieveScriptStore {
    package func loadSieveScripts(changedSince revision: SettingsRevision) async throws(DirectoryError) -> SieveScriptChanges? {
        try directory { state in
            state.revision > revision
                ? SieveScriptChanges(
                    revision: state.revision, changed: state.sieveScripts, present: Set(state.sieveScripts.map(\.owner))) : nil
        }
    }

    package func sieveScripts(after owner: SieveOwner?, limit: Int) async throws(DirectoryError) -> [SieveScript] {
        func place(_ owner: SieveOwner) -> (String, String) { (owner.level.rawValue, owner.name) }
        return try directory { state in
            let all = state.sieveScripts.sorted { place($0.owner) < place($1.owner) }
            return Array(all.filter { script in owner.map { place(script.owner) > place($0) } ?? true }.prefix(limit))
        }
    }

    package func sieveScript(of owner: SieveOwner) async throws(DirectoryError) -> SieveScript? {
        try directory { state in state.sieveScripts.first { $0.owner == owner } }
    }

    package func put(_ script: SieveScript, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.sieveScripts.removeAll { $0.owner == script.owner }
            state.sieveScripts.append(script)
            state.audit.append(audit)
        }
    }

    package func deleteSieveScript(of owner: SieveOwner, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard state.sieveScripts.contains(where: { $0.owner == owner }) else { throw .notFound(owner.description) }
            state.sieveScripts.removeAll { $0.owner == owner }
            state.audit.append(audit)
        }
    }
}

extension InMemoryGateway: QuarantineStore {
    package func quarantined(
        _ filter: QuarantineFilter, of share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) async throws(MessageLogError) -> [QuarantinedMessage] {
        try quarantined { state in
            let all = state.quarantine.compactMap { $0.part(share) }.filter { message in
                (filter.kind ?? message.kind) == message.kind
                    && (filter.text.isEmpty || message.subject.contains(filter.text) || message.reversePath.contains(filter.text))
            }.sorted { ($0.quarantinedAt, $0.message) > ($1.quarantinedAt, $1.message) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.quarantinedAt, $0.message) < (cursor.quarantinedAt, cursor.message) }.prefix(limit))
        }
    }

    package func quarantinedMessage(
        _ message: RecordIdentifier, of share: QuarantineShare
    ) async throws(MessageLogError) -> QuarantinedMessage? {
        try quarantined { state in state.quarantine.first { $0.message == message }?.part(share) }
    }

    package func release(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> [RecordIdentifier] {
        try await discard(messages, of: share, audit: audit).done
    }

    package func discard(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(MessageLogError) -> QuarantineRemoval {
        try quarantined { state in
            state.audit.append(audit)
            let done = messages.filter { message in state.quarantine.contains { $0.message == message && $0.part(share) != nil } }
            state.quarantine = state.quarantine.compactMap { done.contains($0.message) ? $0.without(share) : $0 }
            let left = Set(state.quarantine.map(\.message))
            return QuarantineRemoval(done: done, freeContent: done.filter { !left.contains($0) })
        }
    }

    package func expire(before time: UTCTime, limit: Int) async throws(MessageLogError) -> QuarantineRemoval {
        try quarantined { state in
            let done = state.quarantine.filter { $0.quarantinedAt < time }.prefix(limit).map(\.message)
            state.quarantine.removeAll { done.contains($0.message) }
            return QuarantineRemoval(done: done, freeContent: done)
        }
    }

    private func quarantined<Value: Sendable>(_ body: (inout sending State) -> Value) throws(MessageLogError) -> Value {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return body(&state)
        }
    }
}

extension InMemoryGateway: StoredContentSource {
    package func content(
        of message: RecordIdentifier, expectedBytes: Int, upTo maximumBytes: Int
    ) async throws(StoredContentError) -> [UInt8] {
        try state.withLock { state throws(StoredContentError) in
            guard let content = state.contents[message] else { throw StoredContentError(cause: "absent") }
            return Array(content.utf8.prefix(maximumBytes))
        }
    }
}

extension QuarantinedMessage {
    /// What a share sees of it; `nil`: nothing.
    fileprivate func part(_ share: QuarantineShare) -> QuarantinedMessage? {
        guard case .recipients(let keys, let kind) = share else { return self }
        guard (kind ?? self.kind) == self.kind else { return nil }
        return with(recipients.filter { keys.contains($0.lowercased()) })
    }

    /// What is left of it without a share.
    fileprivate func without(_ share: QuarantineShare) -> QuarantinedMessage? {
        guard case .recipients(let keys, _) = share else { return nil }
        return with(recipients.filter { !keys.contains($0.lowercased()) })
    }

    private func with(_ recipients: [String]) -> QuarantinedMessage? {
        guard !recipients.isEmpty else { return nil }
        return QuarantinedMessage(
            message: message, mark: Mark(kind: kind, quarantinedAt: quarantinedAt, reason: reason, score: score), reversePath: reversePath,
            subject: subject, sizeBytes: sizeBytes, recipients: recipients, recipientCount: recipients.count)
    }
}
