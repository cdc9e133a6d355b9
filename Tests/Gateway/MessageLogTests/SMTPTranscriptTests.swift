import NIOCore
import Settings
import SharedFolders
import Testing

@testable import MessageLog

/// What a transcript shows, and what it never does.
struct SMTPTranscriptTests {
    private static let noon = UTCTime(milliseconds: 1_700_000_000_123)

    private static func transcript(maximumBytes: Int = 32 << 10) -> SMTPTranscript {
        SMTPTranscript(
            .inbound, address: NetworkAddress("192.0.2.1"), heading: "smtp, client [192.0.2.1]:4711",
            limits: SMTPTranscript.Limits(maximumBytes: maximumBytes), at: noon)
    }

    private static func view(_ text: String) -> ByteBufferView { ByteBuffer(string: text).readableBytesView }

    private static func text(_ transcript: SMTPTranscript) -> String {
        var transcript = transcript
        return String(buffer: transcript.finish(at: noon).text)
    }

    /// What of a client's line alone is shown.
    private static func shown(_ line: String, isCredential: Bool = false, after earlier: [String] = []) -> String {
        var transcript = transcript()
        for line in earlier { transcript.client(view(line), at: noon) }
        transcript.client(view(line), isCredential: isCredential, at: noon)
        return text(transcript).split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test func `commands and replies stand with their times behind a heading with the identifier`() {
        var transcript = Self.transcript()
        transcript.server(Self.view("220 mx ready\r\n"), at: Self.noon)
        transcript.client(Self.view("EHLO client"), at: Self.noon)
        transcript.server(Self.view("250-mx\r\n250 SIZE 10\r\n"), at: Self.noon)
        #expect(
            Self.text(transcript) == """
                Transcript \(transcript.identifier) 2023-11-14T22:13:20Z inbound
                smtp, client [192.0.2.1]:4711
                22:13:20.123 S: 220 mx ready
                22:13:20.123 C: EHLO client
                22:13:20.123 S: 250-mx
                             S: 250 SIZE 10

                """)
    }

    @Test(arguments: [
        ("AUTH PLAIN AGFsaWNlAHNlY3JldA==", "C: AUTH PLAIN ***"), ("auth plain AGFsaWNlAHNlY3JldA==", "C: auth plain ***"),
        ("AUTH LOGIN", "C: AUTH LOGIN"), ("AUTH LOGIN YWxpY2U=", "C: AUTH LOGIN ***"), ("AUTH secret", "C: AUTH ***"),
        ("AUTH  PLAIN\tsecret", "C: AUTH  PLAIN ***"), ("AUTHPLAIN secret", "C: AUTH ***"), ("AUTH=PLAIN secret", "C: AUTH ***"),
        (" AUTH PLAIN secret", "C: ***"), ("XAUTH secret", "C: XAUTH ***"), ("c2VjcmV0PQ==", "C: ***"), ("", "C: "),
        ("GET /?password=secret HTTP/1.1", "C: GET ***"), ("NOOP", "C: NOOP"), ("RCPT TO:<a@b.example>", "C: RCPT TO:<a@b.example>"),
    ])
    func `a line shows no credential`(line: String, expected: String) {
        #expect(Self.shown(line).hasSuffix(expected))
    }

    @Test func `an exchange of AUTH is hidden whole`() {
        #expect(Self.shown("QUIT", isCredential: true).hasSuffix("C: ***"))
        #expect(Self.shown("secret", isCredential: true).hasSuffix("C: ***"))
    }

    @Test(arguments: ["AUTH LOGIN", "auth bogus", "AUTHx"])
    func `what a client sends after AUTH without waiting is hidden`(first: String) {
        #expect(Self.shown("c2VjcmV0", after: [first]).hasSuffix("C: ***"))
        #expect(Self.shown("secret", after: [first]).hasSuffix("C: ***"))
        #expect(Self.shown("MAIL FROM:<>", after: [first]).hasSuffix("C: MAIL FROM:<>"))
    }

    @Test func `after a line that could not be read only commands are shown`() {
        var transcript = Self.transcript()
        transcript.unreadableLine("tooLong", at: Self.noon)
        transcript.client(Self.view("secret"), at: Self.noon)
        #expect(!Self.text(transcript).contains("secret"))
    }

    @Test func `challenges are hidden, with the salt and the name in them`() {
        var transcript = Self.transcript()
        transcript.server(Self.view("334 cj1ub25jZSxzPXNhbHQ=\r\n"), at: Self.noon)
        #expect(Self.text(transcript).hasSuffix("S: 334 ***\n"))
    }

    @Test func `control characters neither break a line nor reach a terminal`() {
        #expect(Self.shown("EHLO a\u{1B}[31m\rx\u{7F}").hasSuffix("C: EHLO a?[31m?x?"))
    }

    @Test func `a long line is cut`() {
        let line = Self.shown("EHLO " + String(repeating: "a", count: 5000))
        #expect(line.utf8.count < 520 && line.hasSuffix(" ..."))
    }

    @Test func `beyond its bound a transcript counts what it leaves out and says so`() {
        var transcript = Self.transcript(maximumBytes: 2048)
        for _ in 0..<200 { transcript.client(Self.view("NOOP"), at: Self.noon) }
        let text = Self.text(transcript)
        let kept = text.split(separator: "\n").filter { $0.hasSuffix("C: NOOP") }.count
        #expect(text.utf8.count <= 2048 && kept > 10)
        #expect(text.hasSuffix("-- cut here: \(200 - kept) more lines are not kept\n"))
    }

    @Test func `lines are bounded as bytes are`() {
        var transcript = Self.transcript(maximumBytes: 1 << 20)
        for _ in 0..<3000 { transcript.client(Self.view("NOOP"), at: Self.noon) }
        #expect(Self.text(transcript).hasSuffix("-- cut here: 1000 more lines are not kept\n"))
    }

    @Test(arguments: [("250 ok\r\n", false), ("354 go on\r\n", false), ("451 later\r\n", true), ("550 no\r\n", true)])
    func `a refusal makes a dialogue a troubled one`(reply: String, isTroubled: Bool) {
        var transcript = Self.transcript()
        transcript.server(Self.view(reply), at: Self.noon)
        #expect(transcript.finish().entry.isTroubled == isTroubled)
    }

    @Test func `a long dialogue goes on in a part of its own that the first one names`() {
        var transcript = Self.transcript()
        let first = transcript.identifier
        transcript.server(Self.view("550 no\r\n"), at: Self.noon)
        while !transcript.isLong { transcript.client(Self.view("NOOP"), at: Self.noon) }
        let part = transcript.nextPart(at: Self.noon)
        #expect(part.entry.identifier == first && part.entry.isTroubled)
        #expect(transcript.identifier != first && !transcript.isLong && !transcript.isTroubled)
        #expect(String(buffer: part.text).hasSuffix("-- goes on in \(transcript.identifier)\n"))
        #expect(Self.text(transcript).hasPrefix("Transcript \(transcript.identifier) 2023-11-14T22:13:20Z inbound, part 2\n"))
    }
}
