import CFirebird

/// A row, kept as packed bytes and decoded only where it is asked.
///
/// It owns its bytes and may leave the transaction; a BLOB in it is only a number (see `FirebirdBlobIdentifier`).
package struct FirebirdRow: Sendable {
    /// The columns, the same object for all rows of a statement.
    package let columns: FirebirdColumns
    /// A four-byte end of each column (top bit: NULL), then the columns' bytes.
    private let packed: [UInt8]

    static let nullFlag: UInt32 = 0x8000_0000

    init(columns: FirebirdColumns, packed: [UInt8]) {
        self.columns = columns
        self.packed = packed
    }

    /// The column at `index`, counted from 0.
    /// - Throws: `invalidArgument` for a column that is not there, `unexpectedValue` for another type or NULL.
    package func decode<Value: FirebirdDecodable>(_ index: Int, as type: Value.Type = Value.self) throws(FirebirdError) -> Value {
        do { return try Value(try value(at: index)) } catch {
            guard error.kind == .unexpectedValue else { throw error }
            throw FirebirdError(.unexpectedValue, "column \(columns.names[index]): \(error.message)")
        }
    }

    /// The column of this name or alias. Unquoted names are upper case in Firebird; any case finds them.
    /// - Throws: as `decode(_:as:)` with an index.
    package func decode<Value: FirebirdDecodable>(_ name: String, as type: Value.Type = Value.self) throws(FirebirdError) -> Value {
        guard let index = columns.index(of: name) else { throw FirebirdError(.invalidArgument, "no column \(name)") }
        return try decode(index, as: type)
    }

    /// The column at `index` without a Swift type.
    /// - Throws: `invalidArgument` for a column that is not there.
    package func value(at index: Int) throws(FirebirdError) -> FirebirdValue {
        guard columns.types.indices.contains(index) else { throw FirebirdError(.invalidArgument, "no column number \(index)") }
        let type = columns.types[index]
        return packed.withUnsafeBytes { bytes in
            let end = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
            guard end & Self.nullFlag == 0 else { return .null }
            let before = index == 0 ? 0 : bytes.loadUnaligned(fromByteOffset: (index - 1) * 4, as: UInt32.self) & ~Self.nullFlag
            let payload = columns.types.count * 4
            return type.value(UnsafeRawBufferPointer(rebasing: bytes[(payload + Int(before))..<(payload + Int(end))]))
        }
    }
}

/// Names and types of a result's columns.
package final class FirebirdColumns: Sendable {
    /// Aliases where given, else names, as Firebird spells them.
    package let names: [String]
    let types: [ColumnType]
    private let indices: [String: Int]

    init(names: [String], types: [ColumnType]) {
        self.names = names
        self.types = types
        indices = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    }

    /// The first column of this name, tried as it is and in upper case.
    package func index(of name: String) -> Int? { indices[name] ?? indices[name.uppercased()] }
}

/// What the database says a column or parameter is.
struct ColumnType: Sendable, Equatable {
    /// `SQL_VARYING` and so on, without the bit for nullable.
    let code: Int32
    let scale: Int
    let subtype: Int
    /// Bytes of the value, without the two of a VARCHAR's length.
    let length: Int

    private static let octets = 1

    /// Character set OCTETS stands in the low byte of the subtype.
    var isOctets: Bool { subtype & 0xFF == Self.octets }

    /// Decodes the bytes of one value that is not NULL.
    func value(_ bytes: UnsafeRawBufferPointer) -> FirebirdValue {
        switch code {
        case SQL_SHORT: number(Int64(bytes.loadUnaligned(as: Int16.self)))
        case SQL_LONG: number(Int64(bytes.loadUnaligned(as: Int32.self)))
        case SQL_INT64: number(bytes.loadUnaligned(as: Int64.self))
        case SQL_FLOAT: .double(Double(bytes.loadUnaligned(as: Float.self)))
        case SQL_DOUBLE, SQL_D_FLOAT: .double(bytes.loadUnaligned(as: Double.self))
        case SQL_BOOLEAN: .boolean(bytes.loadUnaligned(as: UInt8.self) != 0)
        case SQL_VARYING: isOctets ? .bytes(Array(bytes)) : .text(String(decoding: bytes, as: UTF8.self))
        case SQL_TEXT: isOctets ? .bytes(Array(bytes)) : .text(Self.withoutPadding(bytes))
        case SQL_TIMESTAMP:
            .timestamp(
                FirebirdTimestamp(
                    days: bytes.loadUnaligned(as: Int32.self), ticks: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case SQL_TYPE_DATE: .date(days: bytes.loadUnaligned(as: Int32.self))
        case SQL_TYPE_TIME: .time(ticks: bytes.loadUnaligned(as: UInt32.self))
        case SQL_BLOB:
            .blob(
                FirebirdBlobIdentifier(
                    high: bytes.loadUnaligned(as: Int32.self), low: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        default: .null
        }
    }

    private func number(_ value: Int64) -> FirebirdValue { scale == 0 ? .integer(value) : .decimal(unscaled: value, scale: scale) }

    /// CHAR(n) of UTF8 comes padded to 4n bytes.
    private static func withoutPadding(_ bytes: UnsafeRawBufferPointer) -> String {
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x20 { end -= 1 }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[..<end]), as: UTF8.self)
    }
}
