package import Mail
package import SMTP

/// What Reception asks while a client signs in. The name is as the client wrote it: unchecked, and at most
/// `maximumNameOctets` long.
package enum AuthenticationQuestion: Sendable, Hashable {
    /// Is this the user's password (UTF-8)? PLAIN and LOGIN.
    case password(name: String, SMTPCredential)
    /// How is the user's password stored? SCRAM; answered alike for users there are and users there are not.
    case scramChallenge(name: String)
    /// Does this proof show that the client knows the user's password? SCRAM.
    case scramProof(name: String, proof: SMTPCredential, authMessage: [UInt8])

    /// Who wants to sign in.
    package var name: String {
        switch self {
        case .password(let name, _), .scramChallenge(let name), .scramProof(let name, _, _): name
        }
    }

    package static let maximumNameOctets = EmailAddress.maximumOctets
}

/// The answer to one question.
package enum AuthenticationAnswer: Sendable, Hashable {
    /// What a SCRAM client computes with, and an unpredictable half of a nonce (printable, no commas).
    case challenge(salt: [UInt8], iterations: Int, nonceSuffix: String)
    /// - serverSignature: for SCRAM, which proves the server to the client; else empty.
    case accepted(AuthenticatedUser, serverSignature: [UInt8] = [])
    /// Unknown name, wrong password, no password set: nobody is told which.
    case refused
    /// Too many failures from this address or for this name: nothing was looked at.
    case tooManyFailures
    /// Could not be decided now.
    case unavailable
}

/// Who has signed in.
package struct AuthenticatedUser: Sendable, Hashable {
    package let address: EmailAddress
    /// `lookupKey` of each address he may send as.
    package let senderKeys: Set<String>

    package init(address: EmailAddress, senderKeys: Set<String>) {
        self.address = address
        self.senderKeys = senderKeys
    }
}
