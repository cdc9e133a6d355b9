/// SQL text whose interpolated values become parameters, never text.
///
/// `"select name from person where id = \(id)"` is the text `select name from person where id = ?` and one value.
/// What must be text (a table's name, say) goes in as `\(unsafeSQL: name)`, which is named so that it is noticed:
/// nothing from outside the program may be given there.
package struct FirebirdQuery: ExpressibleByStringInterpolation, Sendable {
    /// The text with `?` for each value.
    package private(set) var sql: String
    /// The values, in order.
    package private(set) var values: [FirebirdValue]

    /// Text without values.
    package init(stringLiteral value: String) {
        sql = value
        values = []
    }

    package init(stringInterpolation: StringInterpolation) {
        sql = stringInterpolation.sql
        values = stringInterpolation.values
    }

    /// Text made at run time, with `?` for each of `values`. Nothing from outside may be in `unsafeSQL`.
    package init(unsafeSQL sql: String, values: [FirebirdValue] = []) {
        self.sql = sql
        self.values = values
    }

    /// Collects text and values as the compiler walks through a literal.
    package struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var sql = ""
        fileprivate var values: [FirebirdValue] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { sql += literal }

        /// A value becomes a parameter.
        package mutating func appendInterpolation(_ value: some FirebirdEncodable) {
            sql += "?"
            values.append(value.firebirdValue)
        }

        /// A value or NULL becomes a parameter. (Said apart from the above, as the compiler warns of optionals else.)
        package mutating func appendInterpolation<Value: FirebirdEncodable>(_ value: Value?) {
            sql += "?"
            values.append(value.firebirdValue)
        }

        /// Several values for `in (\(list: identifiers))`; an empty list becomes NULL, which matches nothing.
        package mutating func appendInterpolation(list: some Collection<some FirebirdEncodable>) {
            sql += list.isEmpty ? "null" : list.map { _ in "?" }.joined(separator: ", ")
            values.append(contentsOf: list.map(\.firebirdValue))
        }

        /// Another query's text and values.
        package mutating func appendInterpolation(_ query: FirebirdQuery) {
            sql += query.sql
            values.append(contentsOf: query.values)
        }

        /// Text taken as SQL. Dangerous: never give it anything from outside the program.
        package mutating func appendInterpolation(unsafeSQL text: String) { sql += text }
    }
}
