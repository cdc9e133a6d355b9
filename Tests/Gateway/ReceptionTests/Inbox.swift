import NIOCore
import Synchronization

/// What a client has been sent; one reader at a time waits for more. A cancelled wait reads the end.
final class Inbox: Sendable {
    private struct State {
        var buffer = ByteBuffer()
        var isEnded = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func add(_ buffer: ByteBuffer) {
        change { state in
            var buffer = buffer
            state.buffer.writeBuffer(&buffer)
        }
    }

    func end() { change { $0.isEnded = true } }

    /// The next line without its end; `nil` when there will be none.
    func line() async -> String? {
        while true {
            let (line, isEnded, seen): (String?, Bool, Int) = state.withLock { state in
                guard let end = state.buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
                    return (nil, state.isEnded, state.buffer.readableBytes)
                }
                let line = state.buffer.readString(length: end - state.buffer.readerIndex + 1) ?? ""
                return (line.hasSuffix("\r\n") ? String(line.dropLast()) : line, false, 0)
            }
            if let line { return line }
            if isEnded { return nil }
            await waitForMore(than: seen)
        }
    }

    /// Whether the end comes before anything else.
    func isAtEnd() async -> Bool {
        while true {
            let (isEmpty, isEnded) = state.withLock { ($0.buffer.readableBytes == 0, $0.isEnded) }
            if !isEmpty || isEnded { return isEmpty }
            await waitForMore(than: 0)
        }
    }

    /// Passes over everything up to the end.
    func waitForEnd() async {
        while true {
            let (seen, isEnded) = state.withLock { ($0.buffer.readableBytes, $0.isEnded) }
            if isEnded { return }
            await waitForMore(than: seen)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    private func waitForMore(than seen: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mustWait = state.withLock { state in
                    guard !state.isEnded, state.buffer.readableBytes == seen else { return false }
                    state.waiting = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            end()
        }
    }
}
