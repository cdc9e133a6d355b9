/// A message read: its parts as a tree, the bytes they lie in, and everything odd about it.
package struct MIMEStructure: Sendable {
    let sources: [[UInt8]]
    let records: [PartRecord]
    /// In the order in which they were found; each kind that occurred is there at least once.
    package let anomalies: [MessageAnomaly]
    package let limits: MessageLimits

    init(sources: [[UInt8]], records: [PartRecord], anomalies: [MessageAnomaly], limits: MessageLimits) {
        self.sources = sources
        self.records = records
        self.anomalies = anomalies
        self.limits = limits
    }

    /// The message, byte for byte.
    package var bytes: [UInt8] { sources.first ?? [] }

    /// The message itself; there is always one, be it empty.
    package var root: MIMEPart { MIMEPart(structure: self, index: 0) }

    /// The header of the message.
    package var header: MessageHeader { root.header }

    /// All parts, parents before their children; the message itself is the first.
    package var parts: [MIMEPart] { records.indices.map { MIMEPart(structure: self, index: $0) } }

    /// Parts without children: those with content of their own.
    package var leaves: [MIMEPart] { parts.filter(\.children.isEmpty) }

    /// Whether the header of the message or of any part has bytes beyond ASCII, so that a next hop must offer SMTPUTF8 (RFC 6532 §3).
    package var requiresSMTPUTF8: Bool { parts.contains { !$0.isFromDecodedBody && $0.header.requiresSMTPUTF8 } }

    /// Whether a limit was reached, so that fields or parts of it were left unread.
    package var isCut: Bool { anomalies.contains { MessageAnomaly.ofLimits.contains($0.kind) } }

    /// Whether an anomaly of that kind was found.
    package func has(_ kind: MessageAnomaly.Kind) -> Bool { anomalies.contains { $0.kind == kind } }
}
