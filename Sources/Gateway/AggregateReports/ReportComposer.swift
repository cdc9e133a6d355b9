package import Mail
package import SenderAuthentication
import Settings

/// Makes the report of one domain and day out of what all nodes have seen. Pure.
package struct ReportComposer: Sendable {
    /// Who reports.
    package let organization: String
    package let contact: EmailAddress

    /// Rows of one report: those with the most mail. Fewer where a target takes no large reports.
    package static let maximumRows = 10_000
    /// Of the compressed report: what nearly every mail server takes, as base64 too.
    package static let maximumBytes = 10 << 20

    package init(organization: String, contact: EmailAddress) {
        self.organization = organization
        self.contact = contact
    }

    package struct Composed: Sendable {
        package let report: DMARCReport
        package let compressed: [UInt8]
        /// Who wants reports, as the newest record says.
        package let targets: [DMARCReportTarget]

        package var messages: Int { report.rows.reduce(0) { $0 + $1.count } }
    }

    /// - Returns: nil without any observation that can be read, or when the policy cannot.
    package func compose(_ observed: [ObservedRow], of domain: DomainName, on day: ReportDay) -> Composed? {
        // The record that was seen last speaks for the day; identifiers are in the order of time.
        guard let newest = observed.max(by: { $0.identifier < $1.identifier }), let record = DMARCRecord(newest.policy) else { return nil }
        var rows = Self.merged(observed.map(\.row))
        guard !rows.isEmpty else { return nil }
        while true {
            let report = DMARCReport(
                organization: organization, contact: contact.description, identifier: identifier(domain, day), begin: day.begin,
                end: day.end, policyDomain: domain, record: record, rows: rows)
            let compressed = report.compressed
            if compressed.count <= Self.maximumBytes || rows.count == 1 {
                return Composed(report: report, compressed: compressed, targets: record.reportTargets)
            }
            rows = Array(rows.prefix(rows.count / 2))
        }
    }

    /// The same for every try, so that a receiver who got it twice can tell.
    private func identifier(_ domain: DomainName, _ day: ReportDay) -> String {
        "\(domain.ascii).\(day.begin)@\(contact.domainName?.ascii ?? "localhost")"
    }

    /// Rows that agree are one; the greatest first.
    private static func merged(_ rows: [DMARCReport.Row]) -> [DMARCReport.Row] {
        var counts: [DMARCReport.Row: Int] = [:]
        for row in rows {
            var key = row
            key.count = 0
            counts[key, default: 0] += row.count
        }
        let merged = counts.map { row, count in
            var row = row
            row.count = count
            return row
        }
        return Array(merged.sorted { ($1.count, $0.source, $0.headerFrom) < ($0.count, $1.source, $1.headerFrom) }.prefix(maximumRows))
    }
}
