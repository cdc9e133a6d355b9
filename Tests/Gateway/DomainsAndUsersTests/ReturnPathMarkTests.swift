import Mail
import Settings
import Testing

@testable import DomainsAndUsers

struct ReturnPathMarkTests {
    private let now = UTCTime(milliseconds: 1_800_000_000_000)

    private func key(_ number: Int, days: Int = -1) -> ReturnPathKey {
        ReturnPathKey(
            identifier: RecordIdentifier(high: 0, low: UInt64(number)), number: number, secret: Array(repeating: UInt8(number), count: 32),
            createdAt: now.advanced(by: .seconds(days * 86_400)))
    }

    private func later(_ days: Int) -> UTCTime { now.advanced(by: .seconds(days * 86_400)) }

    @Test func `a mark is read as ours for a week and not longer`() throws {
        let mark = ReturnPathMark(keys: [key(3)])
        let address = try EmailAddress("Taro@example.com")
        let marked = try #require(mark.marked(address, at: now))
        #expect(marked.description.hasPrefix("prvs=3") && marked.description.hasSuffix("=Taro@example.com"))
        #expect(mark.read(marked, at: now) == .valid(address))
        #expect(mark.read(marked, at: later(7)) == .valid(address))
        #expect(mark.read(marked, at: later(8)) == .invalid(address))
        #expect(mark.read(try EmailAddress(marked.description.lowercased()), at: now) == .valid(try EmailAddress("taro@example.com")))
    }

    @Test func `a mark is good for its address alone, and a forged one is none`() throws {
        let mark = ReturnPathMark(keys: [key(3)])
        let marked = try #require(mark.marked(try EmailAddress("taro@example.com"), at: now)).description
        #expect(
            mark.read(try EmailAddress(marked.replacing("taro", with: "jiro")), at: now) == .invalid(try EmailAddress("jiro@example.com")))
        #expect(ReturnPathMark(keys: [key(4)]).read(try EmailAddress(marked), at: now) == .invalid(try EmailAddress("taro@example.com")))
        #expect(mark.read(try EmailAddress("prvs=short=taro@example.com"), at: now) == .invalid(try EmailAddress("taro@example.com")))
        #expect(mark.read(try EmailAddress("taro@example.com"), at: now) == .unmarked)
        #expect(mark.read(try EmailAddress("prvs=nothing@example.com"), at: now) == .unmarked)
    }

    @Test func `what was marked before a key was changed is known, and a key is not used before all nodes know it`() throws {
        let address = try EmailAddress("taro@example.com")
        let marked = try #require(ReturnPathMark(keys: [key(1, days: -31)]).marked(address, at: now))
        let both = ReturnPathMark(keys: [key(2, days: 0), key(1, days: -31)])
        #expect(both.read(marked, at: now) == .valid(address))
        #expect(both.marked(address, at: now)?.description.hasPrefix("prvs=1") == true)
        #expect(both.marked(address, at: later(1))?.description.hasPrefix("prvs=2") == true)
        #expect(ReturnPathKey.fresh(after: key(9), at: now).number == 0)
    }

    @Test func `what cannot be marked stays as it is`() throws {
        let mark = ReturnPathMark(keys: [key(1)])
        #expect(ReturnPathMark(keys: []).marked(try EmailAddress("taro@example.com"), at: now) == nil)
        #expect(mark.marked(try EmailAddress("prvs=1234567890=taro@example.com"), at: now) == nil)
        #expect(mark.marked(try EmailAddress(String(repeating: "a", count: 60) + "@example.com"), at: now) == nil)
    }

    @Test func `days that are counted beyond a thousand begin again`() throws {
        let mark = ReturnPathMark(keys: [key(1, days: -20_000)])
        let address = try EmailAddress("taro@example.com")
        for day in 0..<1_010 {
            let time = UTCTime(milliseconds: Int64(20_000 + day) * 86_400_000)
            let marked = try #require(mark.marked(address, at: time))
            #expect(mark.read(marked, at: time.advanced(by: .seconds(6 * 86_400))) == .valid(address))
        }
    }
}
