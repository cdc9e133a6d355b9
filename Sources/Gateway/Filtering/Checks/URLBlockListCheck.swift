import DNS
import DomainsAndUsers
import Mail
import SenderAuthentication
package import Settings

/// Whether links in the message lead to domains that are on a list which others publish in DNS. All lists are asked about all domains
/// at once; their number is bounded.
package struct URLBlockListCheck: MessageCheck {
    package static let name = "url-block-lists"
    package static let title = LocalizedText("URL block lists", ja: "URL ブロックリスト")

    private let resolver: any DNSResolver
    private let suffixes: PublicSuffixList?
    private let domains: CurrentDomains

    package init(_ environment: CheckEnvironment) {
        resolver = environment.resolver
        suffixes = environment.publicSuffixes
        domains = environment.domains
    }

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { !subject.settings.urlBlockLists.lists.isEmpty }

    /// One result for each list. What is not answered in three quarters of the check's time is undecided.
    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.urlBlockLists
        guard let structure = subject.message?.structure else {
            return [.undecided(self, LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。"))]
        }
        let links = MessageLinks(structure)
        let all = names(links.hosts)
        let names = Array(all.prefix(settings.maximumDomains))
        let isCut = links.isCut || all.count > names.count
        guard !names.isEmpty else { return [isCut ? unseen : .nothing(self)] }
        let questions = settings.lists.flatMap { list in names.map { (list, $0) } }
        let race = CheckRace<Answer>(count: questions.count)
        // Awaited by `race.wait`, which cancels those that are not done.
        let tasks = questions.enumerated().map { index, question in
            Task { race.finish(index, await ask(question.0, about: question.1)) }
        }
        let limit = Duration.seconds(subject.settings.filtering.timeLimitSeconds) * 3 / 4
        let answers = await race.wait(tasks: tasks, limit: limit)
        return settings.lists.enumerated().map { index, list in
            result(list, names, Array(answers[(index * names.count)..<((index + 1) * names.count)]), isCut: isCut)
        }
    }

    private enum Answer: Sendable {
        case reading(BlockListReading)
        case failed
    }

    /// What is asked about: registered domains, and addresses backwards; our own domains are left out.
    private func names(_ hosts: [String]) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        for host in hosts {
            guard let name = name(host), seen.insert(name).inserted else { continue }
            names.append(name)
        }
        return names
    }

    /// Whoever puts decoys in front of a link must not get a clean result for it.
    private var unseen: CheckResult {
        .undecided(self, LocalizedText("There are more links than are asked about.", ja: "リンクが照会の上限を超えています。"))
    }

    private func name(_ host: String) -> String? {
        if let address = NetworkAddress(host), address.isIPv4, !address.isPrivate {
            return HostAddress(octets: address.bytes)?.reversedLabels
        }
        // What is no name leads nowhere.
        guard let domain = try? DomainName(host), NetworkAddress(host) == nil else { return nil }
        let registered = suffixes?.organizationalDomain(of: domain) ?? domain
        guard registered.ascii.utf8.count <= Self.maximumNameBytes else { return nil }
        return domains.directory.domain(registered) == nil && domains.directory.domain(domain) == nil ? registered.ascii : nil
    }

    /// Of what is asked about, whatever stands in front of it: with the longest zone a name has 253 (RFC 1035 section 2.3.4).
    private static let maximumNameBytes = 72

    private func ask(_ list: DNSBlockList, about name: String) async -> Answer {
        do throws(DNSError) {
            return .reading(BlockListReading(try await resolver.resolve("\(name).\(list.zone)", .a).addresses, list))
        } catch {
            return .failed
        }
    }

    private func result(_ list: DNSBlockList, _ names: [String], _ answers: [Answer?], isCut: Bool) -> CheckResult {
        var listed: [String] = []
        var isUndecided = false
        for (name, answer) in zip(names, answers) {
            switch answer {
            case .reading(.listed): listed.append(name)
            case .reading(.notListed): break
            case .reading(.foreign), .reading(.refused), .failed, nil: isUndecided = true
            }
        }
        if !listed.isEmpty {
            let shown = listed.prefix(3).joined(separator: ", ") + (listed.count > 3 ? ", …" : "")
            let text = LocalizedText("A link leads to \(shown), on \(list.zone).", ja: "リンク先 \(shown) は \(list.zone) に登録されています。")
            switch list.weight {
            case .reject: return .found(self, .reject, text)
            case .score(let score): return .found(self, .score(score), text)
            }
        }
        guard isUndecided else { return isCut ? unseen : .nothing(self) }
        return .undecided(self, LocalizedText("\(list.zone) did not answer every question.", ja: "\(list.zone) から一部の応答を得られませんでした。"))
    }
}
