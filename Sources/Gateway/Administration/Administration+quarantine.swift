import DomainsAndUsers
import Logging
import MessageLog
package import Quarantine
package import Settings

/// Where the content of quarantined mail is read. Implemented by GatewayNode over Message Data.
package protocol StoredContentSource: Sendable {
    /// The beginning of a stored content.
    /// - Parameter expectedBytes: its size as its row tells.
    func content(of message: RecordIdentifier, expectedBytes: Int, upTo maximumBytes: Int) async throws(StoredContentError) -> [UInt8]
}

/// Why a content could not be read; transient as far as anybody knows.
package struct StoredContentError: Error, Sendable, Hashable {
    package let cause: String

    package init(cause: String) { self.cause = cause }
}

extension Administration {
    /// Newest first.
    /// - Parameter user: only what is kept back for him, by his address, in either quarantine.
    package func quarantine(
        _ filter: QuarantineFilter, ofUser user: String? = nil, after cursor: QuarantineCursor? = nil, limit: Int = 50,
        _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [QuarantinedMessage] {
        try await quarantined(filter, of: try await share(ofUser: user, caller), after: cursor, limit: limit)
    }

    package func quarantinedMessage(
        _ message: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> QuarantinedMessage {
        try await quarantinedMessage(message, of: .everybody)
    }

    /// What may be shown of its content; `nil` when the content cannot be read at the moment.
    package func quarantinedContent(of message: QuarantinedMessage, _ caller: AdministrationCaller) async -> SafeMessageView? {
        await content(of: message)
    }

    /// Lets messages go on to their recipients. One that somebody else released or deleted a moment before is passed over, so each is
    /// queued once.
    /// - Parameter user: only his copies, by his address; those of other recipients stay.
    /// - Returns: those that were released.
    package func releaseFromQuarantine(
        _ messages: [RecordIdentifier], ofUser user: String? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        try checkSelection(messages)
        let audit = entry(caller, "quarantine.release", Self.named(messages), Self.detail(messages, user))
        return try await release(messages, of: try await share(ofUser: user, caller), audit: audit)
    }

    /// - Parameter user: only his copies, by his address; those of other recipients stay.
    /// - Returns: those that were deleted.
    package func deleteFromQuarantine(
        _ messages: [RecordIdentifier], ofUser user: String? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        try checkSelection(messages)
        let audit = entry(caller, "quarantine.delete", Self.named(messages), Self.detail(messages, user))
        return try await discard(messages, of: try await share(ofUser: user, caller), audit: audit)
    }

    private func share(ofUser address: String?, _ caller: AdministrationCaller) async throws(AdministrationError) -> QuarantineShare {
        guard let address else { return .everybody }
        return .recipients(keys: try await user(address, caller).addressKeys, kind: nil)
    }

    private static func detail(_ messages: [RecordIdentifier], _ user: String?) -> String {
        "\(messages.count)" + (user.map { " for \($0)" } ?? "")
    }
}

// MARK: - for administrators and users alike, who has asked for what is his to ask for

extension Administration {
    func quarantined(
        _ filter: QuarantineFilter, of share: QuarantineShare, after cursor: QuarantineCursor?, limit: Int
    ) async throws(AdministrationError) -> [QuarantinedMessage] {
        guard filter.text.utf8.count <= MessageLogFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(MessageLogError) {
            return try await ports.filtering.quarantine.quarantined(
                filter, of: share, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    func quarantinedMessage(
        _ message: RecordIdentifier, of share: QuarantineShare
    ) async throws(AdministrationError) -> QuarantinedMessage {
        do throws(MessageLogError) {
            if let found = try await ports.filtering.quarantine.quarantinedMessage(message, of: share) { return found }
        } catch {
            throw AdministrationError(error)
        }
        throw .notFound(
            LocalizedText("The message \(message) is not in quarantine (any more).", ja: "メッセージ \(message) は隔離されていません。"))
    }

    func content(of message: QuarantinedMessage) async -> SafeMessageView? {
        let maximum = SafeMessageView.examinedBytes
        do throws(StoredContentError) {
            let bytes = try await ports.filtering.contents.content(
                of: message.message, expectedBytes: message.sizeBytes, upTo: maximum)
            return await Self.view(bytes, isCut: message.sizeBytes > maximum)
        } catch {
            logger.error("content in quarantine is unreadable", metadata: ["message": "\(message.message)", "cause": "\(error.cause)"])
            return nil
        }
    }

    func release(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        do throws(MessageLogError) {
            let released = try await ports.filtering.quarantine.release(messages, of: share, audit: audit)
            if !released.isEmpty { ports.node.wakeQueue() }
            return released
        } catch {
            throw AdministrationError(error)
        }
    }

    func discard(
        _ messages: [RecordIdentifier], of share: QuarantineShare, audit: AuditEntry
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        do throws(MessageLogError) {
            let removal = try await ports.filtering.quarantine.discard(messages, of: share, audit: audit)
            ports.node.removeContent(removal.freeContent)
            return removal.done
        } catch {
            throw AdministrationError(error)
        }
    }

    func checkSelection(_ messages: [RecordIdentifier]) throws(AdministrationError) {
        guard !messages.isEmpty, messages.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) messages.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
    }

    /// As the audit log names them.
    static func named(_ messages: [RecordIdentifier]) -> String { messages.prefix(20).map(\.description).joined(separator: ", ") }

    /// Work in proportion to the message.
    @concurrent
    private static func view(_ bytes: [UInt8], isCut: Bool) async -> SafeMessageView { SafeMessageView(bytes, isCut: isCut) }
}
