package import Mail

/// One message as an aggregate report counts it.
package struct DMARCObservation: Sendable, Hashable {
    /// Whose policy counted.
    package let policyDomain: DomainName
    package let record: DMARCRecord
    /// Of one message.
    package var row: DMARCReport.Row

    package init(policyDomain: DomainName, record: DMARCRecord, row: DMARCReport.Row) {
        self.policyDomain = policyDomain
        self.record = record
        self.row = row
    }

    /// The same when no more than this was done with the message.
    package func limited(to applied: DMARCRecord.Policy) -> DMARCObservation {
        let order = DMARCRecord.Policy.allCases
        guard let asked = order.firstIndex(of: row.disposition), let done = order.firstIndex(of: applied), done < asked else { return self }
        var observation = self
        observation.row.disposition = applied
        observation.row.overrideReason = row.overrideReason ?? "local_policy"
        return observation
    }
}
