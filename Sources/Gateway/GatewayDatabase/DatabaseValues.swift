import Firebird
import Mail
import Settings

extension RecordIdentifier: FirebirdEncodable, FirebirdDecodable {
    var firebirdValue: FirebirdValue { .bytes(bytes) }

    init(_ value: FirebirdValue) throws(FirebirdError) {
        guard let identifier = RecordIdentifier(bytes: try [UInt8](value)) else {
            throw FirebirdError(.unexpectedValue, "an identifier has not sixteen bytes")
        }
        self = identifier
    }
}

extension NodeID: FirebirdEncodable, FirebirdDecodable {
    var firebirdValue: FirebirdValue { identifier.firebirdValue }

    init(_ value: FirebirdValue) throws(FirebirdError) { self.init(try RecordIdentifier(value)) }
}

extension UTCTime: FirebirdEncodable, FirebirdDecodable {
    var firebirdValue: FirebirdValue { .integer(milliseconds) }

    init(_ value: FirebirdValue) throws(FirebirdError) { self.init(milliseconds: try Int64(value)) }
}

extension SettingsRevision: FirebirdEncodable, FirebirdDecodable {
    var firebirdValue: FirebirdValue { .integer(number) }

    init(_ value: FirebirdValue) throws(FirebirdError) { self.init(try Int64(value)) }
}

extension FirebirdValue {
    /// Text for a column that keeps UTF-8 as bytes.
    static func octets(_ text: String) -> FirebirdValue { .bytes(Array(text.utf8)) }

    static func octets(_ text: String?) -> FirebirdValue { text.map { .octets($0) } ?? .null }

    static func integer(_ number: Int) -> FirebirdValue { .integer(Int64(number)) }

    static func optionalText(_ text: String?) -> FirebirdValue { text.map { .text($0) } ?? .null }
}

extension FirebirdRow {
    /// Text of a column that keeps UTF-8 as bytes.
    func octets(_ index: Int) throws(FirebirdError) -> String { String(decoding: try decode(index, as: [UInt8].self), as: UTF8.self) }

    func octets(_ name: String) throws(FirebirdError) -> String { String(decoding: try decode(name, as: [UInt8].self), as: UTF8.self) }

    /// A column of one of our own words.
    func word<Word: RawRepresentable<String>>(_ name: String, as type: Word.Type = Word.self) throws(FirebirdError) -> Word {
        guard let word = Word(rawValue: try decode(name, as: String.self)) else {
            throw FirebirdError(.unexpectedValue, "column \(name) holds none of \(type)")
        }
        return word
    }
}
