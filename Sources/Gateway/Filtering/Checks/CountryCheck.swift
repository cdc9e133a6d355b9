import Countries
package import Settings

/// Whether the client is in a country from which mail is not wanted. Looked up in memory, once for each greeting of a session.
package struct CountryCheck: MessageCheck {
    package static let name = "country"
    package static let title = LocalizedText("Country of the client", ja: "接続元の国")

    private let environment: CheckEnvironment

    package init(_ environment: CheckEnvironment) { self.environment = environment }

    /// At the connection only where that is refused; else before the first MAIL, when it is known who has signed in.
    package var phases: Set<FilterPhase> { [.connection, .greeting] }

    package func isWanted(_ subject: FilterSubject, at phase: FilterPhase) -> Bool {
        let settings = subject.settings.countries
        guard settings.isEnabled, settings.screensMail, !subject.isSignedIn else { return false }
        return (phase == .connection) == (settings.action == .disconnect)
    }

    package func find(_ subject: FilterSubject, at phase: FilterPhase) async -> [CheckResult] {
        switch environment.countries.finding(subject.address, subject.settings) {
        case .none: return []
        case .wanted(let country):
            var result = CheckResult.nothing(self)
            result.detail = Self.words(country)
            return [result]
        case .unwanted(let country):
            // Whoever is on everybody's allow list is welcome from anywhere, even before he says who he is.
            guard environment.accessLists.lists.match(AccessLists.Sender(address: subject.address), for: nil)?.list != .allow else {
                return []
            }
            let name = country.name
            let text = LocalizedText(
                "Mail from \(subject.address) is not wanted because of its country, \(name.english) (\(country)).",
                ja: "\(subject.address) の国（\(name.japanese)、\(country)）は国別スクリーニングの対象です。")
            return [.found(self, Self.weight(subject.settings.countries), text)]
        }
    }

    private static func words(_ country: CountryCode) -> LocalizedText {
        LocalizedText("\(country.name.english) (\(country))", ja: "\(country.name.japanese)（\(country)）")
    }

    private static func weight(_ settings: CountrySettings) -> CheckResult.Weight {
        switch settings.action {
        case .score: .score(settings.score)
        case .quarantine: .quarantine
        case .reject, .disconnect: .reject
        }
    }
}
