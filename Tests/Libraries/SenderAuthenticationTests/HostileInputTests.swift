import DNS
import Foundation
import FuzzTargets
import Mail
import Testing

@testable import SenderAuthentication

/// Every byte is hostile: nothing crashes, and work stays in proportion to the input.
struct HostileInputTests {
    private static let signature =
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=s1; t=1; l=5; i=@x.example.org;\r\n h=from:to; "
        + "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n BBBB\r\n"

    // MARK: Size

    private static let dkim = target("dkim")
    private static let arc = target("arc")
    private static let spf = target("spf")
    private static let results = target("results")
    private static let dmarc = target("dmarc")
    private static let key = target("key")
    private static let suffixes = target("suffixes")

    private static func target(_ name: String) -> @Sendable ([UInt8]) -> Void {
        guard let target = FuzzTarget.named(name) else { preconditionFailure("there is no fuzz target \(name)") }
        return target.run
    }

    /// Work grows with the input, not with its square, which would make sixty-four times of eight. Measured in processor time of this
    /// thread, so that neither the machine nor what else runs on it matters.
    private func expectProportion(_ make: (Int) -> [UInt8], _ work: ([UInt8]) -> Void, small: Int) {
        func time(_ size: Int) -> Int {
            let input = make(size)
            return (0..<2).map { _ in
                let begun = Self.processorNanoseconds
                work(input)
                return Self.processorNanoseconds - begun
            }.min() ?? 0
        }
        let one = max(time(small), 1_000_000)
        let eight = time(small * 8)
        #expect(eight < one * 30, "\(one) ns became \(eight) ns")
    }

    private static var processorNanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    @Test func `many fields cost no more than their number`() {
        func message(_ count: Int) -> [UInt8] {
            Array((String(repeating: "X: y\r\n", count: count) + Self.signature + "From: a@example.org\r\n\r\n").utf8)
        }
        expectProportion(message, Self.dkim, small: 8_000)
        expectProportion({ Array(String(repeating: "DKIM-Signature: x\r\n", count: $0).utf8) }, Self.dkim, small: 3_000)
        expectProportion({ Array(String(repeating: "ARC-Seal: i=1\r\n", count: $0).utf8) }, Self.arc, small: 3_000)
    }

    @Test func `a long line costs no more than its length`() {
        let start = Self.signature + "From: a@example.org\r\n\r\n"
        for filler in ["x", " ", "\r", "\n", " x", "\r\n"] {
            expectProportion({ Array((start + String(repeating: filler, count: $0)).utf8) }, Self.dkim, small: 20_000)
        }
        expectProportion(
            { Array(("From: " + String(repeating: "a@b.example,", count: $0) + "\r\n\r\n").utf8) }, Self.dkim, small: 1_000)
    }

    @Test func `a header that was cut has no valid signature`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = Array("From: a@example.org\r\n\r\nbody\r\n".utf8)
        let signed =
            try DKIMSigner(domain: try DomainName("example.org"), selector: "s1", key: key).field(
                for: AuthenticatedMessage(message), time: 1) + message
        var resolver = StaticDNSResolver()
        try resolver.add(.text(key.publicRecord.text), at: "s1._domainkey.example.org")
        let verifier = DKIMVerifier(resolver)
        #expect(await verifier.verify(AuthenticatedMessage(signed), time: 1).first?.result == .pass)
        let padding = Array(String(repeating: "X: y\r\n", count: 4_995).utf8)
        #expect(await verifier.verify(AuthenticatedMessage(padding + signed), time: 1).first?.result == .pass)
        let header = signed.prefix(signed.count - "\r\nbody\r\n".utf8.count)
        let long = Array(header) + padding + padding + Array("From: forged@example.com\r\n\r\nbody\r\n".utf8)
        #expect(await verifier.verify(AuthenticatedMessage(long), time: 1).first?.fault == .headerTooLarge)
    }

    @Test func `parsers of records and fields cost no more than the length of the text`() {
        for (unit, entry) in [
            ("ip4:192.0.2.1 ", Self.spf), ("(", Self.results), ("\"", Self.results), ("a=b;", Self.results),
            ("x y=z ", Self.results), ("a=b;", Self.dmarc), ("A", Self.key), ("a.", Self.suffixes),
        ] {
            expectProportion({ Array(("v=spf1 " + String(repeating: unit, count: $0)).utf8) }, entry, small: 3_000)
        }
    }
}
