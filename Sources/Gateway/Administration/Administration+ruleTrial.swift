package import Filtering
import Mail
package import MessageLog
import Quarantine
package import Settings

/// A message to be judged by content rules alone, without any effect.
package struct RuleTrialInput: Sendable, Hashable {
    /// As it would be sent; line ends of any kind.
    package var message = ""
    /// A message in quarantine instead.
    package var stored: RecordIdentifier?
    /// The envelope's sender; empty for reports.
    package var sender = ""
    package var recipients: [String] = []
    package var direction = MailDirection.inbound
    /// A rule that is not saved yet, asked instead of the one it would replace, or behind all.
    package var draft: ContentRuleInput?
    package var replaces: RecordIdentifier?

    package static let maximumMessageBytes = 512 << 10
    package static let maximumRecipients = 100

    package init() {}
}

/// What would happen.
package struct RuleTrial: Sendable, Hashable {
    package let outcomes: [ContentRules.Outcome]
    package let verdict: MessageJudgement.Verdict
    package let score: FilterScore
    /// Names of attachments that would be taken out.
    package let stripped: [String]
}

extension Administration {
    /// What the content rules would say of a message, the disabled ones left out; other checks are not asked.
    package func tryContentRules(_ input: RuleTrialInput, _ caller: AdministrationCaller) async throws(AdministrationError) -> RuleTrial {
        var rules = try await contentRules(caller)
        if let draft = input.draft {
            var rule = try await validated(
                draft, input.replaces ?? RecordIdentifier(milliseconds: UTCTime.now().milliseconds), (rules.last?.position ?? 0) + 1, caller
            )
            // Whoever tries a draft wants to see it at work.
            rule.isEnabled = true
            if let index = rules.firstIndex(where: { $0.identifier == rule.identifier }) {
                rule.position = rules[index].position
                rules[index] = rule
            } else {
                rules.append(rule)
            }
        }
        let (reversePath, recipients) = try Self.envelope(input)
        let bytes = try await content(input)
        let settings = try await settings(caller)
        var stripping = StrippingSettings()
        _ = stripping.apply(try await section(StrippingSettings.name, caller).texts)
        return await Self.evaluate(
            ContentRules(revision: .none, rules: rules), bytes, reversePath, recipients, input.direction, settings, stripping)
    }

    @concurrent
    private static func evaluate(
        _ rules: ContentRules, _ bytes: [UInt8], _ reversePath: ReversePath, _ recipients: [EmailAddress], _ direction: MailDirection,
        _ settings: FilteringSettings, _ stripping: StrippingSettings
    ) async -> RuleTrial {
        let structure = MessageReader().read(bytes)
        let outcomes = rules.evaluate(
            RuleMessage(
                structure: structure, sizeBytes: bytes.count, reversePath: reversePath, recipients: recipients,
                direction: direction))
        let policy = VerdictPolicy(settings: settings)
        let results = ContentRuleCheck.results(outcomes, ContentRuleCheck.Stripping(structure: structure, settings: stripping))
        let judgement = policy.judgement(results, policy.verdict(results))
        let isWhole = [.reject, .tryAgainLater, .quarantine].contains(judgement.verdict)
        let places =
            isWhole ? [] : results.flatMap(\.marks).reduce(into: Set<Int>()) { if case .strip(let parts) = $1 { $0.formUnion(parts) } }
        let parts = structure.parts
        let stripped = places.sorted().map { parts[$0].fileNames.first ?? parts[$0].contentType.mediaType }
        return RuleTrial(outcomes: outcomes, verdict: judgement.verdict, score: judgement.score, stripped: stripped)
    }

    func settings(_ caller: AdministrationCaller) async throws(AdministrationError) -> FilteringSettings {
        var settings = FilteringSettings()
        // What cannot be read has its default, as everywhere.
        _ = settings.apply(try await section(FilteringSettings.name, caller).texts)
        return settings
    }

    static func envelope(_ input: RuleTrialInput) throws(AdministrationError) -> (ReversePath, [EmailAddress]) {
        var problems: [FieldProblem] = []
        func address(_ text: String, _ field: String) -> EmailAddress? {
            do throws(MailSyntaxError) {
                return try EmailAddress(text)
            } catch {
                problems.append(FieldProblem(field, "“\(text)” is not an address.", ja: "「\(text)」はメールアドレスではありません。"))
                return nil
            }
        }
        let sender = input.sender.isEmpty ? nil : address(input.sender, "sender")
        let recipients = input.recipients.prefix(RuleTrialInput.maximumRecipients).compactMap { address($0, "recipients") }
        guard problems.isEmpty else { throw .invalid(problems) }
        return (sender.map { .address($0) } ?? .null, recipients)
    }

    func content(_ input: RuleTrialInput) async throws(AdministrationError) -> [UInt8] {
        if let stored = input.stored {
            let message = try await quarantinedMessage(stored, of: .everybody)
            do throws(StoredContentError) {
                return try await ports.filtering.contents.content(
                    of: stored, expectedBytes: message.sizeBytes, upTo: RuleTrialInput.maximumMessageBytes)
            } catch {
                throw .unavailable(cause: error.cause)
            }
        }
        guard (1...RuleTrialInput.maximumMessageBytes).contains(input.message.utf8.count) else {
            throw .invalid([
                FieldProblem(
                    "message", "A message of at most 512 KiB is needed.", ja: "メッセージを 512 KiB 以内で指定してください。")
            ])
        }
        // A form sends CRLF, a program what it likes.
        return Array(input.message.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n").utf8)
    }
}
