import NIOCore
import ScannerProtocols

/// Asks clamd: INSTREAM for a message, VERSION for a sign of life. One connection a question.
struct ClamdClient: Sendable {
    let exchange: EngineExchange

    func scan(_ content: any EngineContent) async throws(EngineFailure) -> EngineReport {
        let limit = exchange.limit
        let line = try await exchange.run(ByteBuffer.self, ByteBuffer.self) { outbound in
            try await outbound.write(ByteBuffer(bytes: Clamd.instream))
            try await content.forEachPiece(limit: limit) { piece in
                try await outbound.write(contentsOf: [ByteBuffer(bytes: Clamd.chunkHeader(piece.readableBytes)), piece])
            }
            try await outbound.write(ByteBuffer(bytes: Clamd.end))
        } listen: { inbound in
            try await Self.reply(inbound)
        }
        do throws(ScannerReplyError) {
            switch try Clamd.finding(line) {
            case .clean: return .clean
            case .virus(let name): return .virus(name)
            case .tooLarge: return .tooLarge
            }
        } catch {
            throw .unusable(error)
        }
    }

    /// - Returns: its version and that of its signatures.
    func version() async throws(EngineFailure) -> String {
        let line = try await exchange.run(ByteBuffer.self, ByteBuffer.self) { outbound in
            try await outbound.write(ByteBuffer(bytes: Clamd.version))
        } listen: { inbound in
            try await Self.reply(inbound)
        }
        do throws(ScannerReplyError) {
            return try Clamd.versionText(line)
        } catch {
            throw .unusable(error)
        }
    }

    private static func reply(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> [UInt8] {
        var reply = TerminatedReply()
        for try await bytes in inbound {
            do throws(ScannerReplyError) {
                if let line = try reply.take(bytes.readableBytesView) { return line }
            } catch {
                throw EngineFailure.unusable(error)
            }
        }
        throw EngineFailure.brokenOff
    }
}
