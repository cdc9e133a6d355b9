import Firebird

/// Decides how a failed batch goes on. Pure: takes errors, gives actions.
struct BatchCourse {
    enum Action: Equatable {
        /// After a pause, or at once.
        case again(pause: Duration?)
        case giveUp
    }

    private(set) var isCareful = false
    private(set) var attempts = 0
    private var pause: Duration
    private let longestPause: Duration
    private let closingDeadline: Duration

    init(limits: WriterLimits) {
        pause = limits.shortestPause
        longestPause = limits.longestPause
        closingDeadline = limits.closingDeadline
    }

    var hasFailed: Bool { attempts > 0 }

    /// - Parameter closingSince: when the writer began to close, if it did.
    mutating func next(after error: any Error, closingSince: ContinuousClock.Instant?, now: ContinuousClock.Instant = .now) -> Action {
        attempts += 1
        if let closingSince, closingSince.duration(to: now) >= closingDeadline { return .giveUp }
        let failure = error as? FirebirdError
        let passes = failure.map(Self.passesByItself) ?? false
        if !passes, !isCareful {
            // A row's fault, or a statement's: written with care it concerns that row alone.
            isCareful = true
            return .again(pause: nil)
        }
        // With care no row's fault comes this far. What else stops the whole batch (its commit finds the disk full, say) is waited for.
        guard let failure, !failure.isOfTheRow, failure.kind != .closed else { return .giveUp }
        defer { pause = min(pause * 2, longestPause) }
        return .again(pause: pause * Double.random(in: 0.5...1))
    }

    /// Whether another attempt may succeed without care: the error is neither a row's nor a statement's.
    static func passesByItself(_ error: FirebirdError) -> Bool {
        switch error.kind {
        case .connectionLost, .commitOutcomeUnknown, .cannotConnect, .conflict, .objectInUse, .cancelled, .deadlineExceeded, .poolExhausted,
            .alreadyOpen, .wrongLogin, .wireEncryptionMismatch, .databaseNotFound:
            // The last three: a server being restored or reconfigured; it comes back.
            true
        case .duplicateKey, .constraintViolated, .invalidValue, .closed, .wrongOnDiskStructure, .notADatabase, .databaseExists,
            .accessDenied,
            .invalidStatement, .raisedException, .invalidArgument, .unexpectedValue, .tooLarge, .migrationMismatch, .environment, .other:
            false
        }
    }
}
