import Glibc
import Synchronization

/// A name server on a free loopback port, over UDP and TCP, that answers as it is told, lies included.
final class LoopbackNameServer: Sendable {
    enum Reaction: Sendable {
        /// Success with these record data, all of the type asked for.
        case answer([[UInt8]])
        /// Success with an alias to `target` and there these data.
        case alias(target: String, [[UInt8]])
        case responseCode(UInt8)
        case silence
        /// Correct data under another message identifier.
        case wrongIdentifier([[UInt8]])
        /// Correct data for a question nobody asked.
        case wrongQuestion([[UInt8]])
        /// UDP answers carry the TC bit and nothing else; over TCP there is the whole answer.
        case truncated([[UInt8]])
        /// The TC bit over UDP; the TCP connection is closed without a word.
        case truncatedForever
        case garbage
        /// An answer whose owner name points to itself.
        case pointerLoop
        /// Says that a hundred records follow and ends.
        case countTooHigh
    }

    private struct State {
        var reactions: [String: Reaction] = [:]
        var questions: [String: Int] = [:]
    }

    let port: UInt16
    private let datagrams: Int32
    private let listener: Int32
    private let stopReader: Int32
    private let stopWriter: Int32
    private let state = Mutex(State())

    /// "127.0.0.1@port", as a forwarder is configured.
    var forwarder: String { "127.0.0.1@\(port)" }

    init() throws {
        (datagrams, listener, port) = try Self.bindBoth()
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(bitPattern: SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw ServerFailure(code: errno) }
        (stopReader, stopWriter) = (ends[0], ends[1])
        let owned = Unmanaged.passRetained(Loop(datagrams, listener, stopReader) { [weak self] in self?.reply(to: $0, overTCP: $1) })
        var identifier = pthread_t()
        pthread_create(
            &identifier, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Loop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, owned.toOpaque())
        pthread_detach(identifier)
    }

    deinit {
        close(stopWriter)
    }

    func react(_ name: String, _ reaction: Reaction) {
        state.withLock { $0.reactions[name] = reaction }
    }

    func timesAsked(_ name: String) -> Int {
        state.withLock { $0.questions[name] ?? 0 }
    }

    private func reply(to query: [UInt8], overTCP: Bool) -> [UInt8]? {
        guard let question = DNSMessageBytes.question(query) else { return nil }
        let reaction = state.withLock { state in
            state.questions[question.name, default: 0] += 1
            return state.reactions[question.name] ?? .responseCode(3)
        }
        return DNSMessageBytes(query: query, question: question).reply(reaction, overTCP: overTCP)
    }

    /// A port that is free for both protocols: the kernel chooses one for UDP, TCP tries the same.
    private static func bindBoth() throws -> (Int32, Int32, UInt16) {
        for _ in 0..<20 {
            let datagrams = socket(AF_INET, Int32(bitPattern: SOCK_DGRAM.rawValue), 0)
            let listener = socket(AF_INET, Int32(bitPattern: SOCK_STREAM.rawValue), 0)
            if let port = bound(datagrams, 0), bound(listener, port) == port, listen(listener, 16) == 0 {
                return (datagrams, listener, port)
            }
            close(datagrams)
            close(listener)
        }
        throw ServerFailure(code: errno)
    }

    private static func bound(_ descriptor: Int32, _ port: UInt16) -> UInt16? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let succeeded = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return succeeded ? UInt16(bigEndian: address.sin_port) : nil
    }
}

struct ServerFailure: Error {
    var code: Int32
}

/// The thread's loop; ends, and closes every descriptor, when the server is let go.
private final class Loop {
    private let datagrams: Int32
    private let listener: Int32
    private let stop: Int32
    private let reply: ([UInt8], Bool) -> [UInt8]?

    init(_ datagrams: Int32, _ listener: Int32, _ stop: Int32, reply: @escaping ([UInt8], Bool) -> [UInt8]?) {
        self.datagrams = datagrams
        self.listener = listener
        self.stop = stop
        self.reply = reply
    }

    func run() {
        while true {
            var descriptors = [datagrams, listener, stop].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&descriptors, 3, -1)
            if descriptors[2].revents != 0 { break }
            if descriptors[0].revents != 0 { answerDatagram() }
            if descriptors[1].revents != 0 { answerConnection() }
        }
        for descriptor in [datagrams, listener, stop] { close(descriptor) }
    }

    private func answerDatagram() {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var peer = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                let count = recvfrom(datagrams, &buffer, buffer.count, 0, peer, &length)
                guard count > 0, let answer = reply(Array(buffer.prefix(count)), false) else { return }
                _ = sendto(datagrams, answer, answer.count, 0, peer, length)
            }
        }
    }

    /// One question per connection. The question comes in one piece over loopback.
    private func answerConnection() {
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(connection, &buffer, buffer.count, 0)
        guard count > 2, let answer = reply(Array(buffer[2..<count]), true) else { return }
        let framed = [UInt8(answer.count >> 8), UInt8(answer.count & 0xff)] + answer
        _ = send(connection, framed, framed.count, Int32(MSG_NOSIGNAL))
        // Closing at once could reset the connection before the answer is read.
        _ = shutdown(connection, Int32(SHUT_WR))
        _ = recv(connection, &buffer, buffer.count, 0)
    }
}
