import GatewayDatabase
import Settings
import Testing

@testable import SGDBTool

/// What the tool says to each obstacle.
struct ConnectionAdviceTests {
    private static let errors: [GatewayDatabaseError] = [
        .away(place: "p", cause: "c"), .wrongLogin(place: "p"), .wireEncryptionMismatch(place: "p"), .missing(place: "p"),
        .inUse(place: "p"),
        .wrongOnDiskStructure(place: "p"), .notADatabase(place: "p"), .wrongServerVersion(place: "p", version: "5.0.1"),
        .anotherProduct(place: "p", table: "T"), .newerSchema(place: "p", migration: "m"), .foreignHistory(place: "p", cause: "c"),
        .forcedWritesOff(place: "p"), .othersAtWork(place: "p", nodes: ["mx1"]), .accessDenied(place: "p", cause: "c"),
        .other(place: "p", cause: "c"),
    ]

    @Test func `every obstacle has its own advice in both languages`() {
        let texts = Self.errors.map(ConnectionAdvice.text)
        #expect(Set(texts.map(\.english)).count == Self.errors.count)
        for text in texts {
            #expect(!text.english.isEmpty)
            #expect(text.japanese.unicodeScalars.contains { (0x3040...0x9FFF).contains($0.value) }, "\(text.japanese)")
        }
    }
}
