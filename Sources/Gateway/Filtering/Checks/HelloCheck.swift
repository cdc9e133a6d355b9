import DNS
import DomainsAndUsers
import Mail
package import Settings

/// Whether the name given in HELO or EHLO can be the client's own (RFC 5321 section 4.1.1.1).
package struct HelloCheck: MessageCheck {
    package static let name = "hello"
    package static let title = LocalizedText("HELO name", ja: "HELO 名")

    private let resolver: any DNSResolver
    private let domains: CurrentDomains

    package init(_ environment: CheckEnvironment) {
        resolver = environment.resolver
        domains = environment.domains
    }

    package var phases: Set<FilterPhase> { [.greeting] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        subject.settings.senderChecks.checksHello && subject.isPublicEnough
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.senderChecks
        let name = subject.heloName
        if Self.isAddress(name) {
            let text = LocalizedText("The client gives the address \(name) as its name.", ja: "名前の代わりにアドレス \(name) を名乗りました。")
            return [.found(self, .score(settings.addressHelloScore), text)]
        }
        // Why a name is none is of no interest: no host has it.
        guard let domain = try? DomainName(name), domain.labels.count > 1 else {
            return [unknown(name, settings)]
        }
        if domain.ascii == subject.ownName.lowercased() || domains.directory.domain(domain) != nil {
            let text = LocalizedText("The client gives our own name \(name) as its own.", ja: "こちらの名前 \(name) を名乗りました。")
            return [.found(self, .score(settings.forgedHelloScore), text)]
        }
        return [await lookUp(domain.ascii, settings)]
    }

    private func lookUp(_ name: String, _ settings: SenderCheckSettings) async -> CheckResult {
        do throws(DNSError) {
            if try await !resolver.addresses(of: name).isEmpty { return .nothing(self) }
            if try await !resolver.resolve(name, .mailExchange).mailExchanges.isEmpty { return .nothing(self) }
            return unknown(name, settings)
        } catch {
            return .undecided(self, LocalizedText("\(name) could not be asked for: \(error).", ja: "\(name) を照会できませんでした: \(error)"))
        }
    }

    private func unknown(_ name: String, _ settings: SenderCheckSettings) -> CheckResult {
        .found(
            self, .score(settings.unknownHelloScore),
            LocalizedText("“\(name)” is not the name of a host in DNS.", ja: "「\(name)」は DNS にあるホスト名ではありません。"))
    }

    /// An address literal in brackets, or an address without them, which the protocol does not allow at all.
    private static func isAddress(_ name: String) -> Bool {
        if name.hasPrefix("["), name.hasSuffix("]") { return true }
        return NetworkAddress(name) != nil
    }
}
