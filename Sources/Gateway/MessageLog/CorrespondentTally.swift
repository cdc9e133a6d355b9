package import Settings

/// Counts a node's senders and recipients of accepted mail by day, within a bound of memory, and says from time to time what is to be
/// written down.
///
/// For each day, side and direction it remembers `remembered` addresses for good; twice as many may gather before those with the
/// fewest messages are forgotten. A number is therefore never too high, and too low only by what an address had when it was
/// forgotten: an address among the most frequent of more than `remembered` is rarely touched by that.
package struct CorrespondentTally: Sendable {
    /// Addresses kept after making room: about 100 bytes each.
    package static let remembered = 2_000
    /// Of these the most frequent are written, for each day, side and direction.
    package static let written = CorrespondentQuery.maximumLimit
    /// How often it is written. What came since is lost when a node crashes.
    package static let writingInterval = Duration.seconds(60)

    private struct Group: Hashable {
        let day: UTCTime
        let side: CorrespondentSide
        let direction: MailDirection
    }

    private struct Count: Hashable {
        var messages = 0
        var sizeBytes = 0

        mutating func add(sizeBytes more: Int) {
            messages += 1
            sizeBytes += more
        }
    }

    private struct Counts {
        var present: [String: Count] = [:]
        /// As last handed out.
        var written: [String: Count] = [:]

        mutating func count(_ address: String, sizeBytes: Int) {
            present[address, default: Count()].add(sizeBytes: sizeBytes)
            if present.count > 2 * remembered { present = most(present, remembered) }
        }
    }

    private var groups: [Group: Counts] = [:]
    private var writtenAt = ContinuousClock.now

    package init() {}

    /// Counts one accepted message.
    /// - Parameter addresses: one sender or all recipients.
    package mutating func count(
        _ side: CorrespondentSide, _ addresses: [String], direction: MailDirection, sizeBytes: Int, receivedAt: UTCTime
    ) {
        let group = Group(day: StatisticsPeriod.day.start(of: receivedAt), side: side, direction: direction)
        for address in addresses { groups[group, default: Counts()].count(address.lowercased(), sizeBytes: sizeBytes) }
    }

    /// What changed among the most frequent since the last call, at most once in `writingInterval`; empty when nothing is to be written.
    /// - Parameter isLast: the node ends: at once.
    package mutating func changes(isLast: Bool = false, now: ContinuousClock.Instant = .now) -> [CorrespondentChange] {
        guard isLast || writtenAt.duration(to: now) >= Self.writingInterval else { return [] }
        writtenAt = now
        var changes: [CorrespondentChange] = []
        let newest = groups.keys.map(\.day).max() ?? UTCTime(milliseconds: 0)
        // A message that came before midnight may be committed after it; a day later there is none on its way any more.
        let oldest = StatisticsPeriod.day.start(-1, after: newest)
        for (group, counts) in groups {
            let most = Self.most(counts.present, Self.written)
            for (address, count) in most where counts.written[address] != count {
                changes.append(Self.change(group, address, count))
            }
            for address in counts.written.keys where most[address] == nil { changes.append(Self.change(group, address, nil)) }
            groups[group] = group.day >= oldest ? Counts(present: counts.present, written: most) : nil
        }
        return changes
    }

    private static func change(_ group: Group, _ address: String, _ count: Count?) -> CorrespondentChange {
        CorrespondentChange(
            day: group.day, side: group.side, direction: group.direction,
            address: address, total: count.map { ($0.messages, $0.sizeBytes) })
    }

    private static func most(_ counts: [String: Count], _ number: Int) -> [String: Count] {
        guard counts.count > number else { return counts }
        let sorted = counts.sorted { ($0.value.messages, $0.key) > ($1.value.messages, $1.key) }
        return Dictionary(uniqueKeysWithValues: sorted.prefix(number).map { ($0.key, $0.value) })
    }
}

/// One address's new total of a day on one node, or that it is none of the most frequent any more.
package struct CorrespondentChange: Sendable {
    package let day: UTCTime
    package let side: CorrespondentSide
    package let direction: MailDirection
    package let address: String
    /// `nil`: its row goes.
    package let total: (messages: Int, sizeBytes: Int)?
}
