import DNS
package import Settings

/// Whether the sending address is on a list that others publish in DNS (RFC 5782). All lists are asked at once.
package struct DNSBlockListCheck: MessageCheck {
    package static let name = "dns-block-lists"
    package static let title = LocalizedText("DNS block lists", ja: "DNS ブロックリスト")

    private let resolver: any DNSResolver

    package init(_ environment: CheckEnvironment) { resolver = environment.resolver }

    package var phases: Set<FilterPhase> { [.greeting] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        !subject.settings.dnsBlockLists.lists.isEmpty && subject.isPublicEnough
    }

    /// One result for each list. A list that is slow does not hold up the others' results: the time of each is three quarters
    /// of the whole check's.
    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let host = HostAddress(octets: subject.address.bytes) else { return [] }
        let lists = subject.settings.dnsBlockLists.lists
        let race = CheckRace<CheckResult>(count: lists.count)
        // Awaited by `race.wait`, which cancels those that are not done.
        let tasks = lists.enumerated().map { index, list in
            Task {
                let begun = ContinuousClock.now
                var result = await ask(list, about: host)
                result.duration = begun.duration(to: .now)
                race.finish(index, result)
            }
        }
        let limit = Duration.seconds(subject.settings.filtering.timeLimitSeconds) * 3 / 4
        let results = await race.wait(tasks: tasks, limit: limit)
        return zip(lists, results).map { list, result in
            if let result { return result }
            var late = CheckResult.undecided(
                self, LocalizedText("\(list.zone) did not answer in time.", ja: "\(list.zone) は時間内に応答しませんでした。"))
            late.duration = limit
            return late
        }
    }

    private func ask(_ list: DNSBlockList, about host: HostAddress) async -> CheckResult {
        do throws(DNSError) {
            let answer = try await resolver.resolve("\(host.reversedLabels).\(list.zone)", .a)
            return judge(answer.addresses, list, host)
        } catch {
            return .undecided(self, LocalizedText("\(list.zone) could not be asked: \(error).", ja: "\(list.zone) を照会できませんでした: \(error)"))
        }
    }

    private func judge(_ addresses: [HostAddress], _ list: DNSBlockList, _ host: HostAddress) -> CheckResult {
        switch BlockListReading(addresses, list) {
        case .notListed: return .nothing(self)
        case .foreign: return unusable(list, addresses, "which no block list says", ja: "ブロックリストの応答ではありません")
        case .refused: return unusable(list, addresses, "by which it refuses to answer", ja: "照会を拒否する応答です")
        case .listed(let answer):
            let text = LocalizedText(
                "\(host) is on \(list.zone) (\(HostAddress.ipv4(answer))).",
                ja: "\(host) は \(list.zone) に登録されています（\(HostAddress.ipv4(answer))）。")
            switch list.weight {
            case .reject: return .found(self, .reject, text)
            case .score(let score): return .found(self, .score(score), text)
            }
        }
    }

    private func unusable(_ list: DNSBlockList, _ addresses: [HostAddress], _ english: String, ja japanese: String) -> CheckResult {
        let shown = addresses.prefix(3).map(\.description).joined(separator: ", ")
        return .undecided(
            self, LocalizedText("\(list.zone) answers \(shown), \(english).", ja: "\(list.zone) の応答 \(shown) は\(japanese)。"))
    }
}
