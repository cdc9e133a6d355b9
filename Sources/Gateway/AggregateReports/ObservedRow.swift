import Foundation
package import Mail
package import SenderAuthentication
package import Settings

/// Mails of one day that agree in everything that is reported, as one node has counted them.
package struct ObservedRow: Sendable, Hashable {
    /// Made by the node when it saw the first of them; later figures take the place of earlier ones.
    package let identifier: RecordIdentifier
    package let day: ReportDay
    /// Whose policy counted.
    package let domain: DomainName
    /// The policy's record as it was published.
    package let policy: String
    /// With how many there were.
    package let row: DMARCReport.Row

    package init(identifier: RecordIdentifier, day: ReportDay, domain: DomainName, policy: String, row: DMARCReport.Row) {
        self.identifier = identifier
        self.day = day
        self.domain = domain
        self.policy = policy
        self.row = row
    }

    /// Of the stored form of a row; what comes from outside is cut before.
    package static let maximumDataBytes = 8_000

    /// The row without its count, as it is stored.
    package var data: String {
        // Only texts, numbers and Booleans: there is nothing that could not be written.
        (try? String(decoding: Self.encoder.encode(StoredRow(row)), as: UTF8.self)) ?? "{}"
    }

    /// - Returns: nil for what a newer version wrote.
    package static func row(data: String, count: Int) -> DMARCReport.Row? {
        (try? JSONDecoder().decode(StoredRow.self, from: Data(data.utf8)))?.row(count: count)
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

/// A row as it is stored.
private struct StoredRow: Codable {
    struct Signature: Codable {
        let domain: String
        let selector: String
        let result: String
    }

    let source: String
    let disposition: String
    let dkim: Bool
    let spf: Bool
    let reason: String?
    let headerFrom: String
    let envelopeFrom: String
    let spfDomain: String
    let spfScope: String
    let spfResult: String
    let signatures: [Signature]

    init(_ row: DMARCReport.Row) {
        source = row.source
        disposition = row.disposition.rawValue
        dkim = row.isDKIMAligned
        spf = row.isSPFAligned
        reason = row.overrideReason
        headerFrom = row.headerFrom
        envelopeFrom = row.envelopeFrom
        spfDomain = row.spfDomain
        spfScope = row.spfScope
        spfResult = row.spfResult.rawValue
        signatures = row.signatures.map { Signature(domain: $0.domain, selector: $0.selector, result: $0.result.rawValue) }
    }

    func row(count: Int) -> DMARCReport.Row? {
        guard let disposition = DMARCRecord.Policy(rawValue: disposition), let result = SPFResult(rawValue: spfResult) else { return nil }
        return DMARCReport.Row(
            source: source, count: count, disposition: disposition, isDKIMAligned: dkim, isSPFAligned: spf, overrideReason: reason,
            headerFrom: headerFrom, envelopeFrom: envelopeFrom, spfDomain: spfDomain, spfScope: spfScope, spfResult: result,
            signatures: signatures.compactMap { signature in
                DKIMResult(rawValue: signature.result).map {
                    DMARCReport.Row.Signature(domain: signature.domain, selector: signature.selector, result: $0)
                }
            })
    }
}
