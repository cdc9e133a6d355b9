package import Mail
package import Settings

/// Says whether senders exist, as far as their mail servers do. `CallbackVerifier`; checks and pages use no more than this.
package protocol SenderVerifier: Sendable {
    /// What is to be held of an address, within the settings' time for one question.
    func verify(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderVerification
    /// Asks at once, whatever is remembered, and remembers the answer. For an administrator.
    func askNow(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderTrial
}

/// Asks the mail servers of a sender's domain. Joined to Delivery's SMTP client by GatewayNode.
package protocol SenderProbe: Sendable {
    /// Never sends a message, never connects to what is no public host unless `settings` permit it, holds a slot of `slots` for each
    /// connection, and takes no longer than the settings' time by much; cancelling the task ends it soon.
    /// - Parameter keepsDialogue: the answer has what was said.
    func ask(about sender: EmailAddress, _ settings: CallbackSettings, _ slots: TargetSlots, keepsDialogue: Bool) async -> SenderTrial
}

/// What came of one question.
package struct SenderTrial: Sendable, Hashable {
    /// `nil`: no slot was free at any host.
    package let answer: ProbeAnswer?
    /// Commands and replies as lines of a transcript, bounded; empty when they were not to be kept.
    package let dialogue: String
    package var duration = Duration.zero

    package init(_ answer: ProbeAnswer?, dialogue: String = "") {
        self.answer = answer
        self.dialogue = dialogue
    }
}

/// What verification came to for one sender.
package struct SenderVerification: Sendable, Hashable {
    package enum Finding: Sendable, Hashable {
        /// Just asked, or asked by somebody else at the same time.
        case asked(ProbeAnswer)
        case remembered(ProbeAnswer)
        /// As many questions as are allowed were under way at this node or at the sender's mail servers.
        case tooManyQuestions
    }

    package let finding: Finding

    package init(_ finding: Finding) { self.finding = finding }

    /// The mail servers' words, if they were asked.
    package var answer: ProbeAnswer? {
        switch finding {
        case .asked(let answer), .remembered(let answer): answer
        case .tooManyQuestions: nil
        }
    }
}

/// Where nobody is asked: tests, and commands without a node.
package struct NoSenderVerifier: SenderVerifier {
    package init() {}

    package func verify(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderVerification {
        SenderVerification(.tooManyQuestions)
    }

    package func askNow(_ address: EmailAddress, _ settings: CallbackSettings) async -> SenderTrial { SenderTrial(nil) }
}
