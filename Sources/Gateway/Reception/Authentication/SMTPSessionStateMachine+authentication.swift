import NIOCore
import SMTP
import Settings

// AUTH (RFC 4954): when it is offered, and how it ends.
extension SMTPSessionStateMachine {
    /// Whether the listener has users at all; TLS comes beside.
    var allowsAuthentication: Bool {
        let settings = connection.settings.settings.authentication
        switch connection.listener {
        case .smtp: return settings.isOfferedOnPort25
        case .smtps, .submission: return settings.isOfferedForSubmission
        }
    }

    /// Nothing is offered in the clear, whatever the settings say.
    var offeredMechanisms: [String] {
        guard allowsAuthentication, connection.tls != nil else { return [] }
        return AuthenticationMechanism.allCases.map(\.rawValue)
    }

    mutating func authenticate(_ name: String, _ initialResponse: SMTPCredential?) -> Action {
        guard allowsAuthentication else { return refuse(SMTPCommandError.notOffered.reply) }
        guard connection.tls != nil else { return refuse(.encryptionFirst) }
        guard connection.isExtended else { return refuse(.extendedHelloFirst) }
        guard connection.user == nil else { return refuse(.alreadyAuthenticated) }
        guard transaction == nil else { return refuse(.noAuthenticationNow) }
        guard let mechanism = AuthenticationMechanism(rawValue: name) else { return refuse(.unknownMechanism) }
        var exchange = AuthenticationExchange(mechanism)
        let step = exchange.begin(initialResponse)
        return follow(step, exchange)
    }

    /// A line after 334.
    mutating func receiveAuthentication(_ line: ByteBuffer, _ exchange: AuthenticationExchange) -> Action {
        var exchange = exchange
        let step = exchange.receive(line)
        return follow(step, exchange)
    }

    /// The handler's answer to a question about a password.
    mutating func authenticationAnswered(_ answer: AuthenticationAnswer) -> Action {
        guard case .deciding(.authentication(_, var exchange)) = phase else { return .nothing }
        let step = exchange.answered(answer)
        return follow(step, exchange)
    }

    private mutating func follow(_ step: AuthenticationExchange.Step, _ exchange: AuthenticationExchange) -> Action {
        switch step {
        case .challenge(let text):
            phase = .authenticating(exchange)
            return .reply(SMTPReply(334, text))
        case .ask(let question):
            phase = .deciding(.authentication(question, exchange))
            return .ask(.authentication(question, exchange))
        case .failed(let reply):
            phase = .commands
            return endingIfAsked(refuse(reply))
        case .refused(let answer):
            phase = .commands
            return endingIfAsked(refusal(answer))
        case .succeeded(let user):
            phase = .commands
            connection.user = user
            idleCommands = 0
            return endingIfAsked(.reply(.authenticated))
        }
    }

    private mutating func refusal(_ answer: AuthenticationAnswer) -> Action {
        switch answer {
        case .unavailable, .accepted, .challenge: return refuse(.authenticationUnavailable)
        case .tooManyFailures: return close(.tooManyFailedSignIns, reason: "too many failed sign-ins")
        case .refused:
            failedSignIns += 1
            let action = refuse(.wrongCredentials)
            guard failedSignIns >= connection.settings.settings.authentication.maximumFailuresPerSession, phase != .closed else {
                return action
            }
            phase = .closed
            return .close(.wrongCredentials, farewell: .tooManyErrors)
        }
    }
}

extension SMTPReply {
    static let authenticated = SMTPReply(235, .securitySuccess, "Authentication successful")
    static let wrongCredentials = SMTPReply(535, .credentialsInvalid, "Authentication credentials invalid")
    static let malformedCredential = SMTPReply(501, .syntaxError, "Malformed authentication message")
    static let authenticationCancelled = SMTPReply(501, .securityFailure, "Authentication cancelled")
    static let unknownMechanism = SMTPReply(504, .invalidArguments, "Mechanism not supported")
    static let alreadyAuthenticated = SMTPReply(503, .invalidCommand, "Already authenticated")
    static let noAuthenticationNow = SMTPReply(503, .invalidCommand, "AUTH is not permitted during a transaction")
    static let extendedHelloFirst = SMTPReply(503, .invalidCommand, "Send EHLO first")
    /// RFC 4954 §6.
    static let encryptionFirst = SMTPReply(538, EnhancedStatusCode(.permanentFailure, 7, 11), "Encryption required; send STARTTLS first")
    static let authenticationUnavailable = SMTPReply(
        454, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Authentication cannot be checked now; try again later")
    static let tooManyFailedSignIns = SMTPReply(
        421, EnhancedStatusCode(.persistentTransientFailure, 7, 0), "Too many failed sign-ins; try again later")
}
