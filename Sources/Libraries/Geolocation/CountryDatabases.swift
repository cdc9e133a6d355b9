/// Opens databases of countries, of whatever format their content is.
package enum CountryDatabases {
    /// Files of Debian's package `geoip-database`.
    package static let debianPath = "/usr/share/GeoIP/GeoIP.dat"
    package static let debianPathSix = "/usr/share/GeoIP/GeoIPv6.dat"

    /// The files that `open` looks at.
    package static func paths(_ path: String) -> [String] { path.isEmpty ? [debianPath, debianPathSix] : [path] }

    /// Blocks for as long as reading takes.
    /// - Parameter path: of a `.mmdb` or `.dat` file; empty: the files of Debian's package.
    package static func open(_ path: String) throws(CountryDatabaseError) -> any CountryDatabase {
        guard path.isEmpty else {
            let file = try CountryFile(path)
            return file.isMaxMind ? try MaxMindDatabase(file, path: path) : try LegacyDatabase(file, path: path)
        }
        let four = try CountryFile(debianPath)
        return try LegacyDatabase(four, path: debianPath, six: try CountryFile(debianPathSix), sixPath: debianPathSix)
    }
}
