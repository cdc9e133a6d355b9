import DNS

/// The mechanisms (RFC 7208 §5): what each asks, and what the answers mean.
extension SPFEvaluation {
    /// - Returns: nil when the walk goes on with the next term.
    mutating func evaluate(_ directive: SPFRecord.Directive, in frame: Frame) -> Step? {
        switch directive.mechanism {
        case .all: return matched(directive)
        case .network(let address, let bits):
            guard SPFPrefixLengths(ipv4: bits, ipv6: bits).matches(address, request.client) else {
                passTerm()
                return nil
            }
            return matched(directive)
        case .include(let domain): return evaluateInclude(directive, domain, frame)
        case .exists(let domain): return evaluateExists(directive, domain, frame)
        case .clientNames(let domain): return evaluateClientNames(directive, domain, frame)
        case .addresses(let domain, let lengths):
            return target(domain, frame) { evaluation, name in
                evaluation.ask(name, evaluation.addressType, .addresses(directive, lengths))
            }
        case .exchanges(let domain, let lengths):
            return target(domain, frame) { evaluation, name in
                evaluation.ask(name, .mailExchange, .exchanges(domain: name, directive, lengths))
            }
        }
    }

    private var addressType: DNSRecordType {
        switch request.client {
        case .ipv4: .a
        case .ipv6: .aaaa
        }
    }

    /// Counts the term and finds the domain it is about.
    private mutating func target(
        _ domain: SPFMacroString?, _ frame: Frame, _ next: (inout SPFEvaluation, String) -> Step?
    ) -> Step? {
        guard countTerm() else { return finish(.permanentError, .tooManyLookUps) }
        guard let domain else { return next(&self, frame.domain) }
        guard let name = expanded(domain, in: frame) else { return askClientNames(.terms) }
        return next(&self, name)
    }

    private mutating func evaluateInclude(_ directive: SPFRecord.Directive, _ domain: SPFMacroString, _ frame: Frame) -> Step? {
        target(domain, frame) { evaluation, name in
            guard let checked = SPFDomain.checked(name) else {
                return evaluation.finish(.permanentError, .noReferredRecord(domain: name))
            }
            return evaluation.ask(checked, .text, .record(domain: checked, .include(directive)))
        }
    }

    private mutating func evaluateExists(_ directive: SPFRecord.Directive, _ domain: SPFMacroString, _ frame: Frame) -> Step? {
        // An IPv4 address is asked for whatever the client has (RFC 7208 §5.7).
        target(domain, frame) { evaluation, name in evaluation.ask(name, .a, .existence(directive)) }
    }

    private mutating func evaluateClientNames(_ directive: SPFRecord.Directive, _ domain: SPFMacroString?, _ frame: Frame) -> Step? {
        target(domain, frame) { evaluation, name in
            guard let names = evaluation.clientNames else { return evaluation.askClientNames(.terms) }
            let wanted = name.lowercased()
            guard names.contains(where: { $0 == wanted || $0.hasSuffix("." + wanted) }) else {
                evaluation.passTerm()
                return nil
            }
            return evaluation.matched(directive)
        }
    }

    // MARK: Answers

    mutating func takeAddresses(_ reply: DNSReply, _ directive: SPFRecord.Directive, _ lengths: SPFPrefixLengths) -> Step {
        switch found(reply) {
        case .ended(let step): return step
        case .answer(let answer):
            if answer.addresses.contains(where: { lengths.matches($0, request.client) }) { return matched(directive) }
            return passAndAdvance()
        }
    }

    mutating func takeExchanges(
        _ reply: DNSReply, _ domain: String, _ directive: SPFRecord.Directive, _ lengths: SPFPrefixLengths
    ) -> Step {
        switch found(reply) {
        case .ended(let step): return step
        case .answer(let answer):
            let exchanges = answer.mailExchanges.filter { $0.host != "." }
            guard exchanges.count <= SPFLimits.names else { return finish(.permanentError, .tooManyExchanges(domain: domain)) }
            let hosts = exchanges.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }.map(\.host)
            return askNextExchange(hosts, directive, lengths)
        }
    }

    mutating func takeExchangeAddresses(
        _ reply: DNSReply, _ hosts: [String], _ directive: SPFRecord.Directive, _ lengths: SPFPrefixLengths
    ) -> Step {
        switch found(reply) {
        case .ended(let step): return step
        case .answer(let answer):
            if answer.addresses.contains(where: { lengths.matches($0, request.client) }) { return matched(directive) }
            return askNextExchange(hosts, directive, lengths)
        }
    }

    private mutating func askNextExchange(
        _ hosts: [String], _ directive: SPFRecord.Directive, _ lengths: SPFPrefixLengths
    ) -> Step {
        guard let host = hosts.first else { return passAndAdvance() }
        return ask(host, addressType, .exchangeAddresses(hosts: Array(hosts.dropFirst()), directive, lengths))
    }

    mutating func takeExistence(_ reply: DNSReply, _ directive: SPFRecord.Directive) -> Step {
        switch found(reply) {
        case .ended(let step): return step
        case .answer(let answer): return answer.addresses.isEmpty ? passAndAdvance() : matched(directive)
        }
    }

    private mutating func passAndAdvance() -> Step {
        passTerm()
        return advance()
    }

    private enum Found {
        case answer(DNSAnswer)
        case ended(Step)
    }

    /// What a mechanism's question brought; failures end the evaluation, answers without records are counted.
    private mutating func found(_ reply: DNSReply) -> Found {
        switch reply {
        case .failure(let error) where error.isTransient:
            return .ended(finish(.temporaryError, .dns(domain: frames.last?.domain ?? checkedDomain, error: error)))
        // A text that is no domain name: nothing is found there.
        case .failure: return countVoid() ?? .answer(DNSAnswer(name: ".", type: addressType, finding: .noSuchName))
        case .answer(let answer): return answer.records.isEmpty ? countVoid() ?? .answer(answer) : .answer(answer)
        }
    }

    private mutating func countVoid() -> Found? {
        voidLookUps += 1
        return voidLookUps > SPFLimits.voidLookUps ? .ended(finish(.permanentError, .tooManyVoidLookUps)) : nil
    }
}
