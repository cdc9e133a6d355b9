import MessageLog
import NIOCore
import SMTP

// What of a connection is kept as its transcript.
extension SMTPClientHandler {
    /// One or several commands as they are written.
    func noteCommands(_ commands: ByteBuffer) {
        guard transcript != nil else { return }
        for line in commands.readableBytesView.split(separator: UInt8(ascii: "\n")) {
            let words = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            // The command that begins AUTH is masked as such; every line after it is a name or a password.
            let isCredential = machine.isSigningIn && !words.starts(with: "AUTH ".utf8)
            transcript?.client(words, isCredential: isCredential)
        }
    }

    func noteReply(_ reply: SMTPReply) {
        guard transcript != nil else { return }
        var written = ByteBuffer()
        reply.write(into: &written, allowsUTF8: true)
        transcript?.server(written.readableBytesView)
    }

    func noteContent(_ lastOctets: Int) {
        transcript?.note("content, \(contentOctets + lastOctets) octets")
        contentOctets = 0
    }

    /// The connection ends. While nothing was under way that is no failure.
    func noteEnd(_ cause: String) {
        guard wasConnected, machine.isBusy else { return }
        transcript?.failure(cause)
    }

    /// A failure with the name of its dialogue. A connection that never was has a transcript of its own.
    func named(_ failure: SessionFailure) -> SessionFailure {
        guard wasConnected else { return failure }
        var failure = failure
        failure.reply.transcript = transcript?.identifier
        return failure
    }

    /// Between two messages a long dialogue goes on in a new part.
    func beginNextPartIfLong() {
        guard transcript?.isLong == true, let part = transcript?.nextPart() else { return }
        keepTranscript?(part)
    }

    /// The dialogue is over.
    func finishTranscript() {
        guard wasConnected, let finished = transcript?.finish() else { return }
        transcript = nil
        keepTranscript?(finished)
    }
}
