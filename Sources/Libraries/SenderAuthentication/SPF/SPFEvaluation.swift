import DNS

/// Evaluates one request as RFC 7208 §4 and §5 say, without asking anyone: it says which DNS question comes next, takes what came of
/// it, and ends with an outcome.
///
/// The number of questions is bounded by `SPFLimits`: ten terms, each with at most one question and ten more for addresses. Included
/// records are frames on a stack of its own, so no input makes it recurse.
package struct SPFEvaluation: Sendable {
    /// What is to be done next.
    package enum Step: Sendable, Hashable {
        case ask(DNSQuery)
        case finished(SPFOutcome)
    }

    /// One record being evaluated.
    struct Frame: Sendable {
        let domain: String
        let record: SPFRecord
        var next = 0
        /// The `include` that led here; nil for the first.
        let includedBy: SPFRecord.Directive?
        /// Whether the term at `next` was counted already, when evaluating it had to be put off.
        var isCounted = false
    }

    /// How a record came to be asked for.
    enum Reference: Sendable {
        case first
        case include(SPFRecord.Directive)
        case redirect
    }

    /// Where to go on when the client's names are known.
    enum Continuation: Sendable {
        case terms
        case explanationDomain(SPFRecord.Directive)
        case explanationText(SPFMacroString, SPFRecord.Directive)
    }

    /// The question that is being asked.
    enum Waiting: Sendable {
        case nothing
        case record(domain: String, Reference)
        case addresses(SPFRecord.Directive, SPFPrefixLengths)
        case exchanges(domain: String, SPFRecord.Directive, SPFPrefixLengths)
        case exchangeAddresses(hosts: [String], SPFRecord.Directive, SPFPrefixLengths)
        case existence(SPFRecord.Directive)
        case clientNames(Continuation)
        case clientAddresses(name: String, later: [String], Continuation)
        case explanation(SPFRecord.Directive)
    }

    let request: SPFRequest
    var frames: [Frame] = []
    var waiting = Waiting.nothing
    var lookUps = 0
    var voidLookUps = 0
    /// Validated names of the client (RFC 7208 §5.5); nil until they were asked for.
    var clientNames: [String]?
    var foundClientNames: [String] = []
    /// The domain that the outcome names.
    var checkedDomain = ""

    package init(_ request: SPFRequest) { self.request = request }

    /// The first step; call once.
    package mutating func start() -> Step {
        guard let domain = SPFDomain.checked(request.domain) else { return finish(.none, .notADomain) }
        checkedDomain = domain
        return ask(domain, .text, .record(domain: domain, .first))
    }

    /// Takes what came of the question of the last step.
    package mutating func take(_ reply: DNSReply) -> Step {
        let waited = waiting
        waiting = .nothing
        switch waited {
        case .nothing: return finish(.temporaryError, .timedOut)
        case .record(let domain, let reference): return takeRecord(reply, domain, reference)
        case .addresses(let directive, let lengths): return takeAddresses(reply, directive, lengths)
        case .exchanges(let domain, let directive, let lengths): return takeExchanges(reply, domain, directive, lengths)
        case .exchangeAddresses(let hosts, let directive, let lengths): return takeExchangeAddresses(reply, hosts, directive, lengths)
        case .existence(let directive): return takeExistence(reply, directive)
        case .clientNames(let continuation): return takeClientNames(reply, continuation)
        case .clientAddresses(let name, let later, let continuation): return takeClientAddresses(reply, name, later, continuation)
        case .explanation(let directive): return takeExplanation(reply, directive)
        }
    }

    /// Gives up: the caller's time is over.
    package mutating func timeOut() -> SPFOutcome {
        SPFOutcome(result: .temporaryError, domain: checkedDomain, reason: .timedOut, explanation: nil, lookUps: lookUps)
    }

    mutating func ask(_ name: String, _ type: DNSRecordType, _ waiting: Waiting) -> Step {
        self.waiting = waiting
        return .ask(DNSQuery(name, type))
    }

    func finish(_ result: SPFResult, _ reason: SPFReason, explanation: String? = nil) -> Step {
        .finished(SPFOutcome(result: result, domain: checkedDomain, reason: reason, explanation: explanation, lookUps: lookUps))
    }

    // MARK: Records

    private mutating func takeRecord(_ reply: DNSReply, _ domain: String, _ reference: Reference) -> Step {
        let answer: DNSAnswer
        switch reply {
        case .failure(let error) where error.isTransient: return finish(.temporaryError, .dns(domain: domain, error: error))
        case .failure: return noRecord(domain, reference)
        case .answer(let given): answer = given
        }
        let records = answer.texts.filter(SPFRecord.isRecord)
        guard let text = records.first else { return noRecord(domain, reference) }
        guard records.count == 1 else { return finish(.permanentError, .severalRecords(domain: domain)) }
        do throws(SPFSyntaxError) {
            enter(try SPFRecord(parsing: text), domain, reference)
        } catch {
            return finish(.permanentError, .syntax(domain: domain, term: error.term))
        }
        return advance()
    }

    private func noRecord(_ domain: String, _ reference: Reference) -> Step {
        switch reference {
        case .first: finish(.none, .noRecord(domain: domain))
        case .include, .redirect: finish(.permanentError, .noReferredRecord(domain: domain))
        }
    }

    private mutating func enter(_ record: SPFRecord, _ domain: String, _ reference: Reference) {
        switch reference {
        case .first: frames.append(Frame(domain: domain, record: record, includedBy: nil))
        case .include(let directive): frames.append(Frame(domain: domain, record: record, includedBy: directive))
        // The record takes the place of the one that redirects, whose `exp` counts no longer (RFC 7208 §6.1).
        case .redirect: frames.append(Frame(domain: domain, record: record, includedBy: frames.popLast()?.includedBy))
        }
    }

    // MARK: The walk over the terms

    /// Goes on until a question has to be asked or the outcome is known.
    mutating func advance() -> Step {
        while let frame = frames.last {
            guard frame.next < frame.record.directives.count else {
                if let step = recordEnded(frame) { return step }
                continue
            }
            if let step = evaluate(frame.record.directives[frame.next], in: frame) { return step }
        }
        return finish(.neutral, .noMechanismMatched)
    }

    /// - Returns: nil when the walk goes on, in the frame below.
    private mutating func recordEnded(_ frame: Frame) -> Step? {
        if let redirect = frame.record.effectiveRedirect {
            guard let domain = expanded(redirect, in: frame) else { return askClientNames(.terms) }
            guard countLookUp() else { return finish(.permanentError, .tooManyLookUps) }
            guard let checked = SPFDomain.checked(domain) else { return finish(.permanentError, .noReferredRecord(domain: domain)) }
            return ask(checked, .text, .record(domain: checked, .redirect))
        }
        guard frame.includedBy != nil else { return finish(.neutral, .noMechanismMatched) }
        frames.removeLast()
        passTerm()
        return nil
    }

    /// The term at hand did not match.
    mutating func passTerm() {
        guard !frames.isEmpty else { return }
        frames[frames.count - 1].next += 1
        frames[frames.count - 1].isCounted = false
    }

    /// The term at hand matched. In an included record only a pass matters: then the `include` itself matches (RFC 7208 §5.2).
    mutating func matched(_ directive: SPFRecord.Directive) -> Step {
        var directive = directive
        while let includedBy = frames.last?.includedBy {
            frames.removeLast()
            guard directive.qualifier == .pass else {
                passTerm()
                return advance()
            }
            directive = includedBy
        }
        if directive.qualifier == .fail { return explain(directive) }
        return finish(directive.qualifier.result, .mechanism(directive.text))
    }

    /// Counts the term at hand once, however often its evaluation begins.
    mutating func countTerm() -> Bool {
        guard let last = frames.indices.last, !frames[last].isCounted else { return true }
        frames[last].isCounted = true
        return countLookUp()
    }

    private mutating func countLookUp() -> Bool {
        lookUps += 1
        return lookUps <= SPFLimits.lookUps
    }

    /// The text with its macros replaced; nil when the client's names have to be asked for first.
    func expanded(_ text: SPFMacroString, in frame: Frame) -> String? {
        guard !text.needsClientNames || clientNames != nil else { return nil }
        return SPFDomain.shortened(text.expanded(values(domain: frame.domain)))
    }

    func values(domain: String) -> SPFMacroValues {
        let names = clientNames ?? []
        let name = names.first { $0 == domain } ?? names.first { $0.hasSuffix("." + domain) } ?? names.first
        return SPFMacroValues(request: request, domain: domain, clientName: name ?? "unknown")
    }
}
