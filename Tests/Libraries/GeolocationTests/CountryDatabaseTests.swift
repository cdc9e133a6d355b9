import Foundation
import Testing

@testable import Geolocation

@Suite struct CountryDatabaseTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("countries-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func write(_ bytes: [UInt8], _ name: String = "test.mmdb") throws -> String {
        let file = folder.appendingPathComponent(name)
        try Data(bytes).write(to: file)
        return file.path
    }

    private static var small: SmallMaxMindFile {
        var file = SmallMaxMindFile()
        file.add([203, 0, 113, 0], prefix: 24, country: "JP")
        file.add([198, 51, 100, 0], prefix: 25, country: "fr")
        file.add([198, 51, 100, 128], prefix: 25, country: "DE", group: "registered_country")
        file.add([192, 0, 2, 0], prefix: 24, country: "JP", group: "continent")
        file.add([0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 12), prefix: 32, country: "US")
        return file
    }

    private static let six = [UInt8]([0x20, 0x01, 0x0D, 0xB8]) + [UInt8](repeating: 7, count: 12)

    @Test(
        arguments: [
            ([203, 0, 113, 9], "JP"), ([198, 51, 100, 1], "FR"), ([198, 51, 100, 200], "DE"), ([192, 0, 2, 1], nil), ([8, 8, 8, 8], nil),
            (six, "US"),
            ([0x20, 0x01, 0x0D, 0xB9] + [UInt8](repeating: 7, count: 12), nil), ([1, 2, 3], nil),
        ] as [([UInt8], String?)])
    func `a small database in MaxMind's format says what is in it`(octets: [UInt8], country: String?) throws {
        let database = try CountryDatabases.open(try write(Self.small.bytes()))
        #expect(database.country(of: octets) == country)
        #expect(database.title.hasPrefix("Test-Country 20"))
    }

    @Test func `what is done to the file later does not touch the open database`() throws {
        let path = try write(Self.small.bytes())
        let database = try CountryDatabases.open(path)
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(database.country(of: [203, 0, 113, 9]) == "JP")
    }

    @Test func `a damaged, short or foreign file is refused with its path`() throws {
        let good = Self.small.bytes()
        for bytes in [[], Array("not a database at all, but longer than a few bytes".utf8), [UInt8](repeating: 0xFF, count: 10_000)] {
            let path = try write(bytes, "bad.dat")
            #expect { try CountryDatabases.open(path) } throws: { "\($0)".contains(path) && "\($0)".contains("damaged") }
        }
        // Its nodes are gone, its metadata is there.
        let path = try write(Array(good.suffix(250)), "short.mmdb")
        #expect(throws: CountryDatabaseError.self) { try CountryDatabases.open(path) }
        #expect(throws: CountryDatabaseError.missing(path: "/nonexistent")) { try CountryDatabases.open("/nonexistent") }
        #expect(throws: CountryDatabaseError.self) { try CountryDatabases.open(folder.path) }
    }

    /// A file whose nodes lead anywhere is answered, never followed out of memory.
    @Test func `random nodes lead to no country and to no crash`() throws {
        var bytes = Self.small.bytes()
        var generator = SystemRandomNumberGenerator()
        for index in 0..<(bytes.count - 300) { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
        guard let database = try? CountryDatabases.open(try write(bytes)) else { return }
        for _ in 0..<1000 { _ = database.country(of: (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }) }
    }

    @Test(
        arguments: [
            ([133, 11, 0, 1], "JP"), ([8, 8, 8, 8], "US"), ([127, 0, 0, 1], nil), ([10, 0, 0, 1], nil),
            ([0x20, 0x01, 0x02, 0x00] + [UInt8](repeating: 0, count: 12), "JP"), ([UInt8](repeating: 0, count: 15) + [1], nil),
        ] as [([UInt8], String?)])
    func `Debian's database works out of the box`(octets: [UInt8], country: String?) throws {
        let database = try CountryDatabases.open("")
        #expect(database.country(of: octets) == country)
        #expect(database.title.hasPrefix("GEO-106"))
    }

    @Test func `a file for the other version of IP is refused`() {
        #expect(throws: CountryDatabaseError.self) { try CountryDatabases.open(CountryDatabases.debianPathSix) }
    }
}
