import Firebird
import Synchronization
import Testing

@testable import GatewayDatabase

@Suite struct RememberedFigureTests {
    /// Keeps everything for long.
    private static var keeping: FigureLimits {
        var limits = FigureLimits()
        limits.worthKeeping = .zero
        limits.keptTimes = 1_000_000_000
        return limits
    }

    @Test func `what is counted quickly is counted each time`() async throws {
        var limits = FigureLimits()
        limits.worthKeeping = .seconds(60)
        let figure = RememberedFigure<Int, Int>(limits: limits)
        let counts = Atomic<Int>(0)
        for number in 1...3 {
            #expect(try await figure.value(1) { _ in counts.add(1, ordering: .relaxed).newValue } == number)
        }
    }

    @Test func `what took long is kept, for its own key`() async throws {
        let figure = RememberedFigure<Int, Int>(limits: Self.keeping)
        #expect(try await figure.value(1) { _ in 10 } == 10)
        #expect(try await figure.value(1) { _ in 11 } == 10)
        #expect(try await figure.value(2) { _ in 20 } == 20)
        #expect(try await figure.value(1) { _ in 12 } == 12)
    }

    @Test func `nobody waits longer than his patience, and one counts for all`() async throws {
        var limits = FigureLimits()
        limits.patience = .milliseconds(20)
        limits.worthKeeping = .zero
        limits.keptTimes = 0
        let figure = RememberedFigure<Int, Int>(limits: limits)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let counts = Atomic<Int>(0)
        for _ in 0..<3 {
            await #expect(throws: FigureError.self) {
                try await figure.value(1) { _ in
                    for await _ in gate {}
                    return counts.add(1, ordering: .relaxed).newValue
                }
            }
        }
        opening.finish()
        while counts.load(ordering: .relaxed) == 0 { await Task.yield() }
        #expect(counts.load(ordering: .relaxed) == 1)
        await figure.stop()
    }

    @Test func `while it is counted again the last figure is the answer`() async throws {
        var limits = FigureLimits()
        limits.keptTimes = 0
        limits.patience = .milliseconds(50)
        let figure = RememberedFigure<Int, Int>(limits: limits)
        var first: Int?
        while first == nil { first = try? await figure.value(1) { _ in 7 } }
        let (gate, _) = AsyncStream.makeStream(of: Void.self)
        let second = try await figure.value(1) { _ in
            for await _ in gate {}
            return 8
        }
        #expect(first == 7 && second == 7)
        await figure.stop()
        await #expect(throws: FigureError.self) { try await figure.value(1) { _ in 9 } }
    }

    @Test(arguments: [(FirebirdError.Kind.deadlineExceeded, true), (.cannotConnect, false)])
    func `a count that takes too long is not tried again at once, one that failed otherwise is`(
        _ kind: FirebirdError.Kind, _ isKept: Bool
    ) async throws {
        let figure = RememberedFigure<Int, Int>(limits: Self.keeping)
        await #expect(throws: FigureError.self) { try await figure.value(1) { _ in throw FirebirdError(kind, "test") } }
        let second = try? await figure.value(1) { _ in 5 }
        #expect(second == (isKept ? nil : 5))
    }
}
