import NIOCore
import NIOHTTP1
import ScannerProtocols

/// Asks Rspamd over HTTP: `/checkv2` for a message, `/ping` for a sign of life.
struct RspamdClient: Sendable {
    let exchange: EngineExchange

    func scan(_ content: any EngineContent, _ envelope: EngineEnvelope) async throws(EngineFailure) -> ScannerOpinion {
        var headers = Self.headers(envelope)
        headers.add(name: "Content-Length", value: "\(content.byteCount)")
        let body = try await ask(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/checkv2", headers: headers), content)
        do throws(ScannerReplyError) {
            return try Rspamd.opinion(body.bytes)
        } catch {
            throw .unusable(error)
        }
    }

    /// - Returns: what the server calls itself.
    func ping() async throws(EngineFailure) -> String {
        let headers = HTTPHeaders([("Host", "rspamd"), ("Connection", "close")])
        let answer = try await ask(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/ping", headers: headers), nil)
        guard answer.bytes.starts(with: "pong".utf8) else { throw .unusable(.notTheEngine(answer.bytes)) }
        return answer.server
    }

    private struct Answer: Sendable {
        var bytes: [UInt8] = []
        var server = ""
    }

    private func ask(_ head: HTTPRequestHead, _ content: (any EngineContent)?) async throws(EngineFailure) -> Answer {
        let limit = exchange.limit
        return try await exchange.run(HTTPClientResponsePart.self, HTTPPart<HTTPRequestHead, ByteBuffer>.self) { channel in
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(RequestBytes())
        } say: { outbound in
            try await outbound.write(.head(head))
            try await content?.forEachPiece(limit: limit) { piece in try await outbound.write(.body(piece)) }
            try await outbound.write(.end(nil))
        } listen: { inbound in
            try await Self.answer(inbound)
        }
    }

    private static func answer(_ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>) async throws -> Answer {
        var answer = Answer()
        do {
            for try await part in inbound {
                switch part {
                case .head(let head):
                    guard head.status == .ok else { throw EngineFailure.status(Int(head.status.code)) }
                    answer.server = ScannerReplyError.printable(head.headers.first(name: "Server") ?? "")
                case .body(let bytes):
                    guard answer.bytes.count + bytes.readableBytes <= Rspamd.maximumReplyBytes else {
                        throw EngineFailure.unusable(.tooLong(maximumBytes: Rspamd.maximumReplyBytes))
                    }
                    answer.bytes += bytes.readableBytesView
                case .end: return answer
                }
            }
        } catch let error as HTTPParserError {
            throw EngineFailure.unusable(.malformed("\(error)"))
        }
        throw EngineFailure.brokenOff
    }

    private static func headers(_ envelope: EngineEnvelope) -> HTTPHeaders {
        var headers = HTTPHeaders([
            ("Host", "rspamd"), ("Connection", "close"), ("IP", "\(envelope.clientAddress)"), ("Helo", plain(envelope.heloName)),
            ("From", plain(envelope.sender)), ("MTA-Name", plain(envelope.ownName)),
        ])
        if !envelope.hostName.isEmpty { headers.add(name: "Hostname", value: plain(envelope.hostName)) }
        for recipient in envelope.recipients { headers.add(name: "Rcpt", value: plain(recipient)) }
        return headers
    }

    /// HTTP fields are ASCII; what is not cannot be told.
    private static func plain(_ text: String) -> String {
        String(decoding: text.utf8.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// Turns buffers of a request into what NIO's encoder takes.
private final class RequestBytes: ChannelOutboundHandler, Sendable {
    typealias OutboundIn = HTTPPart<HTTPRequestHead, ByteBuffer>
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPClientRequestPart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}
