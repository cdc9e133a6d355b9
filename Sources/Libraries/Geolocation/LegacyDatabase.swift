import CGeoIP
import Glibc

/// GeoIP's older files (`.dat`), one for each version of IP, as Debian's package `geoip-database` has them; read by libgeoip into memory.
///
/// `@unchecked Sendable`: with the file in memory libgeoip's look-ups by number change nothing and are safe to call from any thread.
package final class LegacyDatabase: CountryDatabase, @unchecked Sendable {
    package let title: String
    private let four: UnsafeMutablePointer<GeoIP>
    private let six: UnsafeMutablePointer<GeoIP>?

    /// - Parameter sixPath: of the file for IPv6; `nil`: countries of IPv4 addresses only.
    init(_ file: CountryFile, path: String, six sixFile: CountryFile? = nil, sixPath: String? = nil) throws(CountryDatabaseError) {
        four = try Self.open(file, path, edition: GEOIP_COUNTRY_EDITION)
        if let sixFile, let sixPath {
            do throws(CountryDatabaseError) {
                six = try Self.open(sixFile, sixPath, edition: GEOIP_COUNTRY_EDITION_V6)
            } catch {
                GeoIP_delete(four)
                throw error
            }
        } else {
            six = nil
        }
        title = Self.information(four)
    }

    deinit {
        GeoIP_delete(four)
        if let six { GeoIP_delete(six) }
    }

    package func country(of octets: [UInt8]) -> String? {
        var netmask = GeoIPLookup()
        let number: Int32
        switch octets.count {
        case 4:
            number = GeoIP_id_by_ipnum_gl(four, octets.reduce(0) { $0 << 8 | UInt($1) }, &netmask)
        case 16:
            guard let six else { return nil }
            number = GeoIP_id_by_ipnum_v6_gl(six, octets.withUnsafeBytes { $0.loadUnaligned(as: in6_addr.self) }, &netmask)
        default: return nil
        }
        // 0: not in the file. Two entries are for continents.
        guard number > 0, let code = GeoIP_code_by_id(number) else { return nil }
        let text = String(cString: code)
        return Self.notCountries.contains(text) ? nil : CountryLetters.checked(text)
    }

    /// Asia/Pacific, Europe, anonymous proxies, satellites, other: libgeoip's codes for what is in no one country.
    private static let notCountries: Set<String> = ["AP", "EU", "A1", "A2", "O1"]

    private static func open(
        _ file: CountryFile, _ path: String, edition: GeoIPDBTypes
    ) throws(CountryDatabaseError) -> UnsafeMutablePointer<GeoIP> {
        guard let handle = GeoIP_open(file.path, Int32(GEOIP_MEMORY_CACHE.rawValue) | Int32(GEOIP_SILENCE.rawValue)) else {
            throw .damaged(path: path, cause: "libgeoip does not know it")
        }
        let information = information(handle)
        // libgeoip takes any file for one of countries of IPv4; a real one says what it is.
        guard information.hasPrefix("GEO-") else {
            GeoIP_delete(handle)
            throw .damaged(path: path, cause: "it does not say what it is")
        }
        guard UInt32(GeoIP_database_edition(handle)) == edition.rawValue else {
            GeoIP_delete(handle)
            throw .noCountries(path: path, kind: information)
        }
        return handle
    }

    private static func information(_ handle: UnsafeMutablePointer<GeoIP>) -> String {
        guard let text = GeoIP_database_info(handle) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }
}
