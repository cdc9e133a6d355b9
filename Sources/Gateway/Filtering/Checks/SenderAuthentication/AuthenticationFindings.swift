import Mail
import SenderAuthentication
import Settings

/// What follows from the methods' outcomes: the findings with their weights and words. Pure.
struct AuthenticationFindings: Sendable {
    private let evidence: AuthenticationEvidence
    private let settings: SenderAuthenticationSettings

    /// Whether the message may be sealed afterwards, which takes the results even where they are not written into it.
    private let isSealed: Bool

    init(_ evidence: AuthenticationEvidence, _ settings: SenderAuthenticationSettings, isSealed: Bool = false) {
        self.evidence = evidence
        self.settings = settings
        self.isSealed = isSealed
    }

    /// One for each method that is on.
    var results: [CheckResult] {
        var results: [CheckResult] = []
        if settings.checksSPF {
            var result = spf
            result.vouches = evidence.spf?.result == .pass
            results.append(result)
        }
        if settings.checksDKIM { results.append(dkim) }
        if settings.checksARC { results.append(arc) }
        if settings.checksDMARC, settings.checksSPF, settings.checksDKIM {
            var result = dmarc
            result.vouches = isDMARCPassed
            results.append(result)
        }
        guard settings.writesResults || isSealed else { return results }
        let methods = AuthenticationHeader(evidence, settings).methods
        for index in results.indices { results[index].authentication = methods[results[index].check] ?? [] }
        if isSealed, let index = results.firstIndex(where: { $0.check == AuthenticationMethod.arc.rawValue }) {
            results[index].chain = evidence.arc
        }
        return results
    }

    // MARK: SPF

    private var spf: CheckResult {
        guard let outcome = evidence.spf else { return undecided(.spf, Self.late) }
        let domain = outcome.domain.isEmpty ? evidence.heloName.cut(60) : outcome.domain
        let text = LocalizedText(
            "\(outcome.result.rawValue) for \(domain): \(outcome.reason).", ja: "\(domain): \(outcome.result.rawValue)（\(outcome.reason)）")
        switch outcome.result {
        case .fail: return finding(.spf, isDMARCPassed ? .zero : settings.spfFailScore, text)
        case .softFail: return finding(.spf, isDMARCPassed ? .zero : settings.spfSoftFailScore, text)
        case .none, .neutral, .pass: return nothing(.spf, text)
        case .temporaryError, .permanentError: return undecided(.spf, text)
        }
    }

    /// Honest forwarding fails SPF; a signature of the domain in From says more.
    private var isDMARCPassed: Bool { evidence.dmarc.map { !$0.isEmpty && $0.allSatisfy { $0.result == .pass } } ?? false }

    // MARK: DKIM

    /// Signatures named in the finding.
    private static let namedSignatures = 3

    private var dkim: CheckResult {
        guard let outcomes = evidence.dkim else { return undecided(.dkim, evidence.identity == nil ? Self.unread : Self.late) }
        guard !outcomes.isEmpty else { return nothing(.dkim, LocalizedText("No signature.", ja: "署名はありません。")) }
        let told = PrintableText.cut(outcomes.prefix(Self.namedSignatures).map(Self.words).joined(separator: "; "))
        let text = LocalizedText(told + (outcomes.count > Self.namedSignatures ? "; …" : "") + ".", ja: told)
        if outcomes.contains(where: { $0.result == .pass }) { return nothing(.dkim, text) }
        if outcomes.contains(where: { $0.result == .temporaryError }) { return undecided(.dkim, text) }
        return finding(.dkim, settings.dkimFailScore, text)
    }

    private static func words(_ outcome: DKIMOutcome) -> String {
        let domain = outcome.signature?.domain.ascii ?? "?"
        var notes = [outcome.fault?.description].compactMap { $0 }
        if outcome.result == .pass, outcome.signature?.algorithm == .rsaSHA256, let bits = outcome.keyBits, bits < 2_048 {
            notes.append("weak key of \(bits) bits")
        }
        if outcome.unsignedBodyBytes > 0 { notes.append("\(outcome.unsignedBodyBytes) bytes not signed") }
        if outcome.isTesting { notes.append("testing") }
        return "\(outcome.result.rawValue) \(domain)" + (notes.isEmpty ? "" : " (\(notes.joined(separator: ", ")))")
    }

    // MARK: ARC

    private var arc: CheckResult {
        guard let outcome = evidence.arc else { return undecided(.arc, evidence.identity == nil ? Self.unread : Self.late) }
        let sealers = outcome.handlers.suffix(3).map(\.domain.ascii).joined(separator: ", ")
        switch outcome.result {
        case .none: return nothing(.arc, LocalizedText("No chain.", ja: "チェーンはありません。"))
        case .pass:
            return nothing(
                .arc, LocalizedText("The chain is valid; sealed by \(sealers).", ja: "有効なチェーンです（封印: \(sealers)）。"))
        case .fail:
            let fault = outcome.fault?.description ?? ""
            return nothing(.arc, LocalizedText("The chain is broken: \(fault).", ja: "チェーンは無効です: \(fault)"))
        case .temporaryError:
            let fault = outcome.fault?.description ?? ""
            return undecided(.arc, LocalizedText("The chain could not be verified: \(fault).", ja: "チェーンを検証できませんでした: \(fault)"))
        }
    }

    /// The sealer whose word excuses a failure, if there is one (RFC 8617 §7.2.1).
    var trustedSealer: DomainName? {
        guard let arc = evidence.arc, arc.result == .pass, let newest = arc.handlers.last,
            settings.trustedSealers.contains(newest.domain.ascii)
        else { return nil }
        let hasPassed = newest.results?.methods.contains { $0.name == "dmarc" && $0.result == "pass" } ?? false
        return hasPassed ? newest.domain : nil
    }

    // MARK: DMARC

    private var dmarc: CheckResult {
        switch evidence.identity {
        case nil: return undecided(.dmarc, Self.unread)
        case .missing:
            return finding(
                .dmarc, settings.missingFromScore, LocalizedText("There is no address in From.", ja: "From にアドレスがありません。"))
        case .tooMany:
            return finding(
                .dmarc, settings.missingFromScore,
                LocalizedText("From has addresses of too many domains.", ja: "From に多数のドメインのアドレスがあります。"))
        case .domains: break
        }
        guard let strictest = strictest else { return undecided(.dmarc, Self.late) }
        return judged(strictest)
    }

    /// A message that claims to come from several domains has to satisfy each.
    private var strictest: DMARCOutcome? {
        let order: [DMARCRecord.Policy] = [.none, .quarantine, .reject]
        func rank(_ outcome: DMARCOutcome) -> Int {
            switch outcome.result {
            case .fail: 10 + (order.firstIndex(of: outcome.disposition) ?? 0)
            case .temporaryError: 3
            case .permanentError: 2
            case .none: 1
            case .pass: 0
            }
        }
        return evidence.dmarc?.max { rank($0) < rank($1) }
    }

    private func judged(_ outcome: DMARCOutcome) -> CheckResult {
        let domain = outcome.domain.ascii
        switch outcome.result {
        case .pass: return nothing(.dmarc, LocalizedText("pass for \(domain).", ja: "\(domain): pass"))
        case .none: return nothing(.dmarc, LocalizedText("\(outcome.reason).", ja: "\(domain): DMARC レコードはありません。"))
        case .temporaryError, .permanentError:
            return undecided(.dmarc, LocalizedText("\(outcome.reason).", ja: "\(domain): 判定できませんでした（\(outcome.reason)）"))
        case .fail: return failed(outcome)
        }
    }

    private func failed(_ outcome: DMARCOutcome) -> CheckResult {
        let domain = outcome.domain.ascii
        let policy = outcome.disposition.rawValue
        if let sealer = trustedSealer {
            return nothing(
                .dmarc,
                LocalizedText(
                    "fail for \(domain), excused: \(sealer) sealed that it passed before.",
                    ja: "\(domain): fail。ただし \(sealer) が転送前の pass を保証しています。"))
        }
        let text = LocalizedText(
            "fail for \(domain), whose policy is \(policy): neither SPF nor DKIM passed for it.",
            ja: "\(domain): fail（ポリシー \(policy)）。SPF と DKIM のどちらも成功していません。")
        switch outcome.disposition {
        case .none: return finding(.dmarc, settings.dmarcNoneScore, text)
        case .quarantine:
            switch settings.quarantineAction {
            case .quarantine: return finding(.dmarc, .quarantine, text)
            case .score: return finding(.dmarc, settings.dmarcFailScore, text)
            }
        case .reject:
            switch settings.rejectAction {
            case .reject: return finding(.dmarc, .reject, text)
            case .quarantine: return finding(.dmarc, .quarantine, text)
            case .score: return finding(.dmarc, settings.dmarcFailScore, text)
            }
        }
    }

    // MARK: Words

    private static let late = LocalizedText("It could not be decided in time.", ja: "時間内に判定できませんでした。")
    private static let unread = LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。")

    private func finding(_ method: AuthenticationMethod, _ score: FilterScore, _ text: LocalizedText) -> CheckResult {
        finding(method, .score(score), text)
    }

    private func finding(_ method: AuthenticationMethod, _ weight: CheckResult.Weight, _ text: LocalizedText) -> CheckResult {
        CheckResult(check: method.rawValue, outcome: .found, weight: weight, text: text, isExcusable: true)
    }

    private func nothing(_ method: AuthenticationMethod, _ text: LocalizedText) -> CheckResult {
        CheckResult(check: method.rawValue, outcome: .notFound, weight: .score(.zero), text: text, isExcusable: true)
    }

    private func undecided(_ method: AuthenticationMethod, _ text: LocalizedText) -> CheckResult {
        CheckResult(check: method.rawValue, outcome: .undecided, weight: .score(.zero), text: text, isExcusable: true)
    }
}

extension String {
    /// Names from outside, made fit for a sentence.
    fileprivate func cut(_ limit: Int) -> String { PrintableText.cut(self, limit: limit) }
}
