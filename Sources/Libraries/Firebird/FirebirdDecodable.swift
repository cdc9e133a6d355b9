/// A Swift type that a column can be read as.
package protocol FirebirdDecodable {
    /// - Throws: `unexpectedValue` when the column holds something else, NULL included.
    init(_ value: FirebirdValue) throws(FirebirdError)
}

extension FirebirdValue: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) { self = value }

    /// The case's name, for messages: never the value itself.
    var caseName: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .decimal: "a decimal"
        case .double: "a double"
        case .boolean: "a boolean"
        case .text: "text"
        case .bytes: "bytes"
        case .timestamp: "a timestamp"
        case .date: "a date"
        case .time: "a time"
        case .blob: "a BLOB"
        }
    }

    func mismatch(_ wanted: Any.Type) -> FirebirdError {
        FirebirdError(.unexpectedValue, "the column holds \(caseName), not \(wanted)")
    }

    func integer<Integer: FixedWidthInteger>(as type: Integer.Type) throws(FirebirdError) -> Integer {
        guard case .integer(let number) = self else { throw mismatch(type) }
        guard let result = Integer(exactly: number) else {
            throw FirebirdError(.unexpectedValue, "the column's integer does not fit \(type)")
        }
        return result
    }
}

extension String: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .text(let text) = value else { throw value.mismatch(String.self) }
        self = text
    }
}

extension Int: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) { self = try value.integer(as: Int.self) }
}

extension Int64: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) { self = try value.integer(as: Int64.self) }
}

extension Int32: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) { self = try value.integer(as: Int32.self) }
}

extension Int16: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) { self = try value.integer(as: Int16.self) }
}

extension Bool: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .boolean(let flag) = value else { throw value.mismatch(Bool.self) }
        self = flag
    }
}

extension Double: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .double(let number) = value else { throw value.mismatch(Double.self) }
        self = number
    }
}

extension [UInt8]: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .bytes(let bytes) = value else { throw value.mismatch([UInt8].self) }
        self = bytes
    }
}

extension FirebirdTimestamp: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .timestamp(let moment) = value else { throw value.mismatch(FirebirdTimestamp.self) }
        self = moment
    }
}

extension FirebirdBlobIdentifier: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard case .blob(let identifier) = value else { throw value.mismatch(FirebirdBlobIdentifier.self) }
        self = identifier
    }
}

extension Optional: FirebirdDecodable where Wrapped: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        if case .null = value { self = nil } else { self = try Wrapped(value) }
    }
}

extension FirebirdDecodable where Self: RawRepresentable, RawValue: FirebirdDecodable {
    package init(_ value: FirebirdValue) throws(FirebirdError) {
        guard let known = Self(rawValue: try RawValue(value)) else {
            throw FirebirdError(.unexpectedValue, "the column's value is none of \(Self.self)")
        }
        self = known
    }
}
