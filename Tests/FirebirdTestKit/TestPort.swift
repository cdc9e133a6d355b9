import Glibc
import Synchronization

/// Ports of 127.0.0.1 for servers that must be told theirs.
package enum TestPort {
    /// Below the range the system takes ports from by itself (32768 and above), so that no other test's socket gets one of these by
    /// chance while its server is being restarted.
    private static let range = 15_000..<32_000
    private static let attempts = 1_000
    private static let given = Mutex<Set<Int>>([])

    /// A port where nobody listens and that this process has not given before.
    /// - Throws: `TestSetupFailure` when none is found.
    package static func free() throws -> Int {
        for _ in 0..<attempts {
            let port = Int.random(in: range)
            guard given.withLock({ $0.insert(port).inserted }) else { continue }
            if try withSocket(port: port, { socket, address, length in bind(socket, address, length) == 0 }) { return port }
        }
        throw TestSetupFailure(description: "no free port")
    }

    /// Whether a connection to the port comes about.
    static func isListening(_ port: Int) -> Bool {
        // No socket means no answer, too.
        (try? withSocket(port: port) { socket, address, length in connect(socket, address, length) == 0 }) ?? false
    }

    private static func withSocket<Result>(
        port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) throws -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw TestSetupFailure(description: "no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
