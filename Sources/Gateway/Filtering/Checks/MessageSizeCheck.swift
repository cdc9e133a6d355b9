package import Settings

/// Whether the message is larger than usual. Sizes that are refused outright belong to reception and domains.
package struct MessageSizeCheck: MessageCheck {
    package static let name = "size"
    package static let title = LocalizedText("Size", ja: "サイズ")

    package init(_ environment: CheckEnvironment) {}

    package var phases: Set<FilterPhase> { [.message] }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool { subject.settings.attachments.largeMessageBytes > 0 }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.attachments
        guard let bytes = subject.message?.sizeBytes, bytes >= settings.largeMessageBytes else { return [.nothing(self)] }
        let text = LocalizedText("The message has \(bytes) bytes.", ja: "メッセージは \(bytes) バイトです。")
        return [.found(self, .score(settings.largeMessageScore), text)]
    }
}
