import Administration
import AggregateReports
import Mail
import SenderAuthentication
import Settings

/// What became of a DMARC report.
package struct AggregateReportDocument: Codable, Sendable {
    package let domain: String
    /// Of UTC.
    package let day: String
    /// `sent` or `skipped`.
    package let state: String
    package let reason: String
    package let recipients: [String]
    package let messages: Int
    package let rows: Int
    package let sizeBytes: Int
    /// The mail that carries it; left out when there is none.
    package let message: String?
    package let at: String

    init(_ report: AggregateReport) {
        domain = report.domain.ascii
        day = report.day.description
        state = report.state.rawValue
        reason = report.reason
        recipients = report.recipients
        messages = report.messages
        rows = report.rows
        sizeBytes = report.sizeBytes
        message = report.message?.description
        at = TimeText.text(report.at)
    }
}

/// A day of a domain that is not reported yet.
package struct PendingReportDocument: Codable, Sendable {
    package let domain: String
    package let day: String
    package let messages: Int
    package let rows: Int

    init(_ pending: PendingReport) {
        domain = pending.domain.ascii
        day = pending.day.description
        messages = pending.messages
        rows = pending.rows
    }
}

/// A report as it is, was or would be sent.
package struct AggregateReportPreviewDocument: Codable, Sendable {
    package let domain: String
    package let day: String
    /// Left out while it is not made.
    package let report: AggregateReportDocument?
    /// Who wants it, as the domain's record says.
    package let targets: [String]
    package let messages: Int
    package let rows: Int
    /// Left out when what was seen is removed by now.
    package let xml: String?

    init(_ preview: AggregateReportPreview) {
        domain = preview.pending.domain.ascii
        day = preview.pending.day.description
        report = preview.report.map(AggregateReportDocument.init)
        targets = preview.composed?.targets.map { $0.address.description } ?? []
        messages = preview.pending.messages
        rows = preview.composed?.report.rows.count ?? 0
        xml = preview.composed.map { String(decoding: $0.report.xml, as: UTF8.self) }
    }
}

/// What came of sending a report.
package struct ReportSendingDocument: Codable, Sendable {
    /// `sent`, `skipped`, `already-done`, `nothing-seen` or `waiting`.
    package let result: String
    /// Why it was skipped or waits; empty else.
    package let reason: String

    init(_ sending: ReportSending) {
        switch sending {
        case .done(let report): (result, reason) = (report.state.rawValue, report.reason)
        case .alreadyDone: (result, reason) = ("already-done", "")
        case .nothingSeen: (result, reason) = ("nothing-seen", "")
        case .waiting(let cause): (result, reason) = ("waiting", cause)
        }
    }
}
