import Glibc
import NIOCore
import NIOPosix

/// What went wrong with a connection, in words for the queue page and the log: the system's own text without the inside of our library.
enum ConnectionErrorText {
    static func text(_ error: any Error) -> String {
        switch error {
        case let failure as IOError: strerror(failure.errnoCode).map { String(cString: $0) } ?? "error \(failure.errnoCode)"
        case ChannelError.connectTimeout: "no answer in time"
        case let failure as NIOConnectionError: failure.connectionErrors.first.map { text($0.error) } ?? "refused"
        default: "\(error)"
        }
    }
}
