/// A sentence in each language the product speaks.
package struct LocalizedText: Sendable, Hashable {
    package let english: String
    package let japanese: String

    package init(_ english: String, ja japanese: String) {
        self.english = english
        self.japanese = japanese
    }

    package subscript(_ language: Language) -> String {
        switch language {
        case .english: english
        case .japanese: japanese
        }
    }
}

/// The languages of pages, reports and the manual.
package enum Language: String, Sendable, Hashable, Codable, CaseIterable {
    case english = "en"
    case japanese = "ja"
}

extension Language {
    /// Of human output: English unless the locale is Japanese (POSIX: LC_ALL, then LC_MESSAGES, then LANG).
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("ja") == true ? .japanese : .english
    }
}
