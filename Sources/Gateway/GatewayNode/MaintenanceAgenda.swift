import Settings

/// Which runs of maintenance this node has to see done: the local date's, and one that an administrator asked for. What is not done stays
/// on it, whatever failed and whoever has it in hand.
struct MaintenanceAgenda: Sendable {
    private var doneDate = ""
    private var askedFor: String?

    /// One run serves all who ask before it is done.
    mutating func ask(at now: UTCTime) {
        askedFor = askedFor ?? "manual-\(RecordIdentifier(milliseconds: now.milliseconds))"
    }

    /// The keys of what is to be done on this local date.
    func due(on today: String) -> [String] { (doneDate == today ? [] : [today]) + (askedFor.map { [$0] } ?? []) }

    mutating func finish(_ key: String) {
        if key == askedFor { askedFor = nil } else { doneDate = key }
    }
}
