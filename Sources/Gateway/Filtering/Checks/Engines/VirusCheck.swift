import OutsideEngines
package import Settings

/// Whether ClamAV finds a virus in the message.
package struct VirusCheck: MessageCheck {
    package static let name = "clamav"
    package static let title = ClamAVSettings.title

    private let scanner: any EngineScanner

    package init(_ environment: CheckEnvironment) { scanner = environment.engines }

    package var phases: Set<FilterPhase> { [.message] }
    package var mayWait: Bool { true }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.clamAV
        return settings.connection.isEnabled && (!subject.isOwnMail || settings.scansOwnMail)
    }

    package var concernsOwnMail: Bool { true }

    package func timeLimit(_ subject: FilterSubject) -> Duration { EngineQuestion.timeLimit(.clamAV, subject) }

    package func overrun(_ subject: FilterSubject) -> CheckResult { question.absent(.timedOut, subject) }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        let settings = subject.settings.clamAV
        switch await question.ask(subject) {
        case .clean, .opinion: return [.nothing(self)]
        case .virus(let name): return [found(name, settings.action)]
        case .tooLarge: return [question.tooLarge(subject, settings.whenTooLarge)]
        case .failed(let failure): return [question.absent(failure, subject)]
        }
    }

    private var question: EngineQuestion { EngineQuestion(engine: .clamAV, check: self, scanner: scanner) }

    private func found(_ name: String, _ action: ClamAVSettings.Action) -> CheckResult {
        let text = LocalizedText("Virus: \(name).", ja: "ウイルス: \(name)")
        switch action {
        case .reject: return .found(self, .reject, text, isExcusable: false)
        case .quarantine:
            var result = CheckResult.found(self, .quarantine, text, isExcusable: false)
            result.isForAdministrators = true
            return result
        }
    }
}
