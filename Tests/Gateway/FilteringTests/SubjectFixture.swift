import DNS
import DomainsAndUsers
import Filtering
import Mail
import Settings
import Testing

/// A sender from 192.0.2.9 that greets as relay.example.net, and what checks are made with.
struct SubjectFixture {
    var resolver = StaticDNSResolver()
    var settings = GatewaySettings()
    var address = "192.0.2.9"
    var heloName = "relay.example.net"
    var recipients = ["you@example.com"]
    var lists = AccessLists.empty
    var content: String?

    func environment(_ resolver: (any DNSResolver)? = nil) throws -> CheckEnvironment {
        let domain = ProtectedDomain(identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("example.com"), mailServers: [])
        return CheckEnvironment(
            resolver: resolver ?? self.resolver, accessLists: CurrentAccessLists(lists),
            domains: CurrentDomains(DomainDirectory(revision: .none, domains: [domain])))
    }

    func subject() throws -> FilterSubject {
        var subject = FilterSubject(settings: settings, address: try #require(NetworkAddress(address)), ownName: "mx1.example.com")
        subject.heloName = heloName
        subject.reversePath = .address(try EmailAddress("someone@example.net"))
        subject.recipients = try recipients.map { try EmailAddress($0) }
        if let content {
            subject.message = FilteredMessage(sizeBytes: content.utf8.count, structure: MessageReader().read(Array(content.utf8)))
        }
        return subject
    }

    func find(_ type: any MessageCheck.Type, at phase: FilterPhase) async throws -> [CheckResult] {
        await type.init(try environment()).find(try subject(), at: phase)
    }
}

/// A resolver that never answers and does not even heed its cancellation: worse than any real one.
struct SilentResolver: DNSResolver {
    func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in SilentResolver.forgotten(continuation) }
        throw .transient(.stopped)
    }

    /// Kept for ever, so that nobody is told of a leak.
    private static func forgotten(_ continuation: CheckedContinuation<Void, Never>) {
        _ = Unmanaged.passRetained(Box(continuation))
    }

    private final class Box: Sendable {
        let continuation: CheckedContinuation<Void, Never>
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
    }
}
