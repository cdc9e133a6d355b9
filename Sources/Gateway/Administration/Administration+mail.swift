package import Delivery
import DomainsAndUsers
package import MessageLog
package import Settings

extension Administration {
    /// Largest page of any list.
    package static var maximumPageSize: Int { 500 }

    /// Newest first.
    package func messages(
        _ filter: MessageLogFilter, after cursor: MessageLogCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> MessageLogPage {
        let problems = Self.problems(filter)
        guard problems.isEmpty else { throw .invalid(problems) }
        do throws(MessageLogError) {
            return try await ports.messageLog.page(filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    private static func problems(_ filter: MessageLogFilter) -> [FieldProblem] {
        let texts = [
            ("text", filter.text, MessageLogFilter.maximumTextBytes), ("subject", filter.subject, MessageLogFilter.maximumTextBytes),
            ("sender", filter.sender?.text ?? "", CorrespondentCondition.maximumBytes),
            ("recipient", filter.recipient?.text ?? "", CorrespondentCondition.maximumBytes),
            ("message-id", filter.messageID, 255), ("client", filter.clientAddress, 45),
        ]
        return texts.filter { $0.1.utf8.count > $0.2 }.map {
            FieldProblem($0.0, "The search text is too long.", ja: "検索語が長すぎます。")
        }
    }

    package func message(_ identifier: RecordIdentifier, _ caller: AdministrationCaller) async throws(AdministrationError)
        -> MessageLogDetails
    {
        do throws(MessageLogError) {
            if let details = try await ports.messageLog.details(of: identifier) { return details }
        } catch {
            throw AdministrationError(error)
        }
        throw .notFound(LocalizedText("There is no message \(identifier) in the log.", ja: "メッセージ \(identifier) はログにありません。"))
    }

    /// In order of arrival.
    package func queue(
        containing text: String = "", after cursor: QueueEntryID? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [QueueEntry] {
        do throws(DeliveryQueueError) {
            return try await ports.queue.queue(containing: text, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Does something to several rows; rows that are gone or in a node's hand are passed over.
    /// - Returns: the rows it was done to.
    package func performOnQueue(
        _ action: QueueAction, _ entries: [QueueEntryID], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [QueueEntryID] {
        guard !entries.isEmpty, entries.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) entries.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
        let names = entries.prefix(20).map { "\($0.message)/\($0.ordinal)" }.joined(separator: ", ")
        do throws(DeliveryQueueError) {
            let result = try await ports.queue.perform(
                action, on: entries, audit: entry(caller, "queue.\(action.rawValue)", names, "\(entries.count)"))
            ports.node.removeContent(result.freeContent)
            if action == .retry || action == .release { ports.node.wakeQueue() }
            return result.done
        } catch {
            throw AdministrationError(error)
        }
    }

    package func auditLog(
        _ filter: AuditFilter = AuditFilter(), before cursor: AuditCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [AuditRecord] {
        do throws(DirectoryError) {
            return try await ports.audit.auditEntries(filter, before: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }
}

extension AdministrationError {
    init(_ error: MessageLogError) {
        switch error {
        case .unavailable(let cause): self = .unavailable(cause: cause)
        }
    }

    init(_ error: DeliveryQueueError) { self = .unavailable(cause: error.description) }
}
