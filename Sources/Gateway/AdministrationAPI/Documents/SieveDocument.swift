import Administration
import Filtering
import Mail
import Settings
import Sieve

/// A Sieve script.
package struct SieveScriptDocument: Codable, Sendable {
    /// `cluster`, a protected domain, or an address in one.
    package let owner: String
    package let level: String
    package let name: String
    package let active: Bool
    package let changedAt: String
    /// Absent in lists.
    package let script: String?

    init(_ script: SieveScript, withText: Bool) {
        owner = script.owner.key
        level = script.owner.level.rawValue
        name = script.name
        active = script.isActive
        changedAt = TimeText.text(script.changedAt)
        self.script = withText ? script.text : nil
    }
}

/// A script as a command sends it.
package struct NewSieveScriptDocument: Codable, Sendable {
    package var name: String
    package var active: Bool
    package var script: String

    package init(name: String, active: Bool, script: String) {
        self.name = name
        self.active = active
        self.script = script
    }
}

/// A text to be checked, as a command sends it.
package struct SieveTextDocument: Codable, Sendable {
    package let script: String

    package init(script: String) { self.script = script }
}

/// What is wrong with a script; empty when nothing is.
package struct SieveCheckDocument: Codable, Sendable {
    package let faults: [Fault]

    package struct Fault: Codable, Sendable {
        package let line: Int
        package let column: Int
        package let message: String
        package let messageJapanese: String
    }

    init(_ faults: [SieveFault]) {
        self.faults = faults.map { fault in
            Fault(
                line: fault.position.line, column: fault.position.column, message: fault.problem.english,
                messageJapanese: fault.problem.japanese)
        }
    }
}

/// A message to run scripts over, as a command sends it.
package struct NewSieveTrialDocument: Codable, Sendable {
    package var message: String?
    package var stored: String?
    package var sender: String?
    package var recipient: String
    package var script: String?
    package var owner: String?
    package var score: String?

    package init(recipient: String) { self.recipient = recipient }
}

/// What would happen.
package struct SieveTrialDocument: Codable, Sendable {
    /// `keep`, `quarantine`, `gone` or `reject`.
    package let result: String
    package let redirects: [String]
    /// Fields put in front or at the end of the header.
    package let addedFields: [String]
    package let deletedFields: Int
    package let reasons: [Reason]
    package let scripts: [Script]

    package struct Reason: Codable, Sendable {
        package let failed: Bool
        package let message: String
        package let messageJapanese: String
    }

    package struct Script: Codable, Sendable {
        package let owner: String
        package let name: String
        package let steps: [Step]
    }

    package struct Step: Codable, Sendable {
        package let line: Int
        package let what: String
        /// Of a test; absent for an action.
        package let holds: Bool?
    }

    init(_ trial: SieveTrial) {
        let fate = trial.fate
        switch fate.way {
        case .keep: result = "keep"
        case .quarantine: result = "quarantine"
        case .gone: result = "gone"
        case .reject: result = "reject"
        }
        redirects = fate.redirects.map(\.description)
        addedFields = (fate.edits.first + fate.edits.last).map { "\($0.name): \($0.value)" }
        deletedFields = fate.edits.deleted.count
        reasons = fate.reasons.map {
            Reason(failed: $0.isFault, message: $0.text.english, messageJapanese: $0.text.japanese)
        }
        scripts = fate.traces.map { trace in
            Script(
                owner: trace.owner.key, name: trace.name,
                steps: trace.steps.map { step in
                    switch step.step {
                    case .test(let name, let holds): Step(line: step.position.line, what: name, holds: holds)
                    case .action(let words): Step(line: step.position.line, what: words, holds: nil)
                    }
                })
        }
    }
}
