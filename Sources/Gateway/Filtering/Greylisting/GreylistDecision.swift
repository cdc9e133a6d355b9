package import Settings

/// What is kept of a triplet.
package struct GreylistRecord: Sendable, Hashable {
    package let firstSeenAt: UTCTime
    /// Its newest use that was written down; not every use is.
    package let lastSeenAt: UTCTime
    /// When it came again after its wait; `nil`: it waits.
    package let passedAt: UTCTime?

    package init(firstSeenAt: UTCTime, lastSeenAt: UTCTime, passedAt: UTCTime?) {
        self.firstSeenAt = firstSeenAt
        self.lastSeenAt = lastSeenAt
        self.passedAt = passedAt
    }
}

/// May a triplet pass, and what is written down of it? Pure.
package struct GreylistDecision: Sendable, Hashable {
    package enum Answer: Sendable, Hashable {
        case pass
        /// Refused for now; so long it still has to wait.
        case wait(Duration)
    }

    package enum Change: Sendable, Hashable {
        case none
        /// It is new, or new again: its wait begins.
        case begin
        /// It has come again.
        case pass
        /// A passed one is in use: it is not to be forgotten.
        case renew
    }

    package let answer: Answer
    package let change: Change

    /// Uses of a passed triplet are written down so often within its lifetime.
    static let renewalsPerLifetime: Int64 = 20

    /// - Parameters:
    ///   - record: what is known; `nil`: nothing.
    ///   - now: this node's clock. Clocks of a cluster agree within seconds; a record from the future waits no longer than a new one.
    package init(_ record: GreylistRecord?, _ settings: GreylistingSettings, now: UTCTime) {
        let wait = Duration.seconds(settings.waitSeconds)
        guard let record, now < Self.expiry(record, settings) else {
            self.init(.wait(wait), .begin)
            return
        }
        if record.passedAt != nil {
            let renewal = settings.passedLifetime / Double(Self.renewalsPerLifetime)
            self.init(.pass, record.lastSeenAt.duration(to: now) >= renewal ? .renew : .none)
            return
        }
        let waited = record.firstSeenAt.duration(to: now)
        if waited >= wait { self.init(.pass, .pass) } else { self.init(.wait(min(wait, wait - waited)), .none) }
    }

    private init(_ answer: Answer, _ change: Change) {
        self.answer = answer
        self.change = change
    }

    /// From when on a record says nothing any more.
    package static func expiry(_ record: GreylistRecord, _ settings: GreylistingSettings) -> UTCTime {
        record.passedAt == nil
            ? record.firstSeenAt.advanced(by: settings.waitingLifetime) : record.lastSeenAt.advanced(by: settings.passedLifetime)
    }

    /// What stands there after the change; `nil`: as before.
    package func record(after present: GreylistRecord?, now: UTCTime) -> GreylistRecord? {
        switch change {
        case .none: nil
        case .begin: GreylistRecord(firstSeenAt: now, lastSeenAt: now, passedAt: nil)
        case .pass: GreylistRecord(firstSeenAt: present?.firstSeenAt ?? now, lastSeenAt: now, passedAt: now)
        case .renew: GreylistRecord(firstSeenAt: present?.firstSeenAt ?? now, lastSeenAt: now, passedAt: present?.passedAt ?? now)
        }
    }
}

extension GreylistingSettings {
    /// Never shorter than the wait itself, or nobody could ever pass.
    var waitingLifetime: Duration { max(.seconds(retryHours * 3600), .seconds(waitSeconds * 2)) }
    var passedLifetime: Duration { .seconds(passedDays * 86_400) }
}
