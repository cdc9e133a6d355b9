import Administration
import Countries
import Settings

/// Where an address is.
package struct CountryDocument: Codable, Sendable {
    package let address: String
    /// By ISO 3166-1; absent when the database does not say.
    package let country: String?
    package let name: LocalizedDocument?
    /// `not-screened`, `wanted`, `unwanted`.
    package let finding: String
    /// What the open database calls itself; absent when none is open.
    package let database: String?
    /// Why the database that is wanted is not open.
    package let problem: String?
    package let isEnabled: Bool

    init(_ examination: CountryExamination) {
        address = examination.address.description
        country = examination.country?.letters
        name = examination.country.map { LocalizedDocument($0.name) }
        finding =
            switch examination.finding {
            case .none: "not-screened"
            case .wanted: "wanted"
            case .unwanted: "unwanted"
            }
        database = examination.database
        problem = examination.problem
        isEnabled = examination.isEnabled
    }
}
