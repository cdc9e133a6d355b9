/// Says in which country an address is. Immutable once opened; looking up waits for nothing and reads memory of this process alone.
package protocol CountryDatabase: Sendable {
    /// - Parameter octets: 4 or 16 in network order.
    /// - Returns: the two upper-case letters of ISO 3166-1; `nil` when the database does not say.
    func country(of octets: [UInt8]) -> String?
    /// What the database calls itself, and of when it is; for people.
    var title: String { get }
}

/// Why a database cannot be used.
package enum CountryDatabaseError: Error, Sendable, Hashable, CustomStringConvertible {
    case missing(path: String)
    case unreadable(path: String, cause: String)
    case tooLarge(path: String)
    case damaged(path: String, cause: String)
    /// It is a good database that says nothing of countries.
    case noCountries(path: String, kind: String)

    package var description: String {
        switch self {
        case .missing(let path): "there is no file \(path)"
        case .unreadable(let path, let cause): "\(path) cannot be read: \(cause)"
        case .tooLarge(let path): "\(path) has more than \(CountryFile.maximumBytes >> 20) MiB"
        case .damaged(let path, let cause): "\(path) is damaged or no database of countries: \(cause)"
        case .noCountries(let path, let kind): "\(path) is a database of another kind (\(kind))"
        }
    }
}

/// What stands for a country in a database.
enum CountryLetters {
    /// - Returns: two ASCII letters in upper case; `nil` for anything else.
    static func checked(_ text: String) -> String? {
        let letters = text.uppercased()
        guard letters.utf8.count == 2, letters.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else { return nil }
        return letters
    }
}
