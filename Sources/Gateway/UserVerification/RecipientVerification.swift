package import Settings

/// What verification came to for one recipient.
package struct RecipientVerification: Sendable, Hashable {
    package enum Finding: Sendable, Hashable {
        /// Just asked, or asked by somebody else at the same time.
        case asked(ProbeAnswer)
        /// An answer that is remembered.
        case remembered(ProbeAnswer)
        /// The mail servers could not be asked a moment ago, and are left in peace for a little.
        case pausing(ProbeAnswer)
        /// As many questions as are allowed were under way, or had been asked within the minute.
        case tooManyQuestions
    }

    package let finding: Finding

    package init(_ finding: Finding) { self.finding = finding }

    /// The mail servers' words, if they were asked.
    package var answer: ProbeAnswer? {
        switch finding {
        case .asked(let answer), .remembered(let answer), .pausing(let answer): answer
        case .tooManyQuestions: nil
        }
    }

    /// What is done with the recipient. Pure.
    package func decision(_ settings: UserVerificationSettings) -> VerificationDecision {
        switch answer?.statement {
        case .accepts: .accept
        case .refuses: .refuse
        case .undecided, .serversAway: settings.undecided == .accept ? .accept : .tryAgainLater
        // Whoever guesses addresses must not be able to switch verification off by guessing faster.
        case nil: .tryAgainLater
        }
    }

    /// For the log: by what the recipient was verified or refused.
    package var reason: String {
        switch finding {
        case .asked(let answer): Self.words(answer)
        case .remembered(let answer): "\(Self.words(answer)) (remembered)"
        case .pausing(let answer): "\(Self.words(answer)) (a moment ago)"
        case .tooManyQuestions: "not verified: too many questions to the mail servers at once"
        }
    }

    private static func words(_ answer: ProbeAnswer) -> String {
        switch answer.statement {
        case .accepts: "accepted by mail server \(answer.server): \(answer.text)"
        case .refuses: "refused by mail server \(answer.server): \(answer.text)"
        case .undecided: "not verified by mail server \(answer.server): \(answer.text)"
        case .serversAway: "not verified: \(answer.text)"
        }
    }
}

/// What verification leads to at RCPT.
package enum VerificationDecision: String, Sendable, Hashable, CaseIterable {
    case accept
    /// 550 5.1.1.
    case refuse
    /// 451.
    case tryAgainLater = "try-again-later"
}
