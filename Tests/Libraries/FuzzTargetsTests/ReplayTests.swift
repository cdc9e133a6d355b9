import Foundation
import FuzzTargets
import Testing

/// What libFuzzer begins with and what it found, and thousands of mutations of the seeds.
struct ReplayTests {
    private static let names = FuzzTarget.all.map(\.name)

    @Test(arguments: names)
    func `a target survives its seeds and what was once found`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Self.inputs(in: "Seeds/\(name)")
        #expect(!seeds.isEmpty, "a fuzzer without seeds finds little")
        target.run([])
        for seed in seeds { target.run(seed.bytes) }
        for input in try Self.inputs(in: "Findings") where input.name.hasPrefix("\(name)-") { target.run(input.bytes) }
    }

    @Test func `each finding belongs to a target`() throws {
        for finding in try Self.inputs(in: "Findings") where finding.name != "README.md" {
            #expect(Self.names.contains { finding.name.hasPrefix("\($0)-") }, "\(finding.name)")
        }
    }

    @Test(arguments: names)
    func `thousands of mutations of the seeds are survived`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Self.inputs(in: "Seeds/\(name)").map(\.bytes)
        var generator = SeededGenerator(seed: UInt64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
        let slow: Set<String> = ["arc", "dkim", "mime", "archive"]
        for _ in 0..<(slow.contains(name) ? 1_000 : 5_000) {
            var bytes = seeds.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.mutate(&bytes, seeds, &generator) }
            target.run(bytes)
        }
    }

    // MARK: Inputs

    private static func inputs(in folder: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = try #require(Bundle.module.url(forResource: folder, withExtension: nil), "there is no folder \(folder)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
    }

    private static let tokens = [
        ";", "=", "\r\n ", "\r\n", "%{", "}", "(", ")", "\"", "\\", ":", "//", "\u{0}", "é", "i=2", "99999999999999999999", "\r\n.\r\n",
        "=?utf-8?b?", "?=", "--", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    ]
    .map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ generator: inout SeededGenerator) {
        let position = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: position)
        case 1: if position < bytes.count { bytes[position] = UInt8.random(in: .min ... .max, using: &generator) }
        case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...20, using: &generator)))
        case 3: bytes.insert(contentsOf: tokens.randomElement(using: &generator) ?? [], at: position)
        case 4:
            let other = seeds.randomElement(using: &generator) ?? []
            bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)), at: position)
        default: if position < bytes.count { bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        }
    }
}
