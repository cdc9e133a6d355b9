import Foundation
import Glibc
import Settings
import Testing

@testable import Reception

struct IdleProbe {
    @Test func `idle probe`() async throws {
        var limit = rlimit(rlim_cur: 30000, rlim_max: 30000)
        setrlimit(__rlimit_resource_t(7), &limit)
        let settings = ReceptionFixture.settings { $0.reception.maximumSessions = 100_000 }
        try await ReceptionFixture.with(settings) { fixture in
            func rss() -> Int {
                Int(
                    try! String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n").first {
                        $0.hasPrefix("VmRSS")
                    }!.split(separator: " ")[1].filter(\.isNumber))!
            }
            let before = rss()
            var sockets: [Int32] = []
            let port = fixture.port()
            for _ in 0..<10_000 {
                let s = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                var a = sockaddr_in(); a.sin_family = 2; a.sin_port = UInt16(port).bigEndian;
                a.sin_addr.s_addr = inet_addr("127.0.0.1")
                let r = withUnsafePointer(to: &a) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(s, $0, 16) } }
                if r != 0 { print("connect failed", errno, sockets.count); break }
                sockets.append(s)
            }
            try await fixture.waitUntil { fixture.listener.presentSessions == sockets.count }
            print("PROBE connected", sockets.count, "RSS before", before, "after", rss())
            for s in sockets {
                var b = [UInt8](repeating: 0, count: 200); _ = read(s, &b, 200); let t = Array("EHLO client.example\r\n".utf8);
                _ = write(s, t, t.count)
            }
            for s in sockets { var b = [UInt8](repeating: 0, count: 500); _ = read(s, &b, 500) }
            print("PROBE greeted", sockets.count, "RSS", rss())
            for s in sockets { close(s) }
            try await fixture.waitUntil { fixture.listener.presentSessions == 0 }
            print("PROBE closed RSS", rss())
        }
    }
}
