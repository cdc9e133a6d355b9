package import Settings

/// A sentence in each language, `{"en": …, "ja": …}`.
package struct LocalizedDocument: Codable, Sendable, Hashable {
    package let en: String
    package let ja: String

    init(_ text: LocalizedText) {
        en = text.english
        ja = text.japanese
    }

    package var text: LocalizedText { LocalizedText(en, ja: ja) }
}
