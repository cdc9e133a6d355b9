import Logging
import MessageLog
import NIOCore
import SMTP
import Settings
import SharedFolders
import TransportSecurity

/// What all sessions of a listener share; one pointer in each of them.
final class ReceptionServices: Sendable {
    let settings: CurrentSettings
    let handler: any MailTransactionHandler
    let folder: MessageDataFolder
    let tls: TLSContexts
    let logger: Logger
    let register = SessionRegister()
    let metrics = ReceptionMetrics()
    let tarpit = TarpitPlaces()
    /// `nil`: no transcripts are kept.
    let transcripts: TranscriptKeeper?
    /// Name of the system, for a node without a HELO name of its own.
    let systemName: String

    init(
        settings: CurrentSettings, handler: any MailTransactionHandler, folder: MessageDataFolder, tls: TLSContexts, logger: Logger,
        transcripts: TranscriptKeeper? = nil, systemName: String
    ) {
        self.settings = settings
        self.handler = handler
        self.folder = folder
        self.tls = tls
        self.logger = logger
        self.transcripts = transcripts
        self.systemName = systemName
    }

    func hostName(_ settings: GatewaySettings) -> String {
        settings.node.heloName.isEmpty ? systemName : settings.node.heloName
    }
}
