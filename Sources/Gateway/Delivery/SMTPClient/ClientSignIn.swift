import DomainsAndUsers
import SMTP

/// Our side of AUTH at a mail server (RFC 4954), by PLAIN or LOGIN. Pure; only ever used under TLS.
struct ClientSignIn {
    enum Step: Equatable {
        /// A line of the exchange, without its CRLF.
        case write(String)
        case done
        case refused
    }

    private enum Stage {
        case plain
        case loginName
        case loginPassword
        case waiting
    }

    private let credential: MailServerCredential
    private var stage: Stage

    /// The first command; `nil` when the server offers nothing we can do.
    static func begin(_ credential: MailServerCredential, _ mechanisms: [String]) -> (ClientSignIn, SMTPCommand)? {
        if mechanisms.contains("PLAIN") {
            let message = [0] + Array(credential.userName.utf8) + [0] + Array(credential.password.utf8)
            return (
                ClientSignIn(credential: credential, stage: .plain),
                .authenticate(mechanism: "PLAIN", initialResponse: SMTPCredential(octets: message))
            )
        }
        guard mechanisms.contains("LOGIN") else { return nil }
        return (ClientSignIn(credential: credential, stage: .loginName), .authenticate(mechanism: "LOGIN", initialResponse: nil))
    }

    /// The server's reply. The prompts of LOGIN are not looked at: servers word them as they like.
    mutating func take(_ reply: SMTPReply) -> Step {
        if reply.category == .completion { return .done }
        guard reply.code == 334 else { return .refused }
        switch stage {
        case .loginName:
            stage = .loginPassword
            return .write(SMTPCredential(octets: Array(credential.userName.utf8)).base64)
        case .loginPassword:
            stage = .waiting
            return .write(SMTPCredential(octets: Array(credential.password.utf8)).base64)
        case .plain, .waiting: return .refused
        }
    }
}
