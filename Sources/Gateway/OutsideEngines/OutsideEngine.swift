package import Settings

/// An engine of others that looks at messages: a program of its own that the gateway asks over a connection.
package enum OutsideEngine: String, Sendable, Hashable, CaseIterable {
    case clamAV = "clamav"
    case spamAssassin = "spamassassin"
    case rspamd

    /// As its section of the settings is called.
    package var name: String { rawValue }

    package var title: LocalizedText {
        switch self {
        case .clamAV: ClamAVSettings.title
        case .spamAssassin: SpamAssassinSettings.title
        case .rspamd: RspamdSettings.title
        }
    }

    package func connection(_ settings: GatewaySettings) -> EngineConnection {
        switch self {
        case .clamAV: settings.clamAV.connection
        case .spamAssassin: settings.spamAssassin.connection
        case .rspamd: settings.rspamd.connection
        }
    }
}
