import CFirebird

/// The parameters or the result columns of one statement: an XSQLDA with one buffer for all values, made once and
/// used for every execution.
///
/// An XSQLDA ends in `sqlvar[1]` standing for any number; Swift sees a tuple of one, so it lives in raw memory and
/// is reached by offset. Used by the connection's thread only.
final class Descriptor {
    /// Enough for most statements, so that describing again is rare.
    static let usualCapacity = 16

    /// A value's place in the buffer.
    struct Slot {
        let type: ColumnType
        let data: UnsafeMutableRawPointer
        let null: UnsafeMutablePointer<ISC_SHORT>
    }

    let area: UnsafeMutablePointer<XSQLDA>
    let capacity: Int
    private(set) var slots: [Slot] = []
    private let memory: UnsafeMutableRawPointer
    private let variables: UnsafeMutablePointer<XSQLVAR>
    private var buffer: UnsafeMutableRawPointer?

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        let offset = MemoryLayout<XSQLDA>.offset(of: \XSQLDA.sqlvar) ?? MemoryLayout<XSQLDA>.size - MemoryLayout<XSQLVAR>.stride
        let size = offset + self.capacity * MemoryLayout<XSQLVAR>.stride
        memory = .allocate(byteCount: size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        area = memory.assumingMemoryBound(to: XSQLDA.self)
        variables = (memory + offset).assumingMemoryBound(to: XSQLVAR.self)
        area.pointee.version = ISC_SHORT(SQLDA_VERSION1)
        area.pointee.sqln = ISC_SHORT(self.capacity)
    }

    deinit {
        memory.deallocate()
        buffer?.deallocate()
    }

    /// Columns the statement has, which can be more than `capacity` until described again.
    var count: Int { Int(area.pointee.sqld) }

    /// What the C functions take: nothing when there are no columns.
    var areaIfAny: UnsafePointer<XSQLDA>? { count > 0 ? UnsafePointer(area) : nil }

    /// Lays out the buffer after describing. Every value gets its null indicator behind the values.
    func layOut() {
        var offsets: [Int] = []
        var size = 0
        for index in 0..<count {
            let type = columnType(index)
            offsets.append(size)
            size += (type.length + (type.code == SQL_VARYING ? 2 : 0) + 7) & ~7
        }
        let nulls = size
        size += max(1, count) * MemoryLayout<ISC_SHORT>.stride
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
        buffer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        self.buffer = buffer
        let indicators = (buffer + nulls).bindMemory(to: ISC_SHORT.self, capacity: max(1, count))
        slots = (0..<count).map { Slot(type: columnType($0), data: buffer + offsets[$0], null: indicators + $0) }
        for (index, slot) in slots.enumerated() {
            variables[index].sqldata = slot.data.assumingMemoryBound(to: ISC_SCHAR.self)
            variables[index].sqlind = slot.null
            variables[index].sqltype |= 1
        }
    }

    private func columnType(_ index: Int) -> ColumnType {
        let variable = variables[index]
        return ColumnType(
            code: Int32(variable.sqltype) & ~1, scale: Int(variable.sqlscale), subtype: Int(variable.sqlsubtype),
            length: Int(UInt16(bitPattern: variable.sqllen)))
    }

    /// Names and types for the rows.
    func makeColumns() -> FirebirdColumns {
        FirebirdColumns(names: (0..<count).map(name), types: slots.map(\.type))
    }

    private func name(_ index: Int) -> String {
        let length = Int(variables[index].aliasname_length)
        return withUnsafeBytes(of: variables[index].aliasname) { bytes in
            String(decoding: bytes.prefix(max(0, length)), as: UTF8.self)
        }
    }

    /// Marks all results as NULL, for a singleton execution that may write nothing.
    func clear() { for slot in slots { slot.null.pointee = -1 } }

    /// The current values as a row's bytes: ends first, then the values without any unused room.
    func packedRow() -> [UInt8] {
        var size = slots.count * 4
        for slot in slots where slot.null.pointee >= 0 { size += slot.usedBytes }
        return [UInt8](unsafeUninitializedCapacity: size) { target, written in
            guard let base = UnsafeMutableRawPointer(target.baseAddress) else { return }
            var end = 0
            for (index, slot) in slots.enumerated() {
                var mark: UInt32 = 0
                if slot.null.pointee < 0 {
                    mark = FirebirdRow.nullFlag
                } else {
                    let used = slot.usedBytes
                    (base + slots.count * 4 + end).copyMemory(from: slot.content, byteCount: used)
                    end += used
                }
                base.storeBytes(of: UInt32(end) | mark, toByteOffset: index * 4, as: UInt32.self)
            }
            written = size
        }
    }
}

extension Descriptor.Slot {
    /// Bytes of the present value.
    var usedBytes: Int { type.code == SQL_VARYING ? min(Int(data.load(as: UInt16.self)), type.length) : type.length }

    /// Where the value's bytes begin.
    var content: UnsafeMutableRawPointer { type.code == SQL_VARYING ? data + 2 : data }
}
