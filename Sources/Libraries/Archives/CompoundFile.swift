/// What the directory of a compound file ([MS-CFB]) tells: macros, and whether the document is encrypted. Its entries have 128 bytes and
/// stand at multiples of that, so all are found in one walk without following its chains, which an attacker may have tied into knots.
struct CompoundFile {
    private(set) var hasMacros = false
    private(set) var isEncrypted = false

    private static let entryBytes = 128
    private static let macroNames: Set<String> = ["_VBA_PROJECT", "VBA", "_VBA_PROJECT_CUR", "PROJECTwm", "Macros"]
    /// [MS-OFFCRYPTO]: an Office Open XML file in an encrypted package.
    private static let encryptedNames: Set<String> = ["EncryptedPackage", "EncryptionInfo"]

    init(_ bytes: [UInt8]) {
        let sector = bytes.count > 32 && (9...12).contains(bytes[30]) ? 1 << Int(bytes[30]) : 512
        var start = 512
        while start + Self.entryBytes <= bytes.count {
            if let name = Self.name(bytes, start) { take(name, bytes, start, sector) }
            start += Self.entryBytes
        }
    }

    private mutating func take(_ name: String, _ bytes: [UInt8], _ start: Int, _ sector: Int) {
        if Self.macroNames.contains(name) { hasMacros = true }
        if Self.encryptedNames.contains(name) { isEncrypted = true }
        let stream =
            (Int(bytes[start + 116]) | Int(bytes[start + 117]) << 8 | Int(bytes[start + 118]) << 16 | Int(bytes[start + 119]) << 24)
        let offset = (stream + 1) * sector
        guard offset + 12 <= bytes.count else { return }
        // [MS-DOC] section 2.5.2, the bit fEncrypted of FibBase; [MS-XLS] section 2.4.117, FilePass behind the first record.
        if name == "WordDocument", bytes[offset] == 0xEC, bytes[offset + 1] == 0xA5, bytes[offset + 11] & 1 == 1 { isEncrypted = true }
        if name == "Workbook" || name == "Book", bytes[offset] == 0x09 {
            let next = offset + 4 + Int(bytes[offset + 2]) + Int(bytes[offset + 3]) << 8
            if next + 1 < bytes.count, bytes[next] == 0x2F, bytes[next + 1] == 0 { isEncrypted = true }
        }
    }

    /// The name of a storage or stream; `nil` for what is no directory entry. UTF-16 with its length, its end included, at 64.
    private static func name(_ bytes: [UInt8], _ start: Int) -> String? {
        let length = Int(bytes[start + 64]) | Int(bytes[start + 65]) << 8
        guard length >= 4, length <= 64, length % 2 == 0, bytes[start + 66] == 1 || bytes[start + 66] == 2 else { return nil }
        var name = ""
        for index in stride(from: start, to: start + length - 2, by: 2) {
            guard bytes[index + 1] == 0, bytes[index] >= 0x20, bytes[index] < 0x7F else { return nil }
            name.unicodeScalars.append(Unicode.Scalar(bytes[index]))
        }
        return name
    }
}
