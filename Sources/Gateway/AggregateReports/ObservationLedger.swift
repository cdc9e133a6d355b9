import Mail
package import SenderAuthentication
package import Settings

/// What this node has seen of domains that want reports, rolled up. Pure: time is handed in. Bounded: what finds no room is counted as
/// dropped, so that a flood of made-up senders costs no memory.
package struct ObservationLedger: Sendable {
    private struct Key: Hashable {
        let day: ReportDay
        let domain: DomainName
        let policy: String
        /// With a count of 0.
        let row: DMARCReport.Row
    }

    private struct Entry {
        let identifier: RecordIdentifier
        var count: Int
    }

    private struct DomainDay: Hashable {
        let day: ReportDay
        let domain: DomainName
    }

    private var entries: [Key: Entry] = [:]
    private var changed: Set<Key> = []
    private var rowsOfDomains: [DomainDay: Int] = [:]
    /// Mails that found no room, since `takeDropped`.
    private var dropped = 0
    private let maximumRows: Int
    private let maximumRowsOfDomain: Int

    /// A row takes about a kilobyte.
    package init(maximumRows: Int = 20_000, maximumRowsOfDomain: Int = 2_000) {
        self.maximumRows = maximumRows
        self.maximumRowsOfDomain = maximumRowsOfDomain
    }

    package var count: Int { entries.count }

    package mutating func note(_ observation: DMARCObservation, at now: UTCTime) {
        var row = observation.row
        row.count = 0
        let key = Key(day: ReportDay(now), domain: observation.policyDomain, policy: observation.record.text, row: row)
        if entries[key] == nil {
            let place = DomainDay(day: key.day, domain: key.domain)
            guard entries.count < maximumRows, rowsOfDomains[place, default: 0] < maximumRowsOfDomain else {
                dropped += 1
                return
            }
            rowsOfDomains[place, default: 0] += 1
            entries[key] = Entry(identifier: RecordIdentifier(milliseconds: now.milliseconds), count: 0)
        }
        entries[key]?.count += 1
        changed.insert(key)
    }

    /// What has yet to be stored, at most `count`; the rest waits.
    package mutating func takeChanged(_ count: Int) -> [ObservedRow] {
        let taken = Array(changed.prefix(count))
        changed.subtract(taken)
        return taken.compactMap(stored)
    }

    /// It could not be stored.
    package mutating func putBack(_ rows: [ObservedRow]) {
        for observed in rows {
            var row = observed.row
            row.count = 0
            let key = Key(day: observed.day, domain: observed.domain, policy: observed.policy, row: row)
            if entries[key] != nil { changed.insert(key) }
        }
    }

    /// Days that are over and stored need no room any more.
    package mutating func forget(before day: ReportDay) {
        guard entries.keys.contains(where: { $0.day < day }) else { return }
        entries = entries.filter { $0.key.day >= day || changed.contains($0.key) }
        rowsOfDomains = [:]
        for key in entries.keys { rowsOfDomains[DomainDay(day: key.day, domain: key.domain), default: 0] += 1 }
    }

    /// When the database stays away for so long, what is older is given up.
    package mutating func giveUp(before day: ReportDay) {
        let late = changed.filter { $0.day < day }
        guard !late.isEmpty else { return }
        dropped += late.reduce(0) { $0 + (entries[$1]?.count ?? 0) }
        changed.subtract(late)
        forget(before: day)
    }

    package mutating func takeDropped() -> Int {
        defer { dropped = 0 }
        return dropped
    }

    private func stored(_ key: Key) -> ObservedRow? {
        guard let entry = entries[key] else { return nil }
        var row = key.row
        row.count = entry.count
        return ObservedRow(identifier: entry.identifier, day: key.day, domain: key.domain, policy: key.policy, row: row)
    }
}
