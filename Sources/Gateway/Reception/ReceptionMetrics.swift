import Metrics
import SMTP

/// What reception counts; one instance for all sessions.
struct ReceptionMetrics: Sendable {
    private let presentSessions = Gauge(label: "securitygateway_reception_sessions")
    private let sessions = Counter(label: "securitygateway_reception_sessions_total")
    private let refusedSessions = Counter(label: "securitygateway_reception_refused_sessions_total")
    private let lateReplies = Counter(label: "securitygateway_reception_tarpitted_replies_total")
    private let accepted = Self.messages("accepted")
    private let deferred = Self.messages("deferred")
    private let refused = Self.messages("refused")
    private let octets = Counter(label: "securitygateway_reception_message_bytes_total")
    private let answerTime = Timer(label: "securitygateway_reception_answer_seconds", preferredDisplayUnit: .seconds)

    func sessionBegan(present: Int) {
        sessions.increment()
        presentSessions.record(present)
    }

    func sessionEnded(present: Int) { presentSessions.record(present) }

    func tarpitted() { lateReplies.increment() }

    func sessionRefused() { refusedSessions.increment() }

    /// - Parameters:
    ///   - decision: about the whole message.
    ///   - nanoseconds: from the end of the data to that reply.
    func messageAnswered(_ decision: ReceptionDecision, octets count: Int, nanoseconds: Int64) {
        switch decision {
        case .accept, .acceptAlias: accepted.increment()
        case .refuse(let reply), .disconnect(let reply): (reply.category == .permanentFailure ? refused : deferred).increment()
        }
        octets.increment(by: count)
        answerTime.recordNanoseconds(nanoseconds)
    }

    private static func messages(_ result: String) -> Counter {
        Counter(label: "securitygateway_reception_messages_total", dimensions: [("result", result)])
    }
}
