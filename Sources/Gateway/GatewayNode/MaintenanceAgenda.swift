import Settings

/// Which runs of maintenance this node has to see done: those that another primary left, the local date's, and one that an administrator
/// asked for. What is not done stays on it, whatever failed and whoever has it in hand.
struct MaintenanceAgenda: Sendable {
    private var doneDate = ""
    private var askedFor: String?
    private var left: [String] = []

    /// One run serves all who ask before it is done.
    mutating func ask(at now: UTCTime) {
        askedFor = askedFor ?? "manual-\(RecordIdentifier(milliseconds: now.milliseconds))"
    }

    /// The keys of what is to be done on this local date.
    func due(on today: String) -> [String] {
        let own = (doneDate == today ? [] : [today]) + (askedFor.map { [$0] } ?? [])
        return left.filter { !own.contains($0) } + own
    }

    /// What the database says is begun and not done.
    mutating func find(_ unfinished: [String]) { left = unfinished }

    mutating func finish(_ key: String, on today: String) {
        left.removeAll { $0 == key }
        if key == askedFor { askedFor = nil }
        if key == today { doneDate = today }
    }
}
