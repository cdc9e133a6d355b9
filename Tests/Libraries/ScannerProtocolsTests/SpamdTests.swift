import ScannerProtocols
import Testing

/// What spamd answers, honest and not.
@Suite struct SpamdTests {
    private static let good = "SPAMD/1.1 0 EX_OK\r\nContent-length: 24\r\nSpam: True ; 7.4 / 5.0\r\n\r\nTEST_SENDER,TEST_WATCHES"

    private func read(_ text: String, pieces: Int = .max) throws -> ScannerOpinion {
        var reply = SpamdReply()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            if let opinion = try reply.take(rest.prefix(pieces)) { return opinion }
            rest = rest.dropFirst(pieces)
        }
        return try reply.finish()
    }

    @Test(arguments: [1, 7, .max])
    func `a reply is read, in whatever pieces it comes`(pieces: Int) throws {
        let opinion = try read(Self.good, pieces: pieces)
        #expect(opinion.score == 7.4 && opinion.required == 5)
        #expect(opinion.symbols.map(\.name) == ["TEST_SENDER", "TEST_WATCHES"])
    }

    @Test func `without a length the reply ends with the connection`() throws {
        let opinion = try read("SPAMD/1.1 0 EX_OK\r\nSpam: False ; -0.5 / 5.0\r\n\r\nA,B\r\n")
        #expect(opinion.score == -0.5 && opinion.symbols.map(\.name) == ["A", "B"])
    }

    @Test func `no rule is no symbol`() throws {
        #expect(try read("SPAMD/1.1 0 EX_OK\r\nSpam: False ; 0.0 / 5.0\r\nContent-length: 4\r\n\r\nnone").symbols.isEmpty)
    }

    @Test(arguments: [
        "", "SPAMD/1.1 0 EX_OK\r\n", "SPAMD/1.1 0 EX_OK\r\nContent-length: 99\r\nSpam: True ; 1 / 5\r\n\r\nA",
    ])
    func `a reply that is cut off is none`(text: String) {
        #expect(throws: ScannerReplyError.cutOff) { try read(text) }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad\r\n\r\n", "SPAMD/1.1 x\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\nSpam: True\r\n\r\n",
        "SPAMD/1.1 0 EX_OK\r\nSpam: True ; nan / 5.0\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1e999 / 5.0\r\n\r\n",
        "SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1 / 2 / 3\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\nContent-length: -1\r\nSpam: True ; 1 / 5\r\n\r\n",
        "SPAMD/1.1 0 EX_OK\r\nContent-length: 99999999999999999999\r\nSpam: True ; 1 / 5\r\n\r\n", "SPAMD/1.1 0 EX_OK\r\nrubbish\r\n\r\n",
    ])
    func `rubbish is no opinion`(text: String) {
        #expect(throws: ScannerReplyError.self) { try read(text) }
    }

    @Test func `spamd's own error is told apart, before any header`() {
        #expect(throws: ScannerReplyError.refused("Bad header line: (error)")) { try read("SPAMD/1.0 76 Bad header line: (error)\r\n") }
    }

    @Test func `more than a reply ever has is refused`() throws {
        var reply = SpamdReply()
        let piece = [UInt8](repeating: 65, count: 16 << 10)
        for _ in 0..<4 { #expect(try reply.take(piece) == nil) }
        #expect(throws: ScannerReplyError.tooLong(maximumBytes: Spamd.maximumReplyBytes)) { try reply.take(piece) }
    }

    @Test func `symbols are bounded in number and length`() throws {
        let names = Array(repeating: String(repeating: "N", count: 100), count: 500).joined(separator: ",")
        let opinion = try read("SPAMD/1.1 0 EX_OK\r\nSpam: True ; 1 / 5\r\n\r\n" + names)
        #expect(opinion.symbols.count == Spamd.maximumSymbols && opinion.symbols.allSatisfy { $0.name.count == 60 })
    }

    @Test func `a user's name cannot add a header`() {
        let request = String(decoding: Spamd.symbolsRequest(contentLength: 5, user: "a\r\nB: c"), as: UTF8.self)
        #expect(request == "SYMBOLS SPAMC/1.5\r\nContent-length: 5\r\n\r\n")
    }

    @Test func `PING is answered by PONG alone`() throws {
        #expect(try Spamd.pong(Array("SPAMD/1.5 0 PONG".utf8)) == "SPAMD/1.5")
        for text in ["PONG", "SPAMD/1.5 0 EX_OK", "SPAMD/1.5 1 PONG", ""] {
            #expect(throws: ScannerReplyError.self) { try Spamd.pong(Array(text.utf8)) }
        }
    }
}
