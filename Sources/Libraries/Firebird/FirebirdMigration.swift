/// One named step of a schema's history. Once released it is never changed and never removed; the next step is
/// appended.
///
/// A migration is one transaction. Firebird lets new tables and columns be used only after the commit that made
/// them, so a step either changes the schema or changes data; where both are needed they are two steps, each
/// recorded by itself, and a crash between them continues with the second.
package struct FirebirdMigration: Sendable {
    /// What a step does.
    package enum Work: Sendable {
        /// Statements that change the schema (DDL), in order; all of them or none.
        case schema([String])
        /// Statements on data. `revision` takes part in the checksum: raise it when the closure is changed before
        /// its release.
        case data(revision: Int, @Sendable (FirebirdTransaction) throws -> Void)
    }

    /// Its name, unique and at most 100 characters, such as `0003 message log`.
    package let name: String
    /// What it does.
    package let work: Work

    /// A step that changes the schema. The statements are text of the program, without parameters.
    package init(_ name: String, schema statements: [String]) {
        self.name = name
        work = .schema(statements)
    }

    /// A step that changes data.
    package init(_ name: String, revision: Int = 1, data body: @escaping @Sendable (FirebirdTransaction) throws -> Void) {
        self.name = name
        work = .data(revision: revision, body)
    }

    /// FNV-1a over name and content, 16 hexadecimal digits: finds a change by mistake, not by malice.
    var checksum: String {
        var content = [name]
        switch work {
        case .schema(let statements): content += statements
        case .data(let revision, _): content.append("data \(revision)")
        }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in content {
            for byte in Array(text.utf8) + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
