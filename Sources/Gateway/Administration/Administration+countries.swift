package import Countries
import DomainsAndUsers
import Logging
package import Settings

/// In which country an address is, and what country screening makes of it.
package struct CountryExamination: Sendable, Hashable {
    package let address: NetworkAddress
    /// `nil`: the database does not say, or none is open.
    package let country: CountryCode?
    /// Whether the rules look at the address at all, and what they say.
    package let finding: CountryFinding
    /// What the open database calls itself.
    package let database: String?
    /// Why the database that is wanted is not open.
    package let problem: String?
    package let isEnabled: Bool
}

extension Administration {
    /// Looks an address up, by the settings in force. Costs next to nothing.
    package func examineCountry(_ text: String, _ caller: AdministrationCaller) throws(AdministrationError) -> CountryExamination {
        guard let address = NetworkAddress(text) else {
            throw .invalid([
                FieldProblem(
                    "address", "“\(text.prefix(100))” is not an IP address.", ja: "「\(text.prefix(100))」は IP アドレスではありません。")
            ])
        }
        let settings = current.snapshot.settings
        return CountryExamination(
            address: address, country: ports.countries.country(of: address), finding: ports.countries.finding(address, settings),
            database: ports.countries.title, problem: ports.countries.problem, isEnabled: settings.countries.isEnabled)
    }

    /// Whether nobody may sign in to the pages from an address; answered like a wrong password, and logged with the country.
    func isUnwantedSignIn(_ text: String) -> Bool {
        let settings = current.snapshot.settings
        guard settings.countries.isEnabled, settings.countries.screensWebSignIns, let address = NetworkAddress(text),
            case .unwanted(let country) = ports.countries.finding(address, settings)
        else { return false }
        logger.notice("sign-in refused because of its country", metadata: ["address": "\(address)", "country": "\(country)"])
        return true
    }
}
