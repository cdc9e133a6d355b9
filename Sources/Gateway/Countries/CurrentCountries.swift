package import Geolocation
package import Settings
import Synchronization

/// The database of countries that this node has open, for everybody who asks. Looking up never waits. `CountryWatch` keeps it up to date.
package final class CurrentCountries: Sendable {
    private struct State {
        var database: (any CountryDatabase)?
        var problem: String?
    }

    private let state = Mutex(State())

    package init() {}

    /// - Returns: `nil` when it is not known, or no database is open.
    package func country(of address: NetworkAddress) -> CountryCode? {
        state.withLock { $0.database }?.country(of: address.bytes).flatMap { CountryCode($0) }
    }

    /// What the open database calls itself; `nil` when none is open.
    package var title: String? { state.withLock { $0.database?.title } }

    /// Why the file that is wanted is not the one that is open; `nil` when all is well.
    package var problem: String? { state.withLock { $0.problem } }

    package func adopt(_ database: any CountryDatabase) { state.withLock { $0 = State(database: database, problem: nil) } }

    /// What was open stays.
    package func fail(_ problem: String) { state.withLock { $0.problem = problem } }

    package func close() { state.withLock { $0 = State() } }
}

/// What the rules say of one client. Pure.
package enum CountryFinding: Sendable, Hashable {
    /// Never looked up: private, excepted, or nobody knows.
    case none
    case wanted(CountryCode)
    case unwanted(CountryCode)

    /// - Parameter lookUp: asked only when the address is screened at all.
    package init(_ address: NetworkAddress, _ settings: GatewaySettings, lookUp: (NetworkAddress) -> CountryCode?) {
        let countries = settings.countries
        guard countries.isEnabled, address.isPublicHost, !countries.exceptedNetworks.contains(where: { $0.contains(address) }),
            !settings.relay.allowsRelaying(from: address), !settings.reception.proxyNetworks.contains(where: { $0.contains(address) }),
            let country = lookUp(address)
        else {
            self = .none
            return
        }
        self = countries.isUnwanted(country) ? .unwanted(country) : .wanted(country)
    }
}

extension CurrentCountries {
    package func finding(_ address: NetworkAddress, _ settings: GatewaySettings) -> CountryFinding {
        guard settings.countries.isEnabled else { return .none }
        return CountryFinding(address, settings, lookUp: country)
    }
}
