import Delivery
import Filtering
import Mail
import MessageLog
import Settings

/// The fields that tell the mail servers and readers behind the gateway what it thought of a message. Their names begin with
/// `X-SecurityGateway-`; fields of these names that came from outside are renamed at delivery.
struct VerdictStamp: Sendable {
    /// Names of findings in the field; the log has them all.
    private static let namedFindings = 10

    /// The fields, each ended by CRLF.
    /// - Parameter hasSubject: without one the tag becomes the subject.
    static func fields(_ outcome: FlowFilter.Outcome, tag: String, hasSubject: Bool) -> [UInt8] {
        let judgement = outcome.judgement
        var fields = HeaderEncoding.tokenField("X-SecurityGateway-Verdict", [word(judgement)])
        fields += HeaderEncoding.tokenField("X-SecurityGateway-Score", [judgement.score.description])
        let reasons = judgement.findings.filter { $0.outcome == .found }.prefix(namedFindings).map(reason)
        if !reasons.isEmpty { fields += HeaderEncoding.tokenField("X-SecurityGateway-Reasons", reasons) }
        let rules = outcome.marks.compactMap { if case .tag(let text) = $0 { text } else { nil } }
        let tag = ((outcome.verdict.decision == .tagSubject ? [tag] : []) + rules.prefix(namedTags)).joined(separator: " ")
        guard !tag.isEmpty else { return fields }
        fields +=
            hasSubject
            ? HeaderEncoding.tokenField("X-SecurityGateway-Subject-Tag", [tag]) : HeaderEncoding.unstructuredField("Subject", tag)
        return fields
    }

    /// Tags of rules that are put in front of one subject.
    private static let namedTags = 3
    /// Fields of rules that are put in front of one message.
    private static let namedFields = 20

    /// The fields that content rules add, whichever way the message goes.
    static func addedFields(_ outcome: FlowFilter.Outcome) -> [UInt8] {
        outcome.marks.compactMap { if case .field(let name, let value) = $0 { HeaderEncoding.unstructuredField(name, value) } else { nil } }
            .prefix(namedFields).flatMap { $0 }
    }

    private static func word(_ judgement: MessageJudgement) -> String {
        judgement.isRecordedOnly ? "\(judgement.verdict.rawValue) (recorded only)" : judgement.verdict.rawValue
    }

    /// `reverse-lookup=1.5`
    private static func reason(_ finding: MessageJudgement.Finding) -> String {
        finding.weight == .score ? "\(finding.check)=\(finding.score)" : "\(finding.check)=\(finding.weight.rawValue)"
    }
}
