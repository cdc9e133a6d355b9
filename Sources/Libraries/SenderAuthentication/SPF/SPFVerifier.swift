package import DNS

/// Evaluates requests with a resolver: the one place of SPF that waits.
package struct SPFVerifier: Sendable {
    private let resolver: any DNSResolver
    private let clock: any Clock<Duration>
    private let duration: Duration

    /// - Parameters:
    ///   - duration: for all questions of an evaluation. Looked at between questions: the last one may take its own time beyond it,
    ///     which the resolver bounds.
    package init(
        _ resolver: any DNSResolver, duration: Duration = SPFLimits.duration, clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.resolver = resolver
        self.duration = duration
        self.clock = clock
    }

    /// What SPF says. Cancelling the task leads to a temporary error at once.
    package func verify(_ request: SPFRequest) async -> SPFOutcome { await verify(request, by: clock) }

    private func verify(_ request: SPFRequest, by clock: some Clock<Duration>) async -> SPFOutcome {
        let begun = clock.now
        var evaluation = SPFEvaluation(request)
        var step = evaluation.start()
        while true {
            switch step {
            case .finished(let outcome): return outcome
            case .ask(let query):
                guard begun.duration(to: clock.now) < duration, !Task.isCancelled else { return evaluation.timeOut() }
                step = evaluation.take(await resolver.reply(to: query))
            }
        }
    }
}
