import DNS
import Testing

@testable import SenderAuthentication

/// The example of RFC 8463, appendix A: one message with a signature by each algorithm.
struct RFCExampleTests {
    private static let message = """
        DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=brisbane; t=1528637909; h=from : to :
         subject : date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
         Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
         d=football.example.com; i=@football.example.com;
         q=dns/txt; s=test; t=1528637909; h=from : to : subject :
         date : message-id : from : subject : date;
         bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
         b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
         DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
         dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """

    private static let keys = [
        "brisbane": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "test":
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b"
            + "yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    ]

    private func outcomes(_ text: String) async throws -> [DKIMOutcome] {
        var resolver = StaticDNSResolver()
        for (selector, key) in Self.keys { try resolver.add(.text(key), at: "\(selector)._domainkey.football.example.com") }
        return await DKIMVerifier(resolver).verify(AuthenticatedMessage(Array(text.utf8)), time: 1_700_000_000)
    }

    @Test(arguments: ["\n", "\r\n"])
    func `both signatures verify, whatever the line ends are`(lineEnd: String) async throws {
        let text = Self.message.replacing("\n", with: lineEnd) + lineEnd
        let outcomes = try await outcomes(text)
        #expect(outcomes.map(\.result) == [.pass, .pass], "\(outcomes.compactMap(\.fault))")
        #expect(outcomes.map(\.keyBits) == [256, 1_024])
    }

    @Test func `neither verifies when a word is changed`() async throws {
        let body = try await outcomes(Self.message.replacing("hungry", with: "thirsty") + "\n")
        #expect(body.map(\.fault) == [.bodyChanged, .bodyChanged])
        let header = try await outcomes(Self.message.replacing("dinner", with: "supper") + "\n")
        #expect(header.map(\.fault) == [.signatureMismatch, .signatureMismatch])
    }
}
