import DNS

/// The client's validated names (RFC 7208 §5.5) and the explanation of a failure (§6.2).
extension SPFEvaluation {
    mutating func askClientNames(_ continuation: Continuation) -> Step {
        ask(request.client.reverseName, .pointer, .clientNames(continuation))
    }

    /// Failures and missing names lead to no validated name, never to an error (RFC 7208 §5.5).
    mutating func takeClientNames(_ reply: DNSReply, _ continuation: Continuation) -> Step {
        foundClientNames = []
        guard case .answer(let answer) = reply else { return askNextClientName([], continuation) }
        return askNextClientName(Array(answer.names.prefix(SPFLimits.names)), continuation)
    }

    mutating func takeClientAddresses(_ reply: DNSReply, _ name: String, _ later: [String], _ continuation: Continuation) -> Step {
        if case .answer(let answer) = reply, answer.addresses.contains(request.client) { foundClientNames.append(name) }
        return askNextClientName(later, continuation)
    }

    private mutating func askNextClientName(_ names: [String], _ continuation: Continuation) -> Step {
        if let name = names.first {
            let type: DNSRecordType
            switch request.client {
            case .ipv4: type = .a
            case .ipv6: type = .aaaa
            }
            return ask(name, type, .clientAddresses(name: name, later: Array(names.dropFirst()), continuation))
        }
        clientNames = foundClientNames
        switch continuation {
        case .terms: return advance()
        case .explanationDomain(let directive): return explain(directive)
        case .explanationText(let text, let directive): return explained(text, directive)
        }
    }

    // MARK: Explanation

    /// The outcome of a failure, after its explanation was asked for if there is one.
    mutating func explain(_ directive: SPFRecord.Directive) -> Step {
        guard let frame = frames.last, let specification = frame.record.explanation else { return failed(directive) }
        guard let domain = expanded(specification, in: frame) else { return askClientNames(.explanationDomain(directive)) }
        return ask(domain, .text, .explanation(directive))
    }

    /// Whatever is wrong with an explanation, the result stands and is not explained (RFC 7208 §6.2).
    mutating func takeExplanation(_ reply: DNSReply, _ directive: SPFRecord.Directive) -> Step {
        guard case .answer(let answer) = reply, answer.texts.count == 1, let text = answer.texts.first,
            text.utf8.count <= SPFLimits.recordBytes, let parsed = SPFMacroString(Array(text.utf8)[...], at: .explanation)
        else { return failed(directive) }
        return explained(parsed, directive)
    }

    private mutating func explained(_ text: SPFMacroString, _ directive: SPFRecord.Directive) -> Step {
        if text.needsClientNames, clientNames == nil { return askClientNames(.explanationText(text, directive)) }
        let explanation = text.expanded(values(domain: frames.last?.domain ?? checkedDomain))
        return finish(
            .fail, .mechanism(directive.text),
            explanation: PrintableText.cut(explanation, limit: SPFOutcome.maximumExplanationBytes))
    }

    private func failed(_ directive: SPFRecord.Directive) -> Step { finish(.fail, .mechanism(directive.text)) }
}
