import NIOCore
import SMTP

/// One AUTH command from its first line to its end (RFC 4954 §4): lines and answers go in, what to do comes out. Pure; it holds a
/// password no longer than until its question is asked.
struct AuthenticationExchange: Equatable {
    enum Step: Equatable {
        /// 334 with this text; a line is expected.
        case challenge(String)
        case ask(AuthenticationQuestion)
        /// The exchange is over: nothing was decided about a password.
        case failed(SMTPReply)
        /// The exchange is over: the password is wrong, or it could not be decided.
        case refused(AuthenticationAnswer)
        case succeeded(AuthenticatedUser)
    }

    private enum Stage: Equatable {
        /// PLAIN: the one message.
        case plainMessage
        case loginName
        case loginPassword(name: String)
        case scramFirst
        case scramFinal(SCRAMClientFirst, SCRAMServerFirst)
        /// The server's signature was sent; the client acknowledges it by an empty line, since SMTP has no place for it beside the 235.
        case scramAcknowledgement(AuthenticatedUser)
        case waitingForPassword
        case waitingForChallenge(SCRAMClientFirst)
        case waitingForProof
    }

    private var stage: Stage

    /// Octets of a password, UTF-8.
    private static let maximumPasswordOctets = 1024

    init(_ mechanism: AuthenticationMechanism) {
        switch mechanism {
        case .plain: stage = .plainMessage
        case .login: stage = .loginName
        case .scramSHA256: stage = .scramFirst
        }
    }

    /// The AUTH command itself.
    mutating func begin(_ initialResponse: SMTPCredential?) -> Step {
        if let initialResponse { return take(initialResponse.octets) }
        switch stage {
        case .loginName: return .challenge(Self.userNamePrompt)
        case .plainMessage, .loginPassword, .scramFirst, .scramFinal, .scramAcknowledgement, .waitingForPassword, .waitingForChallenge,
            .waitingForProof:
            return .challenge("")
        }
    }

    /// A line of the client, without its CRLF.
    mutating func receive(_ line: ByteBuffer) -> Step {
        let octets = line.readableBytesView
        if octets.elementsEqual("*".utf8) { return .failed(.authenticationCancelled) }
        guard octets.count + 2 <= SMTPLimits.authenticationLine else {
            return .failed(SMTPCommandError.lineTooLong(isAuthentication: true).reply)
        }
        guard let credential = SMTPCredential(base64: octets) else { return .failed(SMTPCommandError.invalidCredential.reply) }
        return take(credential.octets)
    }

    /// The handler's answer.
    mutating func answered(_ answer: AuthenticationAnswer) -> Step {
        switch (stage, answer) {
        case (.waitingForChallenge(let first), .challenge(let salt, let iterations, let suffix)):
            let challenge = SCRAMServerFirst(to: first, nonceSuffix: suffix, salt: salt, iterations: iterations)
            stage = .scramFinal(first, challenge)
            return .challenge(SMTPCredential(octets: Array(challenge.text.utf8)).base64)
        case (.waitingForProof, .accepted(let user, let signature)):
            stage = .scramAcknowledgement(user)
            return .challenge(SMTPCredential(octets: Array("v=\(SMTPCredential(octets: signature).base64)".utf8)).base64)
        case (.waitingForPassword, .accepted(let user, _)): return .succeeded(user)
        case (_, .refused), (_, .tooManyFailures), (_, .unavailable): return .refused(answer)
        case (_, .challenge), (_, .accepted): return .refused(.unavailable)
        }
    }

    private mutating func take(_ octets: [UInt8]) -> Step {
        switch stage {
        case .plainMessage: return plain(octets)
        case .loginName:
            guard let name = Self.name(octets[...]) else { return .failed(.malformedCredential) }
            stage = .loginPassword(name: name)
            return .challenge(Self.passwordPrompt)
        case .loginPassword(let name): return password(name, octets)
        case .scramFirst: return scramFirst(octets)
        case .scramFinal(let first, let challenge):
            guard let final = SCRAMClientFinal(octets, of: first, after: challenge) else { return .failed(.malformedCredential) }
            stage = .waitingForProof
            return .ask(
                .scramProof(
                    name: first.userName, proof: SMTPCredential(octets: final.proof), authMessage: final.authMessage(first, challenge)))
        case .scramAcknowledgement(let user): return octets.isEmpty ? .succeeded(user) : .failed(.malformedCredential)
        case .waitingForPassword, .waitingForChallenge, .waitingForProof: return .failed(.malformedCredential)
        }
    }

    /// RFC 4616 §2: whom to act for, name, password, each but the last ended by NUL. To act for others is not possible.
    private mutating func plain(_ octets: [UInt8]) -> Step {
        let parts = octets.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = Self.name(parts[1]), !parts[2].contains(0) else { return .failed(.malformedCredential) }
        guard parts[0].isEmpty || parts[0] == parts[1] else { return .refused(.refused) }
        return password(name, Array(parts[2]))
    }

    private mutating func password(_ name: String, _ octets: [UInt8]) -> Step {
        guard (1...Self.maximumPasswordOctets).contains(octets.count), !octets.contains(0) else { return .failed(.malformedCredential) }
        stage = .waitingForPassword
        return .ask(.password(name: name, SMTPCredential(octets: octets)))
    }

    private mutating func scramFirst(_ octets: [UInt8]) -> Step {
        guard let first = SCRAMClientFirst(octets), first.userName.utf8.count <= AuthenticationQuestion.maximumNameOctets else {
            return .failed(.malformedCredential)
        }
        guard first.authorizationIdentity ?? first.userName == first.userName else { return .refused(.refused) }
        stage = .waitingForChallenge(first)
        return .ask(.scramChallenge(name: first.userName))
    }

    private static func name(_ octets: ArraySlice<UInt8>) -> String? {
        guard (1...AuthenticationQuestion.maximumNameOctets).contains(octets.count), !octets.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else { return nil }
        return String(validating: octets, as: UTF8.self)
    }

    /// `Username:` and `Password:` in base64, as every client of LOGIN expects them.
    private static let userNamePrompt = "VXNlcm5hbWU6"
    private static let passwordPrompt = "UGFzc3dvcmQ6"
}
