import SMTP
import Testing

struct SMTPServerCapabilitiesTests {
    private func read(_ lines: String...) -> SMTPServerCapabilities {
        SMTPServerCapabilities(ehloReply: SMTPReply(250, lines: ["mx.example.org hello"] + lines))
    }

    @Test(
        arguments: [
            ("PIPELINING", SMTPExtensions.pipelining), ("8BITMIME", .eightBitMIME), ("SMTPUTF8", .smtpUTF8), ("STARTTLS", .startTLS),
            ("CHUNKING", .chunking), ("ENHANCEDSTATUSCODES", .enhancedStatusCodes), ("DSN", .deliveryStatusNotifications),
            ("BINARYMIME", .binaryMIME), ("starttls", .startTLS), ("PIPELINING ", .pipelining), ("VRFY", []), ("", []),
            ("X-PIPELINING", []),
        ] as [(String, SMTPExtensions)])
    func `keywords are read in any case`(line: String, extensions: SMTPExtensions) {
        #expect(read(line).extensions == extensions)
    }

    @Test(arguments: [
        ("SIZE 35882577", SMTPServerCapabilities.SizeLimit.octets(35_882_577)), ("SIZE", .notStated), ("SIZE 0", .notStated),
        ("size 10", .octets(10)), ("SIZE x", .notStated), ("SIZE 99999999999999999999999", .notStated), ("SIZE -5", .notStated),
    ])
    func `a size limit is read`(line: String, limit: SMTPServerCapabilities.SizeLimit) {
        #expect(read(line).sizeLimit == limit)
    }

    @Test func `mechanisms are read in both forms and once each`() {
        #expect(read("AUTH PLAIN login", "AUTH=LOGIN CRAM-MD5").authenticationMechanisms == ["PLAIN", "LOGIN", "CRAM-MD5"])
        #expect(read("AUTH").authenticationMechanisms == [])
        #expect(read("AUTH " + (0..<200).map { "M\($0)" }.joined(separator: " ")).authenticationMechanisms.count == 32)
    }

    @Test func `the first line is no keyword`() {
        #expect(SMTPServerCapabilities(ehloReply: SMTPReply(250, "PIPELINING")) == SMTPServerCapabilities())
    }

    @Test func `what a server writes a client reads`() {
        let all = SMTPServerCapabilities(
            extensions: [
                .pipelining, .eightBitMIME, .binaryMIME, .chunking, .smtpUTF8, .startTLS, .enhancedStatusCodes,
                .deliveryStatusNotifications,
            ], sizeLimit: .octets(1_000), authenticationMechanisms: ["PLAIN", "LOGIN"])
        #expect(all.ehloLines.count == 10)
        for capabilities in [all, SMTPServerCapabilities(), SMTPServerCapabilities(sizeLimit: .notStated)] {
            #expect(SMTPServerCapabilities(ehloReply: SMTPReply(250, lines: ["mx"] + capabilities.ehloLines)) == capabilities)
        }
    }
}
