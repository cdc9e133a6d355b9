import Administration
import MessageLog
import Settings

/// A transcript on a page: its text, or why there is none.
struct TranscriptView: Sendable {
    let title: String
    /// Its page of its own.
    let path: String
    let isOpen: Bool
    let text: String?
    let missing: String?
    let isCut: Bool

    init(title: String, _ transcript: ShownTranscript, isOpen: Bool, _ language: Language) {
        self.title = title
        path = "\(SitePath.transcripts)/\(transcript.identifier)"
        self.isOpen = isOpen
        text = transcript.text
        missing = transcript.text == nil ? TranscriptText.gone[language] : nil
        isCut = transcript.isCut
    }
}

/// The transcripts of one message: how it came, and its newest attempts.
struct MessageTranscriptsView: Sendable {
    let shown: [TranscriptView]
    let further: [Link]
    let hasFurther: Bool
    /// Instead of any.
    let sentence: String?

    struct Link: Sendable {
        let path: String
        let title: String
    }

    /// Attempts shown with their text; of the others only the link.
    private static let shownAttempts = 3
    /// Of each text.
    private static let shownBytes = 16 << 10

    private struct Named {
        let identifier: RecordIdentifier
        let title: String
    }

    static func make(
        _ details: MessageLogDetails, _ administration: Administration, _ request: AdministratorRequest
    ) async -> MessageTranscriptsView {
        let language = request.language
        let reception = details.record.entry.transcript.map { Named(identifier: $0, title: TranscriptText.received[language]) }
        let attempts = attempts(details, language)
        var shown: [TranscriptView] = []
        do throws(AdministrationError) {
            for named in [reception].compactMap(\.self) + attempts.suffix(shownAttempts) {
                let transcript = try await administration.transcript(named.identifier, upTo: shownBytes, request.caller)
                shown.append(TranscriptView(title: named.title, transcript, isOpen: shown.isEmpty, language))
            }
        } catch {
            return MessageTranscriptsView(shown: [], further: [], hasFurther: false, sentence: TranscriptText.unavailable[language])
        }
        let further = attempts.dropLast(shownAttempts).map { Link(path: "\(SitePath.transcripts)/\($0.identifier)", title: $0.title) }
        return MessageTranscriptsView(
            shown: shown, further: further, hasFurther: !further.isEmpty, sentence: shown.isEmpty ? TranscriptText.none[language] : nil)
    }

    /// One for each dialogue, however many recipients it concerned.
    private static func attempts(_ details: MessageLogDetails, _ language: Language) -> [Named] {
        var known: Set<RecordIdentifier> = []
        return details.events.compactMap { event in
            guard let identifier = event.transcript, known.insert(identifier).inserted else { return nil }
            let title = TranscriptText.attempt.filled(language, event.attempt, ShownValue.timeWithZone(event.at))
            return Named(identifier: identifier, title: title)
        }
    }
}
