import DNS
import Filtering
import Settings
import Synchronization
import Testing

/// Checks run together and within their time.
@Suite struct FilterPipelineTests {
    @Test func `DNS that never answers leaves every check undecided, and the pipeline answers all the same`() async throws {
        var fixture = SubjectFixture()
        fixture.settings.filtering.timeLimitSeconds = 1
        fixture.settings.dnsBlockLists.lists = [try DNSBlockList.parse("l.example reject"), try DNSBlockList.parse("m.example 1.0")]
        let pipeline = FilterPipeline(try fixture.environment(SilentResolver()))
        let results = await pipeline.run(.greeting, try fixture.subject())
        #expect(Set(results.map(\.check)) == ["reverse-lookup", "hello", "dns-block-lists"])
        #expect(results.allSatisfy { $0.outcome == .undecided })
    }

    @Test func `host names that cannot be confirmed in time are undecided`() async throws {
        var fixture = SubjectFixture()
        fixture.settings.filtering.timeLimitSeconds = 1
        let pipeline = FilterPipeline(try fixture.environment(SilentResolver()))
        #expect(await pipeline.confirmedHostNames(of: try fixture.subject()) == nil)
    }

    @Test func `a host without a name has none, and that is decided`() async throws {
        let fixture = SubjectFixture()
        #expect(await FilterPipeline(try fixture.environment()).confirmedHostNames(of: try fixture.subject()) == [])
    }

    @Test func `checks that wait are all under way at once`() async throws {
        let results = await FilterPipeline(try SubjectFixture().environment(), types: [MeetingCheck.Left.self, MeetingCheck.Right.self])
            .run(.message, try SubjectFixture().subject())
        #expect(results.map(\.outcome) == [.notFound, .notFound])
    }

    @Test func `a finished check is not lost because another one is late`() async throws {
        var fixture = SubjectFixture()
        fixture.settings.filtering.timeLimitSeconds = 1
        fixture.content = "Content-Disposition: attachment; filename=a.exe\r\n\r\nx"
        let pipeline = FilterPipeline(try fixture.environment(SilentResolver()), types: [AttachmentCheck.self, ReverseAtTheEnd.self])
        #expect(await pipeline.run(.message, try fixture.subject()).map(\.outcome) == [.found, .undecided])
    }

    @Test func `every check has a title and a name of its own`() {
        #expect(Set(FilterChecks.all.map { $0.name }).count == FilterChecks.all.count)
        #expect(FilterChecks.all.allSatisfy { !$0.title.japanese.isEmpty && FilterChecks.title(of: $0.name) == $0.title })
    }
}

/// Two checks each of which ends only when the other has begun.
private enum MeetingCheck {
    static let meeting = Meeting()

    struct Left: MessageCheck {
        static let name = "left"
        static let title = LocalizedText("Left", ja: "左")
        init(_ environment: CheckEnvironment) {}
        var phases: Set<FilterPhase> { [.message] }
        var mayWait: Bool { true }
        func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { true }
        func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
            await meeting.arrive()
            return [.nothing(self)]
        }
    }

    struct Right: MessageCheck {
        static let name = "right"
        static let title = LocalizedText("Right", ja: "右")
        init(_ environment: CheckEnvironment) {}
        var phases: Set<FilterPhase> { [.message] }
        var mayWait: Bool { true }
        func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { true }
        func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
            await meeting.arrive()
            return [.nothing(self)]
        }
    }

    actor Meeting {
        private var waiting: CheckedContinuation<Void, Never>?

        func arrive() async {
            if let other = waiting {
                waiting = nil
                return other.resume()
            }
            await withCheckedContinuation { waiting = $0 }
        }
    }
}

/// Asks DNS at the last phase.
private struct ReverseAtTheEnd: MessageCheck {
    static let name = "reverse-at-the-end"
    static let title = LocalizedText("Reverse", ja: "逆引き")
    let resolver: any DNSResolver
    init(_ environment: CheckEnvironment) { resolver = environment.resolver }
    var phases: Set<FilterPhase> { [.message] }
    var mayWait: Bool { true }
    func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { true }
    func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        _ = try? await resolver.resolve("example.com", .a)  // never comes
        return [.nothing(self)]
    }
}
