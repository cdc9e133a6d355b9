import Firebird
package import Settings

/// One reading of the database server's clock. It knows no time zones: what it says is its local time.
package struct DatabaseClock: Sendable, Hashable {
    /// Milliseconds since 1970 began at the server's place.
    package let serverLocal: Int64
    /// This machine's UTC at the middle of the question.
    package let askedAt: UTCTime
    /// From question to answer.
    package let roundTrip: Duration
}

extension GatewayDatabase {
    /// The quickest answer is the truest one.
    private static let clockReadings = 5

    /// Asks the server for its time, a few times, and gives the quickest answer.
    package func readClock() async throws(GatewayDatabaseError) -> DatabaseClock {
        do {
            var best: DatabaseClock?
            for _ in 0..<Self.clockReadings {
                let reading = try await readClockOnce()
                if best.map({ reading.roundTrip < $0.roundTrip }) ?? true { best = reading }
            }
            guard let best else { throw GatewayDatabaseError.other(place: place, cause: "no reading") }
            return best
        } catch {
            throw GatewayDatabaseError(error, place: place)
        }
    }

    private func readClockOnce() async throws -> DatabaseClock {
        try await sessions.background.transaction(.readCommittedReadOnly) { transaction in
            let utc = UTCTime.now()
            let begun = ContinuousClock.now
            let row = try transaction.queryOne(
                "select cast(datediff(millisecond from timestamp '1970-01-01 00:00:00' to cast('now' as timestamp)) as bigint) from rdb$database"
            )
            let roundTrip = begun.duration(to: .now)
            return DatabaseClock(
                serverLocal: try row?.decode(0) ?? 0, askedAt: utc.advanced(by: roundTrip / 2), roundTrip: roundTrip)
        }
    }
}
