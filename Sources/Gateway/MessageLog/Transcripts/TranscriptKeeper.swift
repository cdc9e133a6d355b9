package import Settings
package import SharedFolders

/// Begins transcripts as the settings want them, and hands finished ones to the folder. Nobody ever waits for it.
package struct TranscriptKeeper: Sendable {
    private let folder: TranscriptFolder
    private let node: NodeID

    package init(folder: TranscriptFolder, node: NodeID) {
        self.folder = folder
        self.node = node
    }

    /// - Parameter heading: who speaks with whom, one line; the node is added.
    /// - Returns: `nil` when none is to be kept.
    package func begin(
        _ way: TranscriptWay, address: NetworkAddress?, heading: @autoclosure () -> String, _ settings: TranscriptSettings,
        at time: UTCTime = .now()
    ) -> SMTPTranscript? {
        guard settings.kept != .off else { return nil }
        return SMTPTranscript(
            way, address: address, heading: "\(heading()), node \(node)",
            limits: SMTPTranscript.Limits(maximumBytes: settings.maximumKilobytes << 10), at: time)
    }

    package func keep(_ transcript: FinishedTranscript, _ settings: TranscriptSettings) {
        switch settings.kept {
        case .off: break
        case .troubled: if transcript.entry.isTroubled { folder.keep(transcript) }
        case .all: folder.keep(transcript)
        }
    }
}
