package import DNS

/// Verifies messages with a resolver: the one place of DKIM that waits.
package struct DKIMVerifier: Sendable {
    private let resolver: any DNSResolver

    package init(_ resolver: any DNSResolver) { self.resolver = resolver }

    /// What came of each signature, in the order of the message; empty when there is none. All keys are asked for at once; each
    /// question is bounded by the resolver. Runs away from the caller's executor: hashing takes time in proportion to the message.
    ///
    /// - Parameter time: seconds since 1970.
    @concurrent
    package func verify(_ message: AuthenticatedMessage, time: Int) async -> [DKIMOutcome] {
        let verification = DKIMVerification(message, time: time)
        return verification.outcomes(await resolver.replies(to: verification.queries))
    }
}

extension DNSResolver {
    /// Asks all questions at once.
    func replies(to queries: Set<DNSQuery>) async -> [DNSQuery: DNSReply] {
        await withTaskGroup(of: (DNSQuery, DNSReply).self) { group in
            for query in queries { group.addTask { (query, await reply(to: query)) } }
            var replies: [DNSQuery: DNSReply] = [:]
            for await (query, reply) in group { replies[query] = reply }
            return replies
        }
    }
}
