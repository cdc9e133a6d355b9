/// What a charset label of a mail means in practice, which is often not what the registry says.
///
/// Mail programs write `shift_jis` and mean Windows-31J, `gb2312` and mean GB18030, `iso-8859-1` and mean Windows-1252; reading them as
/// the writers meant them loses no characters, because each is a superset of the named one.
enum CharsetLabel: Hashable, Sendable {
    case ascii
    case utf8
    case windows1252
    case iso2022JP
    case eucJP
    case shiftJIS
    /// Any other set, by the name the C library knows.
    case named(String)
    /// No label, or one that says nothing (`unknown-8bit`, `x-unknown`, a name nobody knows).
    case unknown

    /// Longer labels are nonsense; keeps hostile ones out of the table and the cache.
    static let maximumLabelBytes = 40

    init(_ label: String?) {
        guard let label, label.utf8.count <= Self.maximumLabelBytes else {
            self = .unknown
            return
        }
        let key = Self.canonical(label)
        if let known = Self.table[key] {
            self = known
        } else if let name = Self.systematicName(key) {
            self = .named(name)
        } else {
            self = .unknown
        }
    }

    /// For messages and statistics.
    var name: String {
        switch self {
        case .ascii: "us-ascii"
        case .utf8: "utf-8"
        case .windows1252: "windows-1252"
        case .iso2022JP: "iso-2022-jp"
        case .eucJP: "euc-jp"
        case .shiftJIS: "shift_jis"
        case .named(let name): name.lowercased()
        case .unknown: "unknown"
        }
    }

    /// Whether the label speaks of Japanese: then wrong bytes are searched for another Japanese set first.
    var isJapanese: Bool {
        switch self {
        case .iso2022JP, .eucJP, .shiftJIS: true
        case .ascii, .utf8, .windows1252, .named, .unknown: false
        }
    }

    /// Lower case, underscores as hyphens, quotes and blanks away, an RFC 2231 language (`*ja`) away.
    private static func canonical(_ label: String) -> String {
        var result: [UInt8] = []
        for byte in label.utf8 {
            switch byte {
            case 0x2A: return String(decoding: result, as: UTF8.self)
            case 0x41...0x5A: result.append(byte + 0x20)
            case 0x5F: result.append(0x2D)
            case 0x22, 0x27, 0x20, 0x09: continue
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Families whose names differ only by a number: only these forms ever reach the C library.
    private static func systematicName(_ key: String) -> String? {
        for (prefixes, stem) in families {
            for prefix in prefixes where key.hasPrefix(prefix) {
                let number = key.dropFirst(prefix.count)
                guard let value = Int(number), (1...9999).contains(value), number.first != "+" else { continue }
                return stem + String(value)
            }
        }
        return nil
    }

    private static let families: [(prefixes: [String], stem: String)] = [
        (["windows-", "cp-", "cp", "x-cp", "win-", "x-windows-"], "CP"), (["iso-8859-", "iso8859-", "iso-8859", "iso8859"], "ISO-8859-"),
        (["ibm-", "ibm"], "IBM"),
    ]

    private static let table: [String: CharsetLabel] = {
        var table: [String: CharsetLabel] = [:]
        func add(_ label: CharsetLabel, _ names: String...) {
            for name in names { table[name] = label }
        }
        add(.utf8, "utf-8", "utf8", "unicode-1-1-utf-8", "cp65001", "x-utf-8", "utf-8-strict", "utf8mb4")
        add(.ascii, "us-ascii", "ascii", "ansi-x3.4-1968", "iso646-us", "646", "iso-ir-6", "us", "7bit")
        add(.windows1252, "windows-1252", "cp1252", "cp-1252", "iso-8859-1", "iso8859-1", "latin1", "latin-1", "l1", "x-ansi", "ansi")
        add(.windows1252, "cp819", "ibm819", "iso-8859-1-windows-3.1-latin-1", "iso-8859-8859-1", "iso88591", "8859-1")
        add(.iso2022JP, "iso-2022-jp", "csiso2022jp", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-jp-ms", "jis", "jis7")
        add(.iso2022JP, "cp50220", "cp50221", "cp50222", "iso-2022-jp-2004", "iso-2022jp", "x-iso-2022-jp", "jis8")
        add(
            .eucJP, "euc-jp", "eucjp", "x-euc-jp", "x-euc", "euc-jp-ms", "eucjp-ms", "eucjp-win", "cp51932", "ujis", "x-eucjp",
            "cseucpkdfmtjapanese")
        add(.shiftJIS, "shift-jis", "sjis", "x-sjis", "shiftjis", "windows-31j", "cp932", "ms932", "ms-kanji", "csshiftjis", "x-ms-cp932")
        add(.shiftJIS, "sjis-win", "mskanji", "windows-932", "cswindows31j", "shift-jisx0213", "x-shift-jis")
        add(
            .named("GB18030"), "gb2312", "gb18030", "gbk", "x-gbk", "cp936", "gb-2312", "gb-2312-80", "euc-cn", "x-euc-cn", "csgb2312",
            "ms936", "cn-gb")
        add(.named("GB18030"), "gb18030-2022", "gb", "chinese", "gb2312-80", "windows-936", "gb2312-charset")
        add(
            .named("CP949"), "ks-c-5601-1987", "ks-c-5601", "ksc5601", "ksc-5601", "euc-kr", "x-euc-kr", "uhc", "cp949", "ms949", "korean",
            "kr")
        add(.named("CP949"), "ks-c-5601-1989", "ks-x-1001", "cseuckr", "windows-949", "5601")
        add(
            .named("BIG5-HKSCS"), "big5", "big-5", "cp950", "x-x-big5", "cn-big5", "big5-hkscs", "csbig5", "ms950", "windows-950",
            "big5-eten")
        add(.named("ISO-2022-KR"), "iso-2022-kr", "csiso2022kr")
        add(.named("ISO-2022-CN-EXT"), "iso-2022-cn", "iso-2022-cn-ext")
        add(.named("KOI8-R"), "koi8-r", "koi8", "koi", "cskoi8r")
        add(.named("KOI8-U"), "koi8-u", "koi8-ru")
        add(.named("CP874"), "tis-620", "tis620", "iso-8859-11", "windows-874", "cp874")
        add(.named("CP1254"), "iso-8859-9", "latin5", "iso8859-9", "windows-1254")
        add(.named("CP1255"), "iso-8859-8-i", "iso-8859-8-e", "logical", "windows-1255")
        add(.named("CP1251"), "windows-1251", "cp1251", "win1251", "win-1251", "x-cp1251", "cyrillic")
        add(.named("UTF-16"), "utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2", "csunicode")
        add(.named("UTF-16LE"), "utf-16le", "utf16le", "unicodelittle", "ucs-2le")
        add(.named("UTF-16BE"), "utf-16be", "utf16be", "unicodebig", "ucs-2be")
        add(.named("UTF-32"), "utf-32", "utf32", "ucs-4", "iso-10646-ucs-4")
        add(.named("UTF-32LE"), "utf-32le", "utf32le", "ucs-4le")
        add(.named("UTF-32BE"), "utf-32be", "utf32be", "ucs-4be")
        add(.named("UTF-7"), "utf-7", "utf7", "unicode-1-1-utf-7", "csunicode11utf7", "x-unicode-2-0-utf-7")
        add(.named("MACINTOSH"), "macintosh", "mac", "x-mac-roman", "macroman", "csmacintosh")
        add(.named("MAC-CYRILLIC"), "x-mac-cyrillic", "maccyrillic")
        add(.named("VISCII"), "viscii")
        add(.named("TCVN"), "tcvn", "x-viet-tcvn5712")
        add(.named("ISO-8859-8"), "visual", "iso-8859-8")
        return table
    }()
}
