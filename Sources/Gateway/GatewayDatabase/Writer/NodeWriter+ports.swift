package import Cluster
package import Delivery
package import MessageLog
package import Quarantine
package import Settings

extension NodeWriter: DeliveryQueueStore {
    package func enqueue(_ submission: QueueSubmission, deadline: Duration) async throws(DeliveryQueueError) {
        _ = try await submit(.submission(submission), deadline: deadline).get()
    }

    package func record(_ record: DeliveryRecord) async throws(DeliveryQueueError) -> DeliveryRecordResult {
        switch try await submit(.record(record), deadline: limits.recordDeadline).get() {
        case .recorded(let result): return result
        case .written, .givenBack, .beaten, .digested: throw .unavailable(cause: "the writer gave another answer")
        }
    }

    package func giveBackAll() async throws(DeliveryQueueError) {
        while true {
            guard case .givenBack(let count) = try await submit(.giveBack, deadline: limits.recordDeadline).get(),
                count >= QueueGiveBack.rowsPerBatch
            else { return }
        }
    }
}

extension NodeWriter: QuarantineWriter {
    package func quarantine(_ submission: QuarantineSubmission, deadline: Duration) async throws(DeliveryQueueError) {
        _ = try await submit(.quarantine(submission), deadline: deadline).get()
    }
}

extension NodeWriter: DigestWriter {
    package func send(_ digest: DigestSubmission, deadline: Duration) async throws(DeliveryQueueError) -> Bool {
        guard case .digested(let isWritten) = try await submit(.digest(digest), deadline: deadline).get() else {
            throw .unavailable(cause: "the writer gave another answer")
        }
        return isWritten
    }
}

extension NodeWriter: RefusalLog {
    package func record(_ entry: MessageLogEntry, recipients: [RecipientLogEntry]) {
        submit(unattended: .refusal(RefusedMessage(entry: entry, recipients: recipients)))
    }
}

extension NodeWriter: HeartbeatWriter {
    @discardableResult
    package func beat(
        settingsRevision: SettingsRevision, figures: NodeFigures = NodeFigures()
    ) async throws(NodeRegistryError) -> Bool {
        setSettingsRevision(settingsRevision)
        writeCorrespondents()
        switch await submit(.beat(figures), deadline: ConfirmedHeartbeat.validity) {
        case .success(.beaten(let isDrainWanted)): return isDrainWanted
        case .success: throw .unavailable(cause: "the writer gave another answer")
        case .failure(.declaredDead): throw .declaredDead
        case .failure(let error): throw .unavailable(cause: error.description)
        }
    }
}
