import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Speaks HTTP/1.1 with the running node over the Unix socket in its home; one connection for each request.
struct LocalSocketClient: Sendable {
    let socketPath: String
    private let deadline: TimeAmount

    /// An answer of the API: the largest is an export, of 16 MiB.
    static let maximumAnswerBytes = 17 << 20

    /// - Parameter deadline: for connection, request and answer together.
    init(socketPath: String, deadline: TimeAmount = .seconds(30)) {
        self.socketPath = socketPath
        self.deadline = deadline
    }

    init(home: String, deadline: TimeAmount = .seconds(30)) {
        self.init(socketPath: URL(fileURLWithPath: home, isDirectory: true).appendingPathComponent("admin.sock").path, deadline: deadline)
    }

    /// - Parameters:
    ///   - path: below `/api/v1`, with its query.
    ///   - body: JSON, or `nil`.
    func send(_ method: APIMethod, _ path: String, body: [UInt8]? = nil) async throws(LocalSocketError) -> LocalSocketAnswer {
        do {
            return try await connectAndSend(request(method, path, body: body), body: body)
        } catch let error as LocalSocketError {
            throw error
        } catch let error as IOError {
            throw LocalSocketError(errnoCode: error.errnoCode)
        } catch SocketAddressError.unixDomainSocketPathTooLong {
            throw .failed(reason: "the path of the socket is longer than the 107 bytes that a Unix socket's may have")
        } catch {
            throw .failed(reason: "\(error)")
        }
    }

    private func request(_ method: APIMethod, _ path: String, body: [UInt8]?) -> HTTPRequestHead {
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: method.rawValue), uri: "/api/v1" + path)
        head.headers.add(name: "Host", value: "localhost")
        head.headers.add(name: "Connection", value: "close")
        head.headers.add(name: "Accept", value: "application/json")
        if let body {
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(body.count))
        }
        return head
    }

    private func connectAndSend(_ head: HTTPRequestHead, body: [UInt8]?) async throws -> LocalSocketAnswer {
        let start = NIODeadline.now()
        let deadline = deadline
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: LocalSocketAnswer.self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop).connectTimeout(deadline)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        try channel.pipeline.syncOperations.addHandler(AnswerCollector(promise: promise))
                    }
                }
                .connect(unixDomainSocketPath: socketPath).get()
        } catch {
            promise.fail(error)
            return try await promise.futureResult.get()
        }
        let timer = loop.scheduleTask(deadline: start + deadline) {
            promise.fail(LocalSocketError.deadlineExceeded(seconds: deadline.nanoseconds / 1_000_000_000))
            channel.close(promise: nil)
        }
        promise.futureResult.whenComplete { _ in timer.cancel() }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body { channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil) }
        // A node that answers before it read all of the body is heard through the collector; so is one that went away.
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        return try await promise.futureResult.get()
    }
}

/// The methods of the API.
enum APIMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
}

/// What the node answered.
struct LocalSocketAnswer: Sendable {
    let status: Int
    let body: [UInt8]
}

/// Why there is no answer.
enum LocalSocketError: Error, Sendable, Hashable {
    /// Nobody listens: no node runs on this home.
    case noNode
    /// The socket's file permission keeps this user out.
    case notPermitted
    case deadlineExceeded(seconds: Int64)
    case failed(reason: String)

    init(errnoCode code: Int32) {
        switch code {
        case ENOENT, ECONNREFUSED, ENOTDIR: self = .noNode
        case EACCES, EPERM: self = .notPermitted
        default: self = .failed(reason: String(cString: strerror(code)))
        }
    }
}

/// Collects one bounded answer and completes the promise exactly once.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<LocalSocketAnswer>
    private var status = 0
    private var body: [UInt8] = []

    init(promise: EventLoopPromise<LocalSocketAnswer>) { self.promise = promise }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let buffer):
            guard body.count + buffer.readableBytes <= LocalSocketClient.maximumAnswerBytes else {
                return finish(context, .failure(.failed(reason: "the answer is larger than \(LocalSocketClient.maximumAnswerBytes) bytes")))
            }
            body.append(contentsOf: buffer.readableBytesView)
        case .end: finish(context, .success(LocalSocketAnswer(status: status, body: body)))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(context, .failure(.failed(reason: "the node closed the connection before it answered")))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(context, .failure(.failed(reason: "\(error)")))
    }

    private func finish(_ context: ChannelHandlerContext, _ result: Result<LocalSocketAnswer, LocalSocketError>) {
        // Later calls find the promise completed and change nothing.
        switch result {
        case .success(let answer): promise.succeed(answer)
        case .failure(let error): promise.fail(error)
        }
        context.close(promise: nil)
    }
}
