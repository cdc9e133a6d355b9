import Foundation

/// A country or territory by the two letters of ISO 3166-1, in upper case.
package struct CountryCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let letters: String

    /// `nil` for what is no code of ISO 3166-1. Lower case is taken as upper case.
    package init?(_ text: some StringProtocol) {
        let letters = text.uppercased()
        guard Self.names[letters] != nil else { return nil }
        self.letters = letters
    }

    private init(known letters: String) { self.letters = letters }

    package var description: String { letters }
    package static func < (left: Self, right: Self) -> Bool { left.letters < right.letters }

    /// The country's name.
    package var name: LocalizedText { Self.names[letters] ?? LocalizedText(letters, ja: letters) }

    /// All there are, by code.
    package static let all: [CountryCode] = names.keys.sorted().map { CountryCode(known: $0) }

    /// Of the system's library of locales (CLDR): about 250.
    private static let names: [String: LocalizedText] = {
        let (english, japanese) = (Locale(identifier: "en"), Locale(identifier: "ja"))
        let codes = Locale.Region.isoRegions.map(\.identifier).filter { $0.utf8.count == 2 && !notCountries.contains($0) }
        return Dictionary(
            codes.map { code in
                (
                    code,
                    LocalizedText(
                        english.localizedString(forRegionCode: code) ?? code, ja: japanese.localizedString(forRegionCode: code) ?? code)
                )
            }, uniquingKeysWith: { first, _ in first })
    }()

    /// What CLDR adds to ISO 3166-1: unions, outlying islands without a code, pseudo-regions, and codes for private use but for Kosovo's,
    /// which databases have.
    private static let notCountries: Set<String> = ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"]

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> CountryCode {
        guard let code = CountryCode(text) else {
            throw SettingsValueError(
                "“\(text)” is no country code of ISO 3166-1, such as JP or US", ja: "「\(text)」は ISO 3166-1 の国コード（例: JP、US）ではありません")
        }
        return code
    }
}
