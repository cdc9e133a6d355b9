import Mail
import OutsideEngines
import Settings

/// What the checks of outside engines have in common: giving the message over, and what its absence means.
struct EngineQuestion: Sendable {
    let engine: OutsideEngine
    let check: any MessageCheck
    let scanner: any EngineScanner

    /// Over the engine's own time limit, so that it is the engine's connection that says how it ended.
    private static let grace = Duration.seconds(2)

    static func timeLimit(_ engine: OutsideEngine, _ subject: FilterSubject) -> Duration {
        engine.connection(subject.settings).timeLimit + grace
    }

    func ask(_ subject: FilterSubject) async -> EngineReport {
        guard let content = subject.message?.content else { return .failed(.contentUnavailable("there is none")) }
        return await scanner.scan(content, Self.envelope(subject), with: engine, subject.settings)
    }

    /// What follows when there is no answer, as the settings have it.
    func absent(_ failure: EngineFailure, _ subject: FilterSubject) -> CheckResult {
        let why = failure.text
        let text = LocalizedText(
            "\(engine.title.english) could not look at the message: \(why.english).",
            ja: "\(engine.title.japanese) で検査できませんでした: \(why.japanese)。")
        return result(engine.connection(subject.settings).whenAway, text)
    }

    func result(_ absence: EngineAbsence, _ text: LocalizedText) -> CheckResult {
        switch absence {
        case .pass: return .undecided(check, text)
        case .hold:
            var result = CheckResult.found(check, .quarantine, text, isExcusable: false)
            result.isForAdministrators = true
            return result
        case .refuse: return .found(check, .tryAgainLater, text, isExcusable: false)
        }
    }

    /// The engine's own limit, or that of the settings; nothing follows from it.
    func tooLarge(_ subject: FilterSubject, _ absence: EngineAbsence = .pass) -> CheckResult {
        result(
            absence,
            LocalizedText(
                "The message is larger than \(engine.title.english) is to look at.", ja: "\(engine.title.japanese) の検査対象サイズを超えています。"))
    }

    private static func envelope(_ subject: FilterSubject) -> EngineEnvelope {
        EngineEnvelope(
            clientAddress: subject.address, heloName: subject.heloName, hostName: subject.confirmedHostNames.first ?? "",
            sender: subject.reversePath.address?.description ?? "", recipients: subject.recipients.map(\.description),
            ownName: subject.ownName)
    }
}
