import ScannerProtocols
import Testing

/// What clamd answers, honest and not.
@Suite struct ClamdTests {
    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        ("stream: OK", Clamd.Finding.clean), ("stream: Eicar-Test-Signature FOUND", .virus("Eicar-Test-Signature")),
        ("stream: Test.EICAR.UNOFFICIAL FOUND", .virus("Test.EICAR.UNOFFICIAL")),
        ("INSTREAM size limit exceeded. ERROR", .tooLarge),
    ])
    func `a reply is read`(text: String, finding: Clamd.Finding) throws {
        #expect(try Clamd.finding(bytes(text)) == finding)
    }

    @Test(arguments: [
        "", "OK", "stream: ", "stream: FOUND", "stream:  FOUND", "stream: OK FOUND stream: OK", "220 mail ESMTP", "\u{0}\u{1}\u{2}",
    ])
    func `what is no reply is not taken for a clean message`(text: String) {
        #expect(throws: ScannerReplyError.self) { try Clamd.finding(bytes(text)) }
    }

    @Test func `the daemon's own error is told apart, and what it says is printable`() {
        #expect(throws: ScannerReplyError.refused("Can't allocate memory?")) {
            try Clamd.finding(bytes("Can't allocate memory\u{7} ERROR"))
        }
    }

    @Test func `a signature's name is cut, and holds no line ends`() throws {
        let finding = try Clamd.finding(bytes("stream: A\nB" + String(repeating: "x", count: 3000) + " FOUND"))
        guard case .virus(let name) = finding else {
            Issue.record("no virus")
            return
        }
        #expect(name.utf8.count == 120 && name.hasPrefix("A?B"))
    }

    @Test func `a reply comes in pieces and ends with NUL`() throws {
        var reply = TerminatedReply()
        #expect(try reply.take(bytes("stream: ")) == nil)
        #expect(try reply.take(bytes("OK\u{0}rest")) == bytes("stream: OK"))
    }

    @Test func `a reply without an end is refused at its bound`() throws {
        var reply = TerminatedReply()
        for _ in 0..<4 { #expect(try reply.take([UInt8](repeating: 65, count: 1024)) == nil) }
        #expect(throws: ScannerReplyError.tooLong(maximumBytes: 4096)) { try reply.take([65]) }
    }

    @Test func `a chunk has its length in front, most significant byte first`() {
        #expect(Clamd.chunkHeader(0x0102_0304) == [1, 2, 3, 4] && Clamd.chunkHeader(1) == [0, 0, 0, 1])
    }
}
