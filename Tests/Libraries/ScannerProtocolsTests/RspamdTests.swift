import ScannerProtocols
import Testing

/// What Rspamd answers, honest and not.
@Suite struct RspamdTests {
    private func read(_ text: String) throws -> ScannerOpinion { try Rspamd.opinion(Array(text.utf8)) }

    @Test func `score, action and the weightiest symbols are read`() throws {
        let opinion = try read(
            #"{"is_skipped":false,"score":6.6,"required_score":15.0,"action":"add header","symbols":{"#
                + #""A":{"name":"A","score":0.2,"options":["x"]},"B":{"name":"B","score":6.4},"C":{"score":-1.0}},"messages":{},"unknown":[1]}"#
        )
        #expect(opinion.score == 6.6 && opinion.required == 15 && opinion.action == "add header")
        #expect(opinion.symbols.map(\.name) == ["B", "C", "A"])
    }

    @Test func `a message that Rspamd skips has no score`() throws {
        #expect(try read(#"{"is_skipped":true,"score":0,"required_score":0,"action":"no action"}"#).score == 0)
    }

    @Test(arguments: [
        "", "{", "[]", "null", "\"x\"", "{}", #"{"score":"6"}"#, #"{"score":1e999,"required_score":15}"#,
        #"{"score":NaN,"required_score":15}"#,
        #"{"score":1}"#, #"{"score":1,"required_score":15,"symbols":[]}"#, "<html></html>", "\u{0}\u{1}",
    ])
    func `rubbish is no opinion`(text: String) {
        #expect(throws: ScannerReplyError.self) { try read(text) }
    }

    @Test func `nesting without end is refused`() {
        let text = #"{"score":1,"required_score":15,"messages":"# + String(repeating: "[", count: 100_000)
        #expect(throws: ScannerReplyError.self) { try read(text) }
    }

    @Test func `Rspamd's own error is told apart`() {
        #expect(throws: ScannerReplyError.refused("it is broken")) { try read(#"{"error":"it is broken"}"#) }
    }

    @Test func `too long an answer is not read`() {
        #expect(throws: ScannerReplyError.tooLong(maximumBytes: Rspamd.maximumReplyBytes)) {
            try Rspamd.opinion([UInt8](repeating: 32, count: Rspamd.maximumReplyBytes + 1))
        }
    }

    @Test func `symbols' names are printable and bounded`() throws {
        let name = "\\n" + String(repeating: "字", count: 100)
        let opinion = try read(#"{"score":1,"required_score":15,"symbols":{""# + name + #"":{"score":1}}}"#)
        #expect(opinion.symbols.count == 1 && opinion.symbols[0].name.utf8.count == 60 && opinion.symbols[0].name.hasPrefix("??"))
    }
}
