package import SenderAuthentication
package import Settings

/// What one check found.
package struct CheckResult: Sendable, Hashable {
    package let check: String
    package let outcome: Outcome
    /// What the finding asks for; looked at only when something was found.
    package let weight: Weight
    /// One sentence for administrators, and for the refused sender in English.
    package let text: LocalizedText
    /// Whether an allow list excuses it. Dangerous content is not excused: sender addresses can be forged.
    package let isExcusable: Bool
    /// Kept back, it is in the administrators' quarantine, whatever the settings say of mail like it.
    package var isForAdministrators = false
    /// How long the check took.
    package var duration = Duration.zero
    /// What administrators read besides and the refused sender does not: it would teach him how to get through.
    package var detail = LocalizedText("", ja: "")
    /// Ordinals of the message's recipients that it counts for; `nil`: all. What is written into the message is everybody's all the same.
    package var recipients: Set<Int>?
    /// The method says that the message comes from whom it claims to.
    package var vouches = false
    /// What it has to say in the message's Authentication-Results.
    package var authentication: [AuthenticationResults.Method] = []
    /// What the chain of seals that came with the message is worth (ARC), for whoever seals it next.
    package var chain: ARCOutcome?
    /// What it has to tell the domains in From in an aggregate report.
    package var observations: [DMARCObservation] = []
    /// What it wants written into the message.
    package var marks: [MessageMark] = []

    package enum Outcome: Sendable, Hashable {
        case found
        case notFound
        /// Slow, away, lying or unreadable: nothing follows from it.
        case undecided
    }

    package enum Weight: Sendable, Hashable {
        case score(FilterScore)
        /// Excuses everything that is excusable.
        case allow
        case quarantine
        case reject
        case tryAgainLater
    }

    /// A result of any kind; checks use the functions below.
    package init(check: String, outcome: Outcome, weight: Weight, text: LocalizedText, isExcusable: Bool) {
        self.check = check
        self.outcome = outcome
        self.weight = weight
        self.text = text
        self.isExcusable = isExcusable
    }

    /// Something was found.
    package static func found(_ check: any MessageCheck, _ weight: Weight, _ text: LocalizedText, isExcusable: Bool = true) -> Self {
        Self(check: check.name, outcome: .found, weight: weight, text: text, isExcusable: isExcusable)
    }

    /// Something was found that is to be taken out of the message.
    package static func found(_ check: any MessageCheck, _ demand: AttachmentStrip.Demand, _ text: LocalizedText) -> Self {
        var result = Self.found(check, demand.weight, text, isExcusable: false)
        result.marks = demand.marks
        result.detail = demand.detail
        return result
    }

    /// The check looked and found nothing.
    package static func nothing(_ check: any MessageCheck) -> Self {
        Self(check: check.name, outcome: .notFound, weight: .score(.zero), text: LocalizedText("", ja: ""), isExcusable: true)
    }

    /// The check could not tell; `text` says why.
    package static func undecided(_ check: any MessageCheck, _ text: LocalizedText) -> Self {
        Self(check: check.name, outcome: .undecided, weight: .score(.zero), text: text, isExcusable: true)
    }
}
