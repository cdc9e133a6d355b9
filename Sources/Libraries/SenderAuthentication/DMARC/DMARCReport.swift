import DNS
package import Mail

/// An aggregate report: what was seen of a domain's mail within a span of time (RFC 7489 §7.2, appendix C). A pure writer.
package struct DMARCReport: Sendable, Hashable {
    /// Mails that agree in everything that is reported.
    package struct Row: Sendable, Hashable {
        package struct Signature: Sendable, Hashable {
            package var domain: String
            package var selector: String
            package var result: DKIMResult

            package init(domain: String, selector: String, result: DKIMResult) {
                self.domain = domain
                self.selector = selector
                self.result = result
            }
        }

        /// The client's address.
        package var source: String
        package var count: Int
        package var disposition: DMARCRecord.Policy
        package var isDKIMAligned: Bool
        package var isSPFAligned: Bool
        /// Why less was done than asked: `sampled_out`, `local_policy`, `forwarded`, `mailing_list`, `trusted_forwarder`, `other`.
        package var overrideReason: String?
        package var headerFrom: String
        package var envelopeFrom: String
        package var spfDomain: String
        /// `mfrom` or `helo`.
        package var spfScope: String
        package var spfResult: SPFResult
        package var signatures: [Signature]

        package init(
            source: String, count: Int, disposition: DMARCRecord.Policy, isDKIMAligned: Bool, isSPFAligned: Bool,
            overrideReason: String? = nil, headerFrom: String, envelopeFrom: String, spfDomain: String, spfScope: String = "mfrom",
            spfResult: SPFResult, signatures: [Signature]
        ) {
            self.source = source
            self.count = count
            self.disposition = disposition
            self.isDKIMAligned = isDKIMAligned
            self.isSPFAligned = isSPFAligned
            self.overrideReason = overrideReason
            self.headerFrom = headerFrom
            self.envelopeFrom = envelopeFrom
            self.spfDomain = spfDomain
            self.spfScope = spfScope
            self.spfResult = spfResult
            self.signatures = signatures
        }
    }

    /// Who reports.
    package var organization: String
    package var contact: String
    /// Unique for the reporter.
    package var identifier: String
    /// Seconds since 1970.
    package var begin: Int
    package var end: Int
    package var policyDomain: DomainName
    package var record: DMARCRecord
    package var rows: [Row]

    package init(
        organization: String, contact: String, identifier: String, begin: Int, end: Int, policyDomain: DomainName, record: DMARCRecord,
        rows: [Row]
    ) {
        self.organization = organization
        self.contact = contact
        self.identifier = identifier
        self.begin = begin
        self.end = end
        self.policyDomain = policyDomain
        self.record = record
        self.rows = rows
    }

    /// The name of the attachment (RFC 7489 §7.2.1.1).
    package func fileName(reporter: DomainName) -> String { "\(reporter.ascii)!\(policyDomain.ascii)!\(begin)!\(end).xml.gz" }

    /// The subject of the mail (RFC 7489 §7.2.1.1).
    package func subject(reporter: DomainName) -> String {
        "Report Domain: \(policyDomain.ascii) Submitter: \(reporter.ascii) Report-ID: <\(PrintableText.cut(identifier))>"
    }

    /// The report, compressed.
    package var compressed: [UInt8] { Gzip.compress(xml) }

    /// The report.
    package var xml: [UInt8] {
        var writer = XMLWriter()
        writer.element("feedback") { writer in
            writer.text("version", "1.0")
            writer.element("report_metadata", metadata)
            writer.element("policy_published", policy)
            for row in rows { writer.element("record") { Self.record(row, &$0) } }
        }
        return writer.bytes
    }

    private func metadata(_ writer: inout XMLWriter) {
        writer.text("org_name", organization)
        writer.text("email", contact)
        writer.text("report_id", identifier)
        writer.element("date_range") { writer in
            writer.text("begin", String(begin))
            writer.text("end", String(end))
        }
    }

    private func policy(_ writer: inout XMLWriter) {
        writer.text("domain", policyDomain.ascii)
        writer.text("adkim", record.dkimAlignment.rawValue)
        writer.text("aspf", record.spfAlignment.rawValue)
        writer.text("p", record.policy.rawValue)
        writer.text("sp", record.subdomainPolicy.rawValue)
        writer.text("pct", String(record.percentage))
        // The schema of RFC 7489 wants it; this is what counts when it is missing.
        writer.text("fo", record.failureOptions ?? "0")
    }

    private static func record(_ row: Row, _ writer: inout XMLWriter) {
        writer.element("row") { writer in
            writer.text("source_ip", row.source)
            writer.text("count", String(row.count))
            writer.element("policy_evaluated") { writer in
                writer.text("disposition", row.disposition.rawValue)
                writer.text("dkim", row.isDKIMAligned ? "pass" : "fail")
                writer.text("spf", row.isSPFAligned ? "pass" : "fail")
                if let reason = row.overrideReason { writer.element("reason") { $0.text("type", reason) } }
            }
        }
        writer.element("identifiers") { writer in
            writer.text("envelope_from", row.envelopeFrom)
            writer.text("header_from", row.headerFrom)
        }
        writer.element("auth_results") { writer in
            for signature in row.signatures {
                writer.element("dkim") { writer in
                    writer.text("domain", signature.domain)
                    writer.text("selector", signature.selector)
                    writer.text("result", signature.result.rawValue)
                }
            }
            writer.element("spf") { writer in
                writer.text("domain", row.spfDomain)
                writer.text("scope", row.spfScope)
                writer.text("result", row.spfResult.rawValue)
            }
        }
    }
}

/// Writes elements, indented, with their text escaped.
struct XMLWriter {
    private(set) var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
    private var depth = 0

    mutating func element(_ name: String, _ content: (inout XMLWriter) -> Void) {
        line("<\(name)>")
        depth += 1
        content(&self)
        depth -= 1
        line("</\(name)>")
    }

    mutating func text(_ name: String, _ value: String) { line("<\(name)>\(Self.escaped(value))</\(name)>") }

    private mutating func line(_ text: String) {
        bytes += Array(repeating: 0x20, count: depth * 2)
        bytes += text.utf8
        bytes.append(0x0A)
    }

    /// Without characters that XML 1.0 cannot hold.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0x7F && scalar.value & 0xFFFE != 0xFFFE || scalar == "\t"
                result.unicodeScalars.append(isAllowed ? scalar : "?")
            }
        }
        return result
    }
}
