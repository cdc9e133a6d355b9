import MessageLog
import NIOCore
import SMTP
import Settings
import SharedFolders

// What of a session is kept as its transcript.
extension SMTPSession {
    /// The connection carries the transcript's identifier from now on, so that the log's rows can name it.
    func beginTranscript(_ connection: ClientConnection) {
        transcript = services.transcripts?.begin(
            .inbound, address: connection.address,
            heading: "\(connection.listener.rawValue), client [\(connection.address)]:\(connection.port)", transcriptSettings)
        machine?.connection.transcript = transcript?.identifier
    }

    /// A connection that is turned away before it has a session.
    func beginTranscript(ofRefused context: ChannelHandlerContext, _ peer: SessionPeer?) {
        let address = peer?.address ?? context.remoteAddress.flatMap { NetworkAddress($0) }
        transcript = services.transcripts?.begin(
            .inbound, address: address,
            heading: "client [\(address?.description ?? "?")]:\(peer?.port ?? context.remoteAddress?.port ?? 0)", transcriptSettings)
    }

    /// A line, before it is answered.
    func noteCommand(_ line: ByteBuffer) {
        guard transcript != nil else { return }
        let isCredential = if case .authenticating = machine?.phase { true } else { false }
        transcript?.client(line.readableBytesView, isCredential: isCredential)
    }

    /// The client, or the network, has ended it.
    func noteEndOfConnection() {
        guard transcript != nil, let machine, machine.phase != .closed else { return }
        if machine.transaction == nil && !machine.isDecidingMessage {
            transcript?.note("the connection was closed")
        } else {
            transcript?.failure("the connection was lost")
        }
    }

    /// Between two messages a long dialogue goes on in a new part.
    func beginNextPartIfLong() {
        guard transcript?.isLong == true, machine?.phase == .commands, machine?.transaction == nil else { return }
        guard let part = transcript?.nextPart() else { return }
        machine?.connection.transcript = transcript?.identifier
        services.transcripts?.keep(part, transcriptSettings)
    }

    /// The dialogue is over.
    func keepTranscript() {
        guard let finished = transcript?.finish() else { return }
        transcript = nil
        services.transcripts?.keep(finished, transcriptSettings)
    }

    private var transcriptSettings: TranscriptSettings {
        machine?.connection.settings.settings.transcripts ?? services.settings.snapshot.settings.transcripts
    }
}
