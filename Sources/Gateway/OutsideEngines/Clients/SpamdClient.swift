import Mail
import NIOCore
import ScannerProtocols
import Settings

/// Asks spamd: SYMBOLS for a message, PING for a sign of life.
struct SpamdClient: Sendable {
    let exchange: EngineExchange

    func scan(_ content: any EngineContent, _ envelope: EngineEnvelope, user: String) async throws(EngineFailure) -> ScannerOpinion {
        let limit = exchange.limit
        let front = Self.front(envelope, at: .now())
        return try await exchange.run(ByteBuffer.self, ByteBuffer.self) { outbound in
            let request = Spamd.symbolsRequest(contentLength: front.count + content.byteCount, user: user)
            try await outbound.write(ByteBuffer(bytes: request + front))
            try await content.forEachPiece(limit: limit) { piece in try await outbound.write(piece) }
        } listen: { inbound in
            var reply = SpamdReply()
            do {
                for try await bytes in inbound {
                    if let opinion = try reply.take(bytes.readableBytesView) { return opinion }
                }
                return try reply.finish()
            } catch let error as ScannerReplyError {
                throw EngineFailure.unusable(error)
            }
        }
    }

    /// spamd does not tell its version.
    func ping() async throws(EngineFailure) -> String {
        let line = try await exchange.run(ByteBuffer.self, ByteBuffer.self) { outbound in
            try await outbound.write(ByteBuffer(bytes: Spamd.ping))
        } listen: { inbound in
            var reply = TerminatedReply(terminator: UInt8(ascii: "\n"))
            for try await bytes in inbound {
                do throws(ScannerReplyError) {
                    if let line = try reply.take(bytes.readableBytesView) { return line }
                } catch {
                    throw EngineFailure.unusable(error)
                }
            }
            throw EngineFailure.brokenOff
        }
        do throws(ScannerReplyError) {
            return try Spamd.pong(line)
        } catch {
            throw .unusable(error)
        }
    }

    /// SpamAssassin learns of the envelope from the topmost fields, which the stored content does not have yet.
    static func front(_ envelope: EngineEnvelope, at time: UTCTime) -> [UInt8] {
        let address = envelope.clientAddress.isIPv4 ? "\(envelope.clientAddress)" : "IPv6:\(envelope.clientAddress)"
        let host = envelope.hostName.isEmpty ? "unknown" : envelope.hostName
        return Array(
            """
            Return-Path: <\(envelope.sender)>\r
            Received: from \(envelope.heloName) (\(host) [\(address)])\r
            \tby \(envelope.ownName) with ESMTP;\r
            \t\(MailDate(millisecondsSince1970: time.milliseconds).formatted)\r\n
            """.utf8)
    }
}
