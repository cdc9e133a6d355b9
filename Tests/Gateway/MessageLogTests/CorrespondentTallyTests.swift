import MessageLog
import Settings
import Testing

/// The most frequent addresses of a node.
struct CorrespondentTallyTests {
    private static let noon = UTCTime(milliseconds: 1_795_780_800_000)

    private func count(_ tally: inout CorrespondentTally, _ address: String, times: Int = 1, at time: UTCTime = Self.noon) {
        for _ in 0..<times { tally.count(.sender, [address], direction: .inbound, sizeBytes: 100, receivedAt: time) }
    }

    private func totals(_ changes: [CorrespondentChange]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: changes.map { ($0.address, $0.total?.messages ?? 0) })
    }

    @Test func `an address is counted without regard to case`() {
        var tally = CorrespondentTally()
        count(&tally, "Anna@Example.org")
        count(&tally, "anna@example.ORG")
        let changes = tally.changes(isLast: true)
        #expect(totals(changes) == ["anna@example.org": 2])
        #expect(changes.first?.total?.sizeBytes == 200)
    }

    @Test func `only what changed is handed out, and not before its time`() {
        var tally = CorrespondentTally()
        count(&tally, "a@example.org")
        count(&tally, "b@example.org")
        #expect(tally.changes(now: .now).isEmpty)
        #expect(totals(tally.changes(now: .now.advanced(by: CorrespondentTally.writingInterval))).count == 2)
        count(&tally, "b@example.org")
        #expect(totals(tally.changes(isLast: true)) == ["b@example.org": 2])
        #expect(tally.changes(isLast: true).isEmpty)
    }

    @Test func `who falls out of the most frequent loses the row`() {
        var tally = CorrespondentTally()
        count(&tally, "first@example.org")
        _ = tally.changes(isLast: true)
        for number in 0..<CorrespondentTally.written { count(&tally, "other\(number)@example.org", times: 2) }
        let changes = totals(tally.changes(isLast: true))
        #expect(changes["first@example.org"] == 0)
        #expect(changes.count == CorrespondentTally.written + 1)
    }

    @Test func `the frequent ones stay exact among any number of others`() {
        var tally = CorrespondentTally()
        for number in 0..<20_000 {
            count(&tally, "passing\(number)@example.org")
            if number.isMultiple(of: 100) { count(&tally, "regular@example.org") }
        }
        #expect(totals(tally.changes(isLast: true))["regular@example.org"] == 200)
    }

    @Test func `each day counts by itself, and late mail is added to its own`() {
        var tally = CorrespondentTally()
        let tomorrow = Self.noon.advanced(by: .seconds(86_400))
        count(&tally, "a@example.org", times: 3)
        count(&tally, "a@example.org", at: tomorrow)
        _ = tally.changes(isLast: true)
        count(&tally, "a@example.org")
        let changes = tally.changes(isLast: true)
        #expect(changes.map(\.day) == [StatisticsPeriod.day.start(of: Self.noon)])
        #expect(changes.first?.total?.messages == 4)
    }
}
