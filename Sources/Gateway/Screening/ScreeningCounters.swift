package import Settings

/// What is counted about an address.
package enum ScreeningEvent: Sendable, Hashable, CaseIterable {
    case connection
    /// A recipient refused as unknown or not ours.
    case badRecipient
    case failedSignIn

    package var reason: BanReason {
        switch self {
        case .connection: .connections
        case .badRecipient: .recipients
        case .failedSignIn: .signIns
        }
    }
}

/// When is an address banned? Pure.
package struct ScreeningPolicy: Sendable {
    let settings: ScreeningSettings

    package init(_ settings: ScreeningSettings) { self.settings = settings }

    /// Whether this many events of a kind within its window are too many.
    package func isTooMuch(_ count: Int, of event: ScreeningEvent) -> Bool {
        switch event {
        // So many are allowed; the others are faults, of which so many are too many.
        case .connection: settings.maximumConnections > 0 && count > settings.maximumConnections
        case .badRecipient: settings.maximumBadRecipients > 0 && count >= settings.maximumBadRecipients
        case .failedSignIn: settings.maximumFailedSignIns > 0 && count >= settings.maximumFailedSignIns
        }
    }

    package func window(of event: ScreeningEvent) -> Duration {
        switch event {
        case .connection: .seconds(settings.connectionMinutes * 60)
        case .badRecipient, .failedSignIn: .seconds(settings.failureMinutes * 60)
        }
    }
}

/// Counts events of addresses, each kind within its window. Pure: time is handed in. Bounded: when it is full of what is not over yet,
/// the half with the fewest events goes, so that passing strangers do not wash out those who are near a limit.
package struct ScreeningCounters: Sendable {
    private struct Window {
        var count = 0
        var end: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        let event: ScreeningEvent
        let subject: BanSubject
    }

    private var windows: [Key: Window] = [:]
    private let maximumKeys: Int

    /// - Parameter maximumKeys: about 150 bytes each.
    package init(maximumKeys: Int = 50_000) { self.maximumKeys = maximumKeys }

    package var count: Int { windows.count }

    /// Counts one. - Returns: how many there are within the window that the first of them began.
    package mutating func add(_ event: ScreeningEvent, of subject: BanSubject, window: Duration, now: ContinuousClock.Instant) -> Int {
        let key = Key(event: event, subject: subject)
        var present = windows[key].flatMap { $0.end > now ? $0 : nil } ?? Window(end: now.advanced(by: window))
        present.count += 1
        if windows[key] == nil, windows.count >= maximumKeys { makeRoom(now) }
        windows[key] = present
        return present.count
    }

    /// It begins anew, since it was banned for what it did.
    package mutating func forget(_ subject: BanSubject) {
        for event in ScreeningEvent.allCases { windows[Key(event: event, subject: subject)] = nil }
    }

    private mutating func makeRoom(_ now: ContinuousClock.Instant) {
        windows = windows.filter { $0.value.end > now }
        let kept = maximumKeys / 2
        guard windows.count > kept else { return }
        let worst = windows.sorted { ($0.value.count, $0.value.end) > ($1.value.count, $1.value.end) }.prefix(kept)
        windows = Dictionary(uniqueKeysWithValues: worst.map { ($0.key, $0.value) })
    }
}
