import Archives
import Mail
package import Settings

/// Whether attachments are of kinds that are not wanted, by what they are and not by what they are called; archives are looked into,
/// within limits, on threads of their own.
package struct FileContentCheck: MessageCheck {
    package static let name = "file-contents"
    package static let title = LocalizedText("Contents of attachments", ja: "添付ファイルの内容")

    private let threads: ArchiveThreads

    package init(_ environment: CheckEnvironment) { threads = environment.archives }

    package var phases: Set<FilterPhase> { [.message] }
    package var needsContent: Bool { true }
    package var mayWait: Bool { true }

    /// A message of nothing but texts costs a look at its parts' types.
    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        guard subject.settings.attachments.examinesContents else { return false }
        // Whether there is something in what could not be read is not known.
        guard let structure = subject.message?.structure else { return true }
        return AttachedFiles.mayHave(structure)
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        guard let structure = subject.message?.structure else {
            return [.undecided(self, LocalizedText("The message is too large or could not be read.", ja: "メッセージが大きすぎるか、読み取れませんでした。"))]
        }
        let settings = subject.settings.attachments
        let files = AttachedFiles(structure)
        let limits = Self.limits(subject.settings)
        var findings = FileFindings(settings, isIncomplete: files.isCut)
        for file in files.told { findings.take(file) }
        if !files.opened.isEmpty {
            guard let reports = await threads.examine(files.opened.map(\.bytes), limits: limits) else { return [Self.noRoom(self)] }
            for (file, report) in zip(files.opened, reports) { findings.take(file, report) }
        }
        let results = findings.results(self, structure, subject.settings.stripping)
        return results.isEmpty ? [.nothing(self)] : results
    }

    /// What takes too long in spite of all limits is treated as what cannot be looked into whole: else it would be the way through.
    package func overrun(_ subject: FilterSubject) -> CheckResult {
        let text = LocalizedText("The attachments could not be looked into in time.", ja: "添付ファイルを制限時間内に検査できませんでした。")
        let settings = subject.settings
        if settings.attachments.unreadable == .strip {
            return .found(self, AttachmentStrip.demand(nil, parts: nil, settings.stripping), text)
        }
        guard let weight = FileFindings.weight(settings.attachments.unreadable, settings.attachments) else { return .undecided(self, text) }
        return .found(self, weight, text, isExcusable: false)
    }

    /// Three quarters of the check's time: whoever makes archives that take longer is found out, not let pass.
    private static func limits(_ settings: GatewaySettings) -> ArchiveLimits {
        var limits = ArchiveLimits()
        limits.depth = settings.attachments.archiveDepth
        limits.entries = settings.attachments.archiveEntries
        limits.duration = min(limits.duration, Duration.seconds(settings.filtering.timeLimitSeconds) * 3 / 4)
        return limits
    }

    /// The load is in the senders' hands: passing what was not looked at would let them choose when nobody looks.
    private static func noRoom(_ check: FileContentCheck) -> CheckResult {
        .found(
            check, .tryAgainLater,
            LocalizedText("Too many archives are being looked into at present.", ja: "現在、検査中の圧縮ファイルが多すぎます。"), isExcusable: false)
    }
}
