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
    package func quarantine(
        _ filter: QuarantineFilter, after cursor: QuarantineCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [QuarantinedMessage] {
        guard filter.text.utf8.count <= MessageLogFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(MessageLogError) {
            return try await ports.filtering.quarantine.quarantined(
                filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func quarantinedMessage(
        _ message: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> QuarantinedMessage {
        do throws(MessageLogError) {
            if let found = try await ports.filtering.quarantine.quarantinedMessage(message) { return found }
        } catch {
            throw AdministrationError(error)
        }
        throw .notFound(
            LocalizedText("The message \(message) is not in quarantine (any more).", ja: "メッセージ \(message) は隔離されていません。"))
    }

    /// What may be shown of its content; `nil` when the content cannot be read at the moment.
    package func quarantinedContent(of message: QuarantinedMessage, _ caller: AdministrationCaller) async -> SafeMessageView? {
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

    /// Lets messages go on to their recipients. One that somebody else released or deleted a moment before is passed over, so each is
    /// queued once.
    /// - Returns: those that were released.
    package func releaseFromQuarantine(
        _ messages: [RecordIdentifier], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        let audit = try quarantineEntry("quarantine.release", messages, caller)
        do throws(MessageLogError) {
            let released = try await ports.filtering.quarantine.release(messages, audit: audit)
            if !released.isEmpty { ports.node.wakeQueue() }
            return released
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Returns: those that were deleted.
    package func deleteFromQuarantine(
        _ messages: [RecordIdentifier], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [RecordIdentifier] {
        let audit = try quarantineEntry("quarantine.delete", messages, caller)
        do throws(MessageLogError) {
            let deleted = try await ports.filtering.quarantine.discard(messages, audit: audit)
            ports.node.removeContent(deleted)
            return deleted
        } catch {
            throw AdministrationError(error)
        }
    }

    private func quarantineEntry(
        _ action: String, _ messages: [RecordIdentifier], _ caller: AdministrationCaller
    ) throws(AdministrationError) -> AuditEntry {
        guard !messages.isEmpty, messages.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) messages.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
        return entry(caller, action, messages.prefix(20).map(\.description).joined(separator: ", "), "\(messages.count)")
    }

    /// Work in proportion to the message.
    @concurrent
    private static func view(_ bytes: [UInt8], isCut: Bool) async -> SafeMessageView { SafeMessageView(bytes, isCut: isCut) }
}
