/// A value on its way to or from the database, before it has a Swift type.
package enum FirebirdValue: Sendable, Equatable {
    case null
    /// SMALLINT, INTEGER, BIGINT.
    case integer(Int64)
    /// NUMERIC and DECIMAL, exactly: `unscaled` × 10^`scale`, `scale` from -18 to -1. Never a float.
    case decimal(unscaled: Int64, scale: Int)
    /// FLOAT and DOUBLE PRECISION.
    case double(Double)
    case boolean(Bool)
    /// CHAR (without its padding) and VARCHAR.
    case text(String)
    /// Columns of character set OCTETS.
    case bytes([UInt8])
    case timestamp(FirebirdTimestamp)
    /// DATE: days from 1858-11-17.
    case date(days: Int32)
    /// TIME: units of 0.1 ms from midnight.
    case time(ticks: UInt32)
    /// A BLOB's number; its content is read with `FirebirdTransaction.readBlob`.
    case blob(FirebirdBlobIdentifier)
}

/// A moment without a time zone, as Firebird 3 keeps it; what zone it means is the application's agreement.
package struct FirebirdTimestamp: Sendable, Hashable {
    /// Days from 1858-11-17.
    package var days: Int32
    /// Units of 0.1 ms from midnight, below 864,000,000.
    package var ticks: UInt32

    private static let daysToUnixEpoch: Int64 = 40_587
    private static let millisecondsOfDay: Int64 = 86_400_000

    /// A moment by its two parts.
    package init(days: Int32, ticks: UInt32) {
        self.days = days
        self.ticks = ticks
    }

    /// A moment by milliseconds from 1970-01-01 00:00; `nil` outside the years that fit.
    package init?(millisecondsSince1970 milliseconds: Int64) {
        var day = milliseconds / Self.millisecondsOfDay
        var rest = milliseconds % Self.millisecondsOfDay
        if rest < 0 {
            day -= 1
            rest += Self.millisecondsOfDay
        }
        guard let days = Int32(exactly: day + Self.daysToUnixEpoch) else { return nil }
        self.init(days: days, ticks: UInt32(rest * 10))
    }

    /// Milliseconds from 1970-01-01 00:00, what is finer cut off.
    package var millisecondsSince1970: Int64 {
        (Int64(days) - Self.daysToUnixEpoch) * Self.millisecondsOfDay + Int64(ticks / 10)
    }
}

/// The number of a BLOB. One just created lives until its transaction ends unless a row takes it up; one read from a
/// row is good as long as that row's version is.
package struct FirebirdBlobIdentifier: Sendable, Hashable {
    let high: Int32
    let low: UInt32
}
