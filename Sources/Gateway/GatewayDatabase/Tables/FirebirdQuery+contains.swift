import Firebird

extension FirebirdQuery {
    /// Whether a UTF-8 column has a text as a part, without regard to case.
    ///
    /// `containing` alone fails with “string truncation”, and the whole search with it, on the first row whose upper case takes more bytes
    /// than it has itself, such as “ɐ”: whoever sends such a subject would break every search. In upper case already nothing grows.
    /// - Parameters:
    ///   - column: one of our own names.
    ///   - text: at most 500 characters.
    static func contains(_ column: StaticString, _ text: String) -> FirebirdQuery {
        "upper(\(unsafeSQL: "\(column)")) containing upper(cast(\(text) as varchar(500) character set utf8))"
    }
}
