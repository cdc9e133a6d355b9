/// A Swift type that can be a statement's parameter.
///
/// A type with raw values needs only the conformance in its declaration:
/// `enum State: Int, FirebirdEncodable, FirebirdDecodable`.
package protocol FirebirdEncodable {
    /// The value to bind.
    var firebirdValue: FirebirdValue { get }
}

extension FirebirdValue: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { self }
}

extension String: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .text(self) }
}

extension Substring: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .text(String(self)) }
}

extension Int: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .integer(Int64(self)) }
}

extension Int64: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .integer(self) }
}

extension Int32: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .integer(Int64(self)) }
}

extension Int16: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .integer(Int64(self)) }
}

extension Bool: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .boolean(self) }
}

extension Double: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .double(self) }
}

extension [UInt8]: FirebirdEncodable {
    /// For columns of character set OCTETS and for BLOBs.
    package var firebirdValue: FirebirdValue { .bytes(self) }
}

extension FirebirdTimestamp: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .timestamp(self) }
}

extension FirebirdBlobIdentifier: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { .blob(self) }
}

extension Optional: FirebirdEncodable where Wrapped: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { map(\.firebirdValue) ?? .null }
}

extension FirebirdEncodable where Self: RawRepresentable, RawValue: FirebirdEncodable {
    package var firebirdValue: FirebirdValue { rawValue.firebirdValue }
}
