import Testing

@testable import Cluster

/// A node's clock beside the database server's.
struct ClockComparisonTests {
    /// Some local time; what it is does not matter.
    private static let noon: Int64 = 1_764_244_800_000
    private static let hour: Int64 = 3_600_000

    @Test(
        arguments: [
            (0, 0, 0), (1_500, 0, 1_500), (-1_500, 0, -1_500), (9 * hour, 540, 0), (-5 * hour + 3_000, -300, 3_000),
            (hour / 4 * 23, 345, 0), (400_000, 0, 400_000), (500_000, 15, -400_000),
        ] as [(Int64, Int, Int64)]) func `the zone is in whole quarters of an hour, the rest is skew`(
            difference: Int64, zone: Int, skew: Int64
        )
    {
        let comparison = ClockComparison(serverLocal: Self.noon + difference, nodeLocal: Self.noon)
        #expect(comparison.zoneDifferenceMinutes == zone && comparison.skew == .milliseconds(skew))
    }

    @Test(arguments: [(2_000, false, false), (2_001, true, false), (5_000, true, false), (5_001, true, true)] as [(Int64, Bool, Bool)])
    func `two seconds warn and five refuse, in both directions`(size: Int64, isWarning: Bool, isRefused: Bool) {
        for difference in [size, -size] {
            let comparison = ClockComparison(serverLocal: Self.noon + difference, nodeLocal: Self.noon)
            #expect(comparison.isWarning == isWarning && comparison.isRefused == isRefused)
        }
    }
}
