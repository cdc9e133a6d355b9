import Administration
import Countries
import Settings

/// Looking up an address, on the page of country screening.
struct CountryTrialView: Sendable {
    var address: FieldView
    private(set) var found: Found?

    struct Found: Sendable {
        let address: String
        let country: String
        let badge: Badge
        let database: String
        let problem: String?
    }

    init(typed: String, _ language: Language) {
        address = FieldView("address", CountryText.address[language], value: typed)
        address.help = CountryText.addressHelp[language]
        address.maximumLength = 45
        address.isRequired = true
    }

    mutating func show(_ examination: CountryExamination, _ language: Language) {
        let badge: Badge =
            switch examination.finding {
            case .none: Badge(CountryText.notScreened.text, .neutral, language)
            case .wanted: Badge(CountryText.wanted.text, .good, language)
            case .unwanted: Badge(CountryText.unwanted.text, .bad, language)
            }
        found = Found(
            address: examination.address.description,
            country: examination.country.map { "\($0.name[language]) (\($0))" } ?? CountryText.unknown[language], badge: badge,
            database: examination.database ?? CountryText.none[language], problem: examination.problem)
    }
}
