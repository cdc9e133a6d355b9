package import DNS
package import Mail

/// What a chain is worth, and who handled the message.
package struct ARCOutcome: Sendable, Hashable {
    /// One handler.
    package struct Handler: Sendable, Hashable {
        package let instance: Int
        /// The domain that sealed.
        package let domain: DomainName
        /// What it says it found: the body of its ARC-Authentication-Results without the instance; nil when it cannot be read. To be
        /// believed only when the chain passes and the domain is trusted.
        package let results: AuthenticationResults?
    }

    package let result: ARCResult
    package let fault: ARCFault?
    /// From the first to the newest; empty when the sets could not be read.
    package let handlers: [Handler]

    init(_ result: ARCResult, fault: ARCFault?, _ message: AuthenticatedMessage, _ sets: [ARCSet]) {
        self.result = result
        self.fault = fault
        handlers = sets.map { set in
            Handler(
                instance: set.instance, domain: set.sealTags.domain,
                results: AuthenticationResults(arcBody: message.header[set.results].body))
        }
    }
}

/// Verifies chains with a resolver.
package struct ARCVerifier: Sendable {
    private let resolver: any DNSResolver

    package init(_ resolver: any DNSResolver) { self.resolver = resolver }

    /// What the chain of this message is worth. All keys are asked for at once; runs away from the caller's executor.
    @concurrent
    package func verify(_ message: AuthenticatedMessage) async -> ARCOutcome {
        let verification = ARCVerification(message)
        return verification.outcome(await resolver.replies(to: verification.queries))
    }
}
