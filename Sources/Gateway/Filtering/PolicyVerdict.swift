/// What is to be done with a message, and why.
package struct PolicyVerdict: Sendable, Hashable {
    package let decision: Decision
    /// What led to it, the weightiest first; empty for a message that nothing speaks against.
    package let reasons: [CheckResult]

    package enum Decision: Sendable, Hashable {
        case accept
        /// Delivered with a tag in its subject.
        case tagSubject
        case quarantine
        /// 5xx.
        case reject
        /// 4xx.
        case tryAgainLater
    }

    package init(_ decision: Decision, reasons: [CheckResult] = []) {
        self.decision = decision
        self.reasons = reasons
    }
}
