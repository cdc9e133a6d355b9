package import Mail
package import MessageLog
package import Settings
import Sieve

/// A message as scripts are asked about it, for one recipient.
package struct SieveSubject: Sendable {
    package let header: MessageHeader
    /// `nil` when no script asks for the body, or it could not be read.
    package let structure: MIMEStructure?
    package let sizeBytes: Int
    package let reversePath: ReversePath
    /// `nil` for mail that was not judged.
    package let judgement: MessageJudgement?
    /// The score at which mail is refused: 100 percent of spam.
    package let rejectScore: FilterScore

    package init(
        header: MessageHeader, structure: MIMEStructure?, sizeBytes: Int, reversePath: ReversePath, judgement: MessageJudgement?,
        rejectScore: FilterScore
    ) {
        self.header = header
        self.structure = structure
        self.sizeBytes = sizeBytes
        self.reversePath = reversePath
        self.judgement = judgement
        self.rejectScore = rejectScore
    }

    /// Characters of a message's texts that scripts see.
    private static let maximumTextBytes = 512 << 10
    private static let maximumFieldBytes = 16 << 10
    private static let maximumFields = 1_000

    func message(for recipient: EmailAddress) -> SieveMessage {
        SieveMessage(
            fields: header.prefix(Self.maximumFields).map {
                SieveMessage.Field(name: $0.name, unfolded: Array($0.unfolded.prefix(Self.maximumFieldBytes)))
            },
            sizeBytes: sizeBytes, envelopeFrom: reversePath.description, envelopeTo: recipient.description, spamPercent: spamPercent,
            virus: virus, body: { structure.map(Self.body) })
    }

    private var spamPercent: Int? {
        guard let judgement else { return nil }
        guard rejectScore.tenths > 0 else { return judgement.score.tenths > 0 ? 100 : 0 }
        return min(100, max(0, judgement.score.tenths * 100 / rejectScore.tenths))
    }

    private var virus: SieveMessage.VirusVerdict {
        guard let finding = judgement?.findings.first(where: { $0.check == VirusCheck.name }) else { return .untested }
        switch finding.outcome {
        case .found: return .certain
        case .notFound: return .clean
        case .undecided: return .untested
        }
    }

    private static func body(_ structure: MIMEStructure) -> SieveMessage.Body {
        var left = maximumTextBytes
        var parts: [SieveMessage.Part] = []
        for part in structure.leaves where left > 0 {
            let isText = part.contentType.type == "text"
            let decoded = isText ? part.decodedText(limit: left).text : String(decoding: part.decodedBody(limit: left).bytes, as: UTF8.self)
            let text = part.contentType.subtype == "html" && isText ? VisibleText(html: decoded).text : decoded
            left -= text.utf8.count
            parts.append(
                SieveMessage.Part(mediaType: part.contentType.mediaType.lowercased(), text: text, isText: isText && !part.isAttachment))
        }
        let raw = String(decoding: structure.root.rawBody.prefix(maximumTextBytes), as: UTF8.self)
        return SieveMessage.Body(raw: raw, parts: parts)
    }
}
