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
    private var closingSince: ContinuousClock.Instant?

    init(limits: WriterLimits) {
        pause = limits.shortestPause
        longestPause = limits.longestPause
        closingDeadline = limits.closingDeadline
    }

    var hasFailed: Bool { attempts > 0 }

    mutating func next(after error: any Error, isClosing: Bool, now: ContinuousClock.Instant = .now) -> Action {
        attempts += 1
        if isClosing {
            let since = closingSince ?? now
            closingSince = since
            if since.duration(to: now) >= closingDeadline { return .giveUp }
        }
        guard let failure = error as? FirebirdError, Self.passesByItself(failure) else {
            // A row's fault, or a statement's: written with care it concerns that row alone.
            if isCareful { return .giveUp }
            isCareful = true
            return .again(pause: nil)
        }
        defer { pause = min(pause * 2, longestPause) }
        return .again(pause: pause * Double.random(in: 0.5...1))
    }

    private static func passesByItself(_ error: FirebirdError) -> Bool {
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
