import Foundation
import Testing

@testable import DomainsAndUsers

/// The stored verifier of a user's password.
struct SCRAMVerifierTests {
    /// The exchange of RFC 7677 section 3: user “user”, password “pencil”.
    private static let authMessage = Array(
        ("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0").utf8)
    private static let stored =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    @Test func `the proof of the RFC is accepted and answered with the RFC's signature`() throws {
        let verifier = try SCRAMVerifier(text: Self.stored)
        let signature = verifier.serverSignature(
            proof: Self.bytes("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), authMessage: Self.authMessage)
        #expect(signature == Self.bytes("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="))
    }

    @Test func `every other proof is refused`() throws {
        let verifier = try SCRAMVerifier(text: Self.stored)
        let right = Self.bytes("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        for index in right.indices {
            var wrong = right
            wrong[index] ^= 1
            #expect(verifier.serverSignature(proof: wrong, authMessage: Self.authMessage) == nil)
        }
        #expect(verifier.serverSignature(proof: [], authMessage: Self.authMessage) == nil)
        #expect(verifier.serverSignature(proof: right + [0], authMessage: Self.authMessage) == nil)
        #expect(verifier.serverSignature(proof: right, authMessage: Self.authMessage + [0]) == nil)
    }

    @Test func `the password of the RFC fits its verifier and no other does`() throws {
        let verifier = try SCRAMVerifier(text: Self.stored)
        #expect(try verifier.matches("pencil"))
        #expect(try !verifier.matches("Pencil"))
        #expect(try !verifier.matches(""))
        #expect(throws: PasswordHashError.tooLong) { try verifier.matches(String(repeating: "x", count: 1025)) }
    }

    @Test func `a computed verifier is read back as it was stored, and two have different salts`() throws {
        let verifier = try SCRAMVerifier.compute("鉛筆", iterations: 4096)
        let again = try SCRAMVerifier(text: verifier.text)
        #expect(again == verifier)
        #expect(try again.matches("鉛筆"))
        #expect(try SCRAMVerifier.compute("鉛筆", iterations: 4096).text != verifier.text)
    }

    @Test func `compatible spellings of one password are one`() throws {
        let verifier = try SCRAMVerifier.compute("ﾊﾟｽﾜｰﾄﾞ\u{3000}é", iterations: 4096)
        #expect(try verifier.matches("パスワード e\u{301}"))
    }

    @Test func `a secret is not printed`() throws {
        let verifier = try SCRAMVerifier(text: Self.stored)
        #expect("\(verifier)" == "(secret)" && String(reflecting: verifier) == "(secret)")
    }

    @Test(arguments: [
        "", "x", "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA", "SCRAM-SHA-256$4095:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:AAAA",
        "SCRAM-SHA-256$4096:$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d:wfPL", "SCRAM-SHA-256$99999999999:AAAA$AAAA:AAAA",
    ])
    func `a damaged row is unreadable`(text: String) {
        #expect(throws: PasswordHashError.unreadable) { try SCRAMVerifier(text: text) }
    }

    @Test func `nobody has a salt that is always the same, and no password`() throws {
        let nobody = SCRAMVerifier.imitation(of: "nobody@example.com", secret: [1, 2, 3])
        #expect(nobody.salt == SCRAMVerifier.imitation(of: "nobody@example.com", secret: [1, 2, 3]).salt)
        #expect(nobody.salt != SCRAMVerifier.imitation(of: "nobody@example.com", secret: [1, 2, 4]).salt)
        #expect(nobody.salt != SCRAMVerifier.imitation(of: "somebody@example.com", secret: [1, 2, 3]).salt)
        let real = try SCRAMVerifier.compute("x")
        #expect(nobody.salt.count == real.salt.count && nobody.iterations == real.iterations)
        #expect(try !nobody.matches(""))
    }
}
