package import AggregateReports
import DomainsAndUsers
import Mail
import SenderAuthentication
import Settings

/// A report as it is, was or would be sent.
package struct AggregateReportPreview: Sendable {
    package let pending: PendingReport
    /// What became of it; nil while it is not made.
    package let report: AggregateReport?
    /// nil when what was seen is removed by now, or cannot be read.
    package let composed: ReportComposer.Composed?
}

extension Administration {
    /// Whether reports are gathered and sent.
    package var areReportsSent: Bool { current.snapshot.settings.dmarcReports.isEnabled }

    /// Newest first; of one domain only, unless it is empty.
    package func aggregateReports(
        domain: String = "", after cursor: AggregateReportCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [AggregateReport] {
        var name = ""
        if !domain.isEmpty { name = try Self.reportedDomain(domain).ascii }
        do throws(DirectoryError) {
            return try await ports.aggregateReports.store.aggregateReports(
                domain: name, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Days of domains that are gathered and not reported yet, oldest first, today's among them.
    package func pendingReports(_ caller: AdministrationCaller) async throws(AdministrationError) -> [PendingReport] {
        do throws(DirectoryError) {
            return try await ports.aggregateReports.store.pendingReports(before: nil, limit: Self.shownPendingReports)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Throws: `.notFound` when nothing is known of the domain on that day.
    package func aggregateReport(
        of domain: String, on day: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> AggregateReportPreview {
        let name = try Self.reportedDomain(domain)
        let day = try Self.reportedDay(day)
        let store = ports.aggregateReports.store
        do throws(DirectoryError) {
            let report = try await store.aggregateReport(of: name, on: day)
            let observed = try await store.observations(of: name, on: day, limit: AggregateReporting.maximumObservations)
            guard report != nil || !observed.isEmpty else {
                throw DirectoryError.notFound("\(name.ascii) \(day)")
            }
            return AggregateReportPreview(
                pending: PendingReport(
                    domain: name, day: day, messages: observed.reduce(0) { $0 + $1.row.count }, rows: observed.count),
                report: report, composed: await Self.compose(observed, name, day, current.snapshot.settings.dmarcReports))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Sends the report of a day that is over, once; what is sent already stays as it is.
    /// - Throws: `.conflict` when another node is the primary, `.invalid` for a day that is not over.
    package func sendAggregateReport(
        of domain: String, on day: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ReportSending {
        let name = try Self.reportedDomain(domain)
        let day = try Self.reportedDay(day)
        guard day < ReportDay(.now()) else {
            throw .invalid([
                FieldProblem("day", "A report can be sent when its day (UTC) is over.", ja: "レポートは、その日（UTC）が終わってから送信できます。")
            ])
        }
        guard !current.snapshot.settings.dmarcReports.sender.isNull else {
            throw .invalid([FieldProblem("sender", "Set the sender of reports first.", ja: "先にレポートの差出人を設定してください。")])
        }
        try await refuseOnSecondary()
        do throws(DirectoryError) {
            try await ports.audit.record(entry(caller, "dmarc-report.send", name.ascii, day.description))
            return try await ports.aggregateReports.sender.send(name, day)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Sorting and compressing: not on the caller's executor.
    @concurrent
    private static func compose(
        _ observed: [ObservedRow], _ domain: DomainName, _ day: ReportDay, _ settings: DMARCReportSettings
    ) async -> ReportComposer.Composed? {
        // Without a sender only the contact is missing from what is shown.
        guard let contact = settings.sender.address ?? (try? EmailAddress("postmaster@localhost.invalid")) else { return nil }
        return ReportComposer(organization: settings.organizationName, contact: contact).compose(observed, of: domain, on: day)
    }

    private static func reportedDomain(_ text: String) throws(AdministrationError) -> DomainName {
        guard let name = try? DomainName(text) else {
            throw .invalid([FieldProblem("domain", "This is not a domain.", ja: "ドメインではありません。")])
        }
        return name
    }

    private static func reportedDay(_ text: String) throws(AdministrationError) -> ReportDay {
        guard let day = ReportDay(text) else {
            throw .invalid([FieldProblem("day", "A day such as 2026-11-28 is expected.", ja: "2026-11-28 のような日付を入力してください。")])
        }
        return day
    }

    /// More are told by the next look.
    private static var shownPendingReports: Int { 200 }
}
