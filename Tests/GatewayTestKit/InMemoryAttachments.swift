import Administration
package import DomainsAndUsers
package import MessageLog
package import NIOCore
package import Settings
package import SharedFolders
package import Synchronization

/// Stripped attachments in memory, their contents, and the key of their links.
package final class InMemoryAttachments: StrippedAttachmentStore, AttachmentContents, LinkKeyStore {
    package struct State: Sendable {
        package var rows: [StrippedAttachment] = []
        package var contents: [RecordIdentifier: [UInt8]] = [:]
        package var audit: [AuditEntry] = []
        package var downloads = 0
    }

    package let state = Mutex(State())
    package let key = LinkKey.fresh(at: .now())

    package init() {}

    /// One that is kept until `expiresAt`. - Returns: it, and the path of its link.
    package func add(
        _ name: String, _ content: [UInt8], message: RecordIdentifier = RecordIdentifier(high: 4, low: 4),
        createdAt: UTCTime = .now(), expiresAt: UTCTime
    ) -> (StrippedAttachment, path: String) {
        let row = StrippedAttachment(
            identifier: RecordIdentifier(milliseconds: createdAt.milliseconds), message: message, name: name, mediaType: "text/html",
            sizeBytes: content.count, digest: String(repeating: "a", count: 64), sender: "a@example.net", recipients: "b@example.com",
            subject: "about \(name)", createdAt: createdAt, expiresAt: expiresAt)
        state.withLock { state in
            state.rows.append(row)
            state.contents[row.identifier] = content
        }
        let link = SignedLink(
            purpose: .attachment, subject: row.identifier, owner: "", expiresAt: createdAt.advanced(by: StrippedAttachment.longestKeeping))
        return (row, "/attachment/\(link.token(key))")
    }

    package func insert(_ attachments: [StrippedAttachment]) async throws(MessageLogError) {
        state.withLock { $0.rows += attachments }
    }

    package func strippedAttachments(
        _ filter: StrippedAttachmentFilter, after cursor: StrippedAttachmentCursor?, limit: Int
    ) async throws(MessageLogError) -> [StrippedAttachment] {
        let rows = state.withLock(\.rows).sorted { ($0.createdAt, $0.identifier) > ($1.createdAt, $1.identifier) }
        let wanted = rows.filter { row in
            (filter.message == nil || row.message == filter.message)
                && (filter.text.isEmpty || [row.name, row.sender, row.recipients, row.subject].contains { $0.contains(filter.text) })
                && (cursor.map { (row.createdAt, row.identifier) < ($0.createdAt, $0.identifier) } ?? true)
        }
        return Array(wanted.prefix(limit))
    }

    package func strippedAttachment(_ identifier: RecordIdentifier) async throws(MessageLogError) -> StrippedAttachment? {
        state.withLock(\.rows).first { $0.identifier == identifier }
    }

    package func countDownload(of identifier: RecordIdentifier) async throws(MessageLogError) { state.withLock { $0.downloads += 1 } }

    package func extend(_ identifiers: [RecordIdentifier], until time: UTCTime, audit: AuditEntry) async throws(MessageLogError) -> Int {
        change(identifiers, audit) { row in
            guard row.expiresAt > .now() else { return false }
            row.expiresAt = max(row.expiresAt, time)
            return true
        }
    }

    package func expireStripped(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> Int {
        change(identifiers, audit) { row in
            row.expiresAt = UTCTime(milliseconds: 0)
            return true
        }
    }

    package func discardStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {
        _ = change(identifiers, nil) { row in
            row.expiresAt = UTCTime(milliseconds: 0)
            return true
        }
    }

    private func change(_ identifiers: [RecordIdentifier], _ audit: AuditEntry?, _ body: (inout StrippedAttachment) -> Bool) -> Int {
        state.withLock { state in
            if let audit { state.audit.append(audit) }
            return state.rows.indices.filter { identifiers.contains(state.rows[$0].identifier) && body(&state.rows[$0]) }.count
        }
    }

    package func expiredAttachments(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier] {
        Array(state.withLock(\.rows).filter { $0.expiresAt < time }.map(\.identifier).prefix(limit))
    }

    package func forgetStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {
        state.withLock { $0.rows.removeAll { identifiers.contains($0.identifier) } }
    }

    package func read(_ identifier: RecordIdentifier, at offset: Int, count: Int) async throws(SharedFolderError) -> ByteBuffer {
        guard let content = state.withLock({ $0.contents[identifier] }) else { throw .notFound(path: "\(identifier)") }
        return ByteBuffer(bytes: content.dropFirst(offset).prefix(count))
    }

    package func currentLinkKey(at now: UTCTime) async throws(DirectoryError) -> LinkKey { key }
    package func linkKeys() async throws(DirectoryError) -> [LinkKey] { [key] }
}
