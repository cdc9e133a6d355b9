import Mail
package import Settings

/// The allow and block lists: who is turned away as soon as he is known, and who is excused from the other checks.
package struct AccessListCheck: MessageCheck {
    package static let name = "access-lists"
    package static let title = LocalizedText("Allow and block lists", ja: "許可・ブロックリスト")

    private let lists: CurrentAccessLists

    package init(_ environment: CheckEnvironment) { lists = environment.accessLists }

    package var phases: Set<FilterPhase> { [.connection, .sender, .recipient, .message] }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { lists.lists.count > 0 }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let lists = lists.lists
        let sender = Self.sender(subject, at: phase)
        switch phase {
        case .greeting: return []
        case .connection, .sender: return lists.earlyBlock(sender).map { [earlyResult($0, subject, lists)] } ?? []
        case .recipient:
            return subject.recipients.first.flatMap { lists.match(sender, forRecipient: $0) }.map { [earlyResult($0, subject, lists)] }
                ?? []
        case .message:
            // A message has one verdict: it is excused only if every recipient's list excuses it.
            let matches = subject.recipients.map { lists.match(sender, forRecipient: $0) }
            guard let first = matches.first, let match = first, matches.allSatisfy({ $0?.list == .allow }) else {
                return [.nothing(self)]
            }
            return [result(match)]
        }
    }

    private static func sender(_ subject: FilterSubject, at phase: FilterPhase) -> AccessLists.Sender {
        var sender = AccessLists.Sender(address: subject.address)
        guard phase != .connection else { return sender }
        sender.heloName = subject.heloName
        sender.confirmedHostNames = subject.confirmedHostNames
        sender.reversePath = subject.reversePath
        return sender
    }

    /// A block is not for ever when DNS could not say whether the sender's host is one that is allowed.
    private func earlyResult(_ match: AccessLists.Match, _ subject: FilterSubject, _ lists: AccessLists) -> CheckResult {
        guard match.list == .block, subject.areHostNamesUndecided, lists.allowsHosts else { return result(match) }
        let text = LocalizedText(
            "\(match.value) is on the block list, and DNS could not be asked whether its host is on the allow list.",
            ja: "\(match.value) はブロックリストにあり、ホストが許可リストにあるかどうかを DNS で確認できませんでした。")
        return .found(self, .tryAgainLater, text, isExcusable: false)
    }

    private func result(_ match: AccessLists.Match) -> CheckResult {
        switch match.list {
        case .allow:
            .found(self, .allow, LocalizedText("\(match.value) is on the allow list.", ja: "\(match.value) は許可リストにあります。"))
        case .block:
            .found(
                self, .reject, LocalizedText("\(match.value) is on the block list.", ja: "\(match.value) はブロックリストにあります。"),
                isExcusable: false)
        }
    }
}
