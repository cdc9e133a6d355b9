import MessageLog
package import Quarantine
package import Settings

/// What a user may do with his own quarantine: with his copies of what is in the users' quarantine, and with nothing else. A message of
/// others, and one in the administrators' quarantine, is answered like one that is not there.
extension Administration {
    /// Whether users may release what is kept back for them.
    package var usersMayRelease: Bool { current.snapshot.settings.quarantine.usersMayRelease }

    /// Newest first.
    package func quarantine(
        _ filter: QuarantineFilter, after cursor: QuarantineCursor? = nil, limit: Int = 50, _ principal: UserPrincipal
    ) async throws(AdministrationError) -> [QuarantinedMessage] {
        try await quarantined(filter, of: principal.share, after: cursor, limit: limit)
    }

    package func quarantinedMessage(
        _ message: RecordIdentifier, _ principal: UserPrincipal
    ) async throws(AdministrationError) -> QuarantinedMessage {
        try await quarantinedMessage(message, of: principal.share)
    }

    /// A message of his with what may be shown of its content; that is `nil` when it cannot be read at the moment.
    package func quarantinedContent(
        _ message: RecordIdentifier, _ principal: UserPrincipal
    ) async throws(AdministrationError) -> (message: QuarantinedMessage, content: SafeMessageView?) {
        let found = try await quarantinedMessage(message, principal)
        return (found, await content(of: found))
    }

    /// Lets his copies go on to him; those of other recipients stay.
    /// - Returns: messages of which he had a copy. - Throws: `.denied` when users may not release.
    package func releaseFromQuarantine(
        _ messages: [RecordIdentifier], _ principal: UserPrincipal
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        guard usersMayRelease else {
            throw .denied(
                LocalizedText("Mail is released by an administrator only. Nothing was done.", ja: "メールの解放は管理者だけが行えます。変更は行われていません。"))
        }
        try checkSelection(messages)
        return try await release(messages, of: principal.share, audit: entry(principal, "user.quarantine.release", Self.named(messages)))
    }

    /// Deletes his copies; those of other recipients stay. - Returns: messages of which he had a copy.
    package func deleteFromQuarantine(
        _ messages: [RecordIdentifier], _ principal: UserPrincipal
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        try checkSelection(messages)
        return try await discard(messages, of: principal.share, audit: entry(principal, "user.quarantine.delete", Self.named(messages)))
    }
}
