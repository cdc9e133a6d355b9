import Administration
import Filtering
import MessageLog
import Settings

/// The content rules, and what they would do.
extension AdministrationAPI {
    var contentRuleRoutes: [APIRoute] {
        [
            .get("/content-rules") { call async throws(APIError) in
                try call.query.allow()
                let rules = try await ask { () async throws(AdministrationError) in try await administration.contentRules(call.caller) }
                return .json(ContentRuleListDocument(items: rules.map(ContentRuleDocument.init)))
            },
            .post("/content-rules") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                let input = Self.contentRuleInput(&reader)
                try reader.finish()
                let rule = try await ask { () async throws(AdministrationError) in
                    try await administration.addContentRule(input, call.caller)
                }
                return .created(ContentRuleDocument(rule), at: "/content-rules/\(rule.identifier)")
            },
            .post("/content-rules/leaks") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                let rules = try await ask { () async throws(AdministrationError) in try await administration.addLeakRules(call.caller) }
                return .json(ContentRuleListDocument(items: rules.map(ContentRuleDocument.init)))
            },
            .post("/content-rules/try") { call async throws(APIError) in
                try call.query.allow()
                let input = try Self.trialInput(call.body)
                let trial = try await ask { () async throws(AdministrationError) in
                    try await administration.tryContentRules(input, call.caller)
                }
                return .json(RuleTrialDocument(trial))
            },
            .get("/content-rules/{rule}") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.ruleIdentifier(call)
                let rule = try await ask { () async throws(AdministrationError) in
                    try await administration.contentRule(identifier, call.caller)
                }
                return .json(ContentRuleDocument(rule))
            },
            .put("/content-rules/{rule}") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.ruleIdentifier(call)
                var reader = try JSONObjectReader(call.body)
                let input = Self.contentRuleInput(&reader)
                try reader.finish()
                let rule = try await ask { () async throws(AdministrationError) in
                    try await administration.changeContentRule(identifier, input, call.caller)
                }
                return .json(ContentRuleDocument(rule))
            },
            .delete("/content-rules/{rule}") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.ruleIdentifier(call)
                try await ask { () async throws(AdministrationError) in
                    try await administration.deleteContentRule(identifier, call.caller)
                }
                return .noContent
            },
            .post("/content-rules/{rule}/move") { call async throws(APIError) in
                try call.query.allow()
                let identifier = try Self.ruleIdentifier(call)
                var reader = try JSONObjectReader(call.body)
                let way = reader.requiredChoice("to", RuleMove.self)
                try reader.finish()
                let rules = try await ask { () async throws(AdministrationError) in
                    try await administration.moveContentRule(identifier, up: way == .up, call.caller)
                }
                return .json(ContentRuleListDocument(items: rules.map(ContentRuleDocument.init)))
            },
        ]
    }

    private enum RuleMove: String, CaseIterable {
        case up, down
    }

    private static func ruleIdentifier(_ call: APICall) throws(APIError) -> RecordIdentifier {
        guard let identifier = RecordIdentifier(call.parameter("rule")) else {
            throw .administration(.notFound(LocalizedText("There is no such rule.", ja: "このルールはありません。")))
        }
        return identifier
    }

    private static func contentRuleInput(_ reader: inout JSONObjectReader) -> ContentRuleInput {
        var input = ContentRuleInput(
            name: reader.requiredString("name"), conditions: reader.requiredStrings("conditions"),
            actions: reader.requiredStrings("actions"))
        input.domain = reader.string("domain") ?? ""
        input.isEnabled = reader.boolean("enabled") ?? true
        input.stops = reader.boolean("stops") ?? false
        input.needsAny = reader.boolean("any") ?? false
        return input
    }

    private static func trialInput(_ body: JSONValue) throws(APIError) -> RuleTrialInput {
        var reader = try JSONObjectReader(body)
        var input = RuleTrialInput()
        input.message = reader.string("message") ?? ""
        if let text = reader.string("stored") {
            input.stored = RecordIdentifier(text)
            if input.stored == nil { reader.note("stored", "32 hexadecimal digits are expected", ja: "32 桁の 16 進数を指定してください") }
        }
        input.sender = reader.string("sender") ?? ""
        input.recipients = reader.strings("recipients") ?? []
        input.direction = reader.choice("direction", MailDirection.self) ?? .inbound
        if let drafts = reader.strings("conditions") {
            var draft = ContentRuleInput(name: "draft", conditions: drafts, actions: reader.requiredStrings("actions"))
            draft.needsAny = reader.boolean("any") ?? false
            input.draft = draft
        }
        try reader.finish()
        return input
    }
}
