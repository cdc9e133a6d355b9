import FuzzTargets
import Mail
import NIOCore
import SMTP
import Testing

struct SMTPCommandWritingTests {
    private func written(_ command: SMTPCommand) -> String {
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        "EHLO mx.example.org", "HELO [192.0.2.1]", "EHLO [IPv6:2001:db8::1]", "MAIL FROM:<>", "MAIL FROM:<a@example.org>",
        "MAIL FROM:<\"a b\"@example.org> SIZE=10 BODY=8BITMIME", "MAIL FROM:<東@example.jp> BODY=8BITMIME SMTPUTF8",
        "MAIL FROM:<a@example.org> SIZE=1 BODY=BINARYMIME SMTPUTF8 RET=FULL ENVID=a+2Bb AUTH=x+3Dy@example.org", "MAIL FROM:<> AUTH=<>",
        "RCPT TO:<b@example.org>", "RCPT TO:<Postmaster>", "RCPT TO:<b@example.org> NOTIFY=NEVER",
        "RCPT TO:<b@example.org> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a+2Bb@example.org",
        "RCPT TO:<東@example.jp> ORCPT=utf-8;\\x{6771}@example.jp", "DATA", "BDAT 10", "BDAT 0 LAST", "RSET", "NOOP", "QUIT", "STARTTLS",
        "HELP",
        "HELP x", "VRFY x", "EXPN y", "AUTH PLAIN", "AUTH PLAIN =", "AUTH PLAIN AGEAYg==",
    ])
    func `what is written is read as the same command`(line: String) throws {
        let parser = SMTPCommandParser(offering: SMTPCommandParserTests.everything, tolerating: [])
        let command = try parser.parse(ByteBuffer(string: line))
        #expect(written(command) == line + "\r\n")
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        #expect(try parser.parse(octets: Array(buffer.readableBytesView.dropLast(2))) == command)
    }

    @Test func `no text of a command can end its line`() {
        #expect(written(.verify("a\r\nRSET")) == "VRFY a  RSET\r\n")
        #expect(written(.extendedHello(.other("a\nb"))) == "EHLO a b\r\n")
        #expect(written(.help("\u{0}")) == "HELP  \r\n")
        var parameters = RecipientParameters()
        parameters.originalRecipient = OriginalRecipient(address: "a\r\nDATA")
        #expect(!written(.recipient(.postmaster, parameters)).dropLast().contains("\r\n"))
        var mail = MailParameters()
        mail.envelopeIdentifier = "a\r\nDATA"
        #expect(written(.mail(.null, mail)) == "MAIL FROM:<> ENVID=a+0D+0ADATA\r\n")
    }

    @Test func `a credential is never printed`() {
        let command = SMTPCommand.authenticate(mechanism: "PLAIN", initialResponse: SMTPCredential(octets: Array("geheim".utf8)))
        var dumped = ""
        dump(command, to: &dumped)
        #expect(!"\(command)\(String(reflecting: command))\(dumped)".contains("geheim"))
        #expect(!"\(command)\(String(reflecting: command))\(dumped)".contains("103"))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `base64 is that of RFC 4648`(plain: String, encoded: String) {
        #expect(SMTPCredential(octets: Array(plain.utf8)).base64 == encoded)
        #expect(SMTPCredential(base64: Array(encoded.utf8))?.octets == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "=Zg=", "Zh==", "Zm9=", "Zm9v\n", " Zm9", "Z-_v", "===="])
    func `loose base64 is refused`(text: String) {
        #expect(SMTPCredential(base64: Array(text.utf8)) == nil)
    }
}

struct DeliveryStatusParametersTests {
    @Test(arguments: [
        ("NEVER", "NEVER"), ("never", "NEVER"), ("SUCCESS", "SUCCESS"), ("delay,failure,success", "SUCCESS,FAILURE,DELAY"),
    ])
    func `conditions are read and written`(text: String, form: String) {
        #expect(DeliveryNotifyCondition(text)?.description == form)
    }

    @Test(arguments: ["", ",", "NEVER,NEVER", "FAILURE,NEVER", "FAILURE,,DELAY", "FAILURE ", "x"])
    func `other conditions are refused`(text: String) {
        #expect(DeliveryNotifyCondition(text) == nil)
    }

    @Test(arguments: [
        ("rfc822;Bob@Example.org", "rfc822", "Bob@Example.org"), ("RFC822;a+2Bb@example.org", "rfc822", "a+b@example.org"),
        ("utf-8;\\x{6771}@example.jp", "utf-8", "東@example.jp"), ("UTF-8;東@example.jp", "utf-8", "東@example.jp"),
        ("x-phone;+2B4912", "x-phone", "+4912"),
        ("rfc822;a;b@example.org", "rfc822", "a;b@example.org"),
    ])
    func `original recipients are read`(text: String, type: String, address: String) {
        let read = OriginalRecipient(encoded: Array(text.utf8))
        #expect(read?.addressType == type)
        #expect(read?.address == address)
        #expect(read.flatMap { OriginalRecipient(encoded: Array($0.encoded.utf8)) } == read)
    }

    @Test func `the type follows from the address`() {
        #expect(OriginalRecipient(address: "a+b@example.org").encoded == "rfc822;a+2Bb@example.org")
        #expect(OriginalRecipient(address: "東@example.jp").encoded == "utf-8;\\x{6771}@example.jp")
    }
}
