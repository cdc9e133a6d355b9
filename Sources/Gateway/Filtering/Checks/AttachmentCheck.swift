import Mail
package import Settings

/// Whether the message carries a file of a kind that is not wanted, by any name under which it might be saved, or by its type.
package struct AttachmentCheck: MessageCheck {
    package static let name = "attachments"
    package static let title = LocalizedText("Attachments", ja: "添付ファイル")

    package init(_ environment: CheckEnvironment) {}

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }

    /// Files named in the finding.
    private static let namedFiles = 3

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.attachments
        return !settings.blockedExtensions.isEmpty || !settings.blockedTypes.isEmpty
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let structure = subject.message?.structure else {
            return [.undecided(self, LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。"))]
        }
        let settings = subject.settings.attachments
        let search = AttachmentSearch(structure, settings)
        guard let text = Self.text(search) else { return [.nothing(self)] }
        switch settings.action {
        case .score: return [.found(self, .score(settings.score), text, isExcusable: false)]
        case .strip:
            let demand = AttachmentStrip.demand(structure, parts: search.parts, subject.settings.stripping)
            return [.found(self, demand, text)]
        case .quarantine: return [.found(self, .quarantine, text, isExcusable: false)]
        case .reject: return [.found(self, .reject, text, isExcusable: false)]
        }
    }

    /// What was found, in words; `nil` when there is nothing.
    private static func text(_ search: AttachmentSearch) -> LocalizedText? {
        guard search.blocked.isEmpty else {
            let list = search.blocked.prefix(namedFiles).joined(separator: ", ") + (search.blocked.count > namedFiles ? ", …" : "")
            return LocalizedText("Blocked attachment: \(list).", ja: "禁止された添付ファイル: \(list)")
        }
        guard search.isIncomplete else { return nil }
        // Otherwise a sender could hide a file behind so much else that it is not reached.
        return LocalizedText(
            "The message is built so that it cannot be looked into whole.", ja: "メッセージの構造が検査の上限を超えているため、全体を検査できません。")
    }
}
