import CFirebird

extension Descriptor.Slot {
    /// Writes a parameter into its place. Text and bytes for a BLOB are the caller's to turn into one first.
    ///
    /// Conversions are exact or refused: an integer may go into a NUMERIC, a float never.
    /// - Throws: `invalidValue` when it does not fit, `invalidArgument` when the type is another one.
    func encode(_ value: FirebirdValue) throws(FirebirdError) {
        null.pointee = 0
        switch value {
        case .null: null.pointee = -1
        case .integer(let number): try encode(unscaled: number, scale: 0)
        case .decimal(let unscaled, let scale): try encode(unscaled: unscaled, scale: scale)
        case .double(let number): try encode(number)
        case .boolean(let flag): try store(UInt8(flag ? 1 : 0), when: SQL_BOOLEAN, value)
        case .text(let text): try encode(text)
        case .bytes(let bytes):
            try bytes.withUnsafeBytes { content in Result { () throws(FirebirdError) in try encode(content) } }.get()
        case .timestamp(let moment):
            try store(moment.days, when: SQL_TIMESTAMP, value)
            data.storeBytes(of: moment.ticks, toByteOffset: 4, as: UInt32.self)
        case .date(let days): try store(days, when: SQL_TYPE_DATE, value)
        case .time(let ticks): try store(ticks, when: SQL_TYPE_TIME, value)
        case .blob(let identifier):
            try store(identifier.high, when: SQL_BLOB, value)
            data.storeBytes(of: identifier.low, toByteOffset: 4, as: UInt32.self)
        }
    }

    private func store<Value: BitwiseCopyable>(_ raw: Value, when code: Int32, _ value: FirebirdValue) throws(FirebirdError) {
        guard type.code == code else { throw mismatch(value.caseName) }
        data.storeBytes(of: raw, as: Value.self)
    }

    private func mismatch(_ name: String) -> FirebirdError {
        FirebirdError(.invalidArgument, "\(name) given for a parameter of SQL type \(type.code)")
    }

    private func encode(unscaled: Int64, scale: Int) throws(FirebirdError) {
        if type.code == SQL_DOUBLE || type.code == SQL_FLOAT, scale == 0 { return try encode(Double(unscaled)) }
        let number = try Self.rescaled(unscaled, from: scale, to: type.scale)
        switch type.code {
        case SQL_SHORT: data.storeBytes(of: try Self.fitting(number), as: Int16.self)
        case SQL_LONG: data.storeBytes(of: try Self.fitting(number), as: Int32.self)
        case SQL_INT64: data.storeBytes(of: number, as: Int64.self)
        default: throw mismatch("an integer")
        }
    }

    private static func fitting<Integer: FixedWidthInteger>(_ number: Int64) throws(FirebirdError) -> Integer {
        guard let result = Integer(exactly: number) else {
            throw FirebirdError(.invalidValue, "an integer does not fit its column")
        }
        return result
    }

    private static func rescaled(_ number: Int64, from: Int, to: Int) throws(FirebirdError) -> Int64 {
        var result = number
        for _ in 0..<max(0, from - to) {
            let (product, overflow) = result.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw FirebirdError(.invalidValue, "a number is too large for its column's scale") }
            result = product
        }
        for _ in 0..<max(0, to - from) {
            guard result % 10 == 0 else { throw FirebirdError(.invalidValue, "a number has more digits than its column's scale") }
            result /= 10
        }
        return result
    }

    private func encode(_ number: Double) throws(FirebirdError) {
        switch type.code {
        case SQL_DOUBLE: data.storeBytes(of: number, as: Double.self)
        case SQL_FLOAT: data.storeBytes(of: Float(number), as: Float.self)
        default: throw mismatch("a double")
        }
    }

    private func encode(_ text: String) throws(FirebirdError) {
        guard !type.isOctets else { throw mismatch("text") }
        var text = text
        try text.withUTF8 { content in
            Result { () throws(FirebirdError) in try encode(UnsafeRawBufferPointer(content)) }
        }.get()
    }

    private func encode(_ content: UnsafeRawBufferPointer) throws(FirebirdError) {
        guard content.count <= type.length || type.code == SQL_BLOB else {
            throw FirebirdError(.invalidValue, "a value of \(content.count) bytes for a parameter of at most \(type.length)")
        }
        switch type.code {
        case SQL_VARYING:
            data.storeBytes(of: UInt16(content.count), as: UInt16.self)
            if let start = content.baseAddress { (data + 2).copyMemory(from: start, byteCount: content.count) }
        case SQL_TEXT:
            if let start = content.baseAddress { data.copyMemory(from: start, byteCount: content.count) }
            let padding: UInt8 = type.isOctets ? 0 : 0x20
            (data + content.count).initializeMemory(as: UInt8.self, repeating: padding, count: type.length - content.count)
        default: throw mismatch("text or bytes")
        }
    }
}
