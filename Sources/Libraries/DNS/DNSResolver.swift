/// Something that answers DNS questions of class IN.
///
/// An implementation follows aliases, answers within a deadline of its own, and never blocks the caller's thread.
package protocol DNSResolver: Sendable {
    /// Asks for the records of one type at one name.
    ///
    /// Cancelling the task ends the wait at once.
    ///
    /// - Parameters:
    ///   - name: a domain name in ASCII (internationalised labels as A-labels), with or without the trailing dot, any
    ///     case; special octets as `\DDD`. It is never completed with a search domain.
    ///   - type: the wanted type.
    /// - Throws: `.transient` when no answer was to be had, `.permanent(.invalidName)` when `name` is no domain name.
    func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer
}

extension DNSResolver {
    /// All addresses of a host, IPv6 and IPv4 alternating and IPv6 first, each once; empty when it has none.
    ///
    /// Both families are asked for at the same time. When one question fails and the other finds addresses, those are
    /// returned.
    ///
    /// - Throws: the error of a failed question, when the other one found nothing.
    package func addresses(of host: String) async throws(DNSError) -> [HostAddress] {
        async let sixth = attempt(host, .aaaa)
        async let fourth = attempt(host, .a)
        let outcomes = await (sixth, fourth)
        let found = HostAddress.alternating(outcomes.0.addresses, outcomes.1.addresses)
        if found.isEmpty {
            _ = try outcomes.0.get()
            _ = try outcomes.1.get()
        }
        return found
    }

    private func attempt(_ host: String, _ type: DNSRecordType) async -> Result<DNSAnswer, DNSError> {
        do throws(DNSError) {
            return .success(try await resolve(host, type))
        } catch {
            return .failure(error)
        }
    }
}

extension Result<DNSAnswer, DNSError> {
    /// The addresses found; empty on failure, whose error the caller looks at by `get()`.
    fileprivate var addresses: [HostAddress] {
        switch self {
        case .success(let answer): answer.addresses
        case .failure: []
        }
    }
}
