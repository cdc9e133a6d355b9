import FuzzTargets
import Testing

@testable import Mail

struct CharsetTests {
    private static let escape = "\u{1B}"

    private static func bytes(_ hex: String) -> [UInt8] {
        hex.split(separator: " ").flatMap { word in
            stride(from: 0, to: word.count, by: 2).compactMap { UInt8(word.dropFirst($0).prefix(2), radix: 16) }
        }
    }

    @Test(
        arguments: [
            // ISO-2022-JP: RFC 1468, JIS X 0201 kana (CP50221), NEC row 13, NEC-selected IBM row 89, JIS X 0212, 7-bit and 8-bit kana
            ("iso-2022-jp", "1B2442 467C 4B5C 1B2842 41", "日本A"),
            ("ISO-2022-JP", "1B2440 467C 1B284A 42", "日B"),
            ("iso-2022-jp", "1B2849 3136 1B2842", "ｱｶ"),
            ("iso-2022-jp", "1B2442 2D21 2D6A 1B2842", "①㈱"),
            ("iso-2022-jp", "1B2442 7921 1B2842", "纊"),
            ("cp50220", "1B242844 3021 1B2842", "丂"),
            ("iso-2022-jp", "0E 3136 0F 41", "ｱｶA"),
            ("iso-2022-jp", "B1 B6", "ｱｶ"),
            ("iso-2022-jp", "1B2442 467C 0A 41", "日\nA"),
            // Shift_JIS as Windows-31J
            ("shift_jis", "93FA 967B 8740 ED40 FBFC", "日本①纊髙"),
            ("x-sjis", "B1 B6", "ｱｶ"),
            ("Windows-31J", "8160", "～"),
            // EUC-JP with rows 13 and 89, kana, JIS X 0212
            ("euc-jp", "C6FC CBDC ADA1 F9A1 8EB1 8FB0A1", "日本①纊ｱ丂"),
            ("gb2312", "C4E3 BAC3 8130 8130", "你好\u{80}"),
            ("gbk", "C4E3", "你"),
            ("ks_c_5601-1987", "B0A1 8141", "가갂"),
            ("euc-kr", "B0A1", "가"),
            ("big5", "A7DA", "我"),
            ("koi8-r", "F0D2C9D7C5D4", "Привет"),
            ("windows-1251", "CFF0E8E2E5F2", "Привет"),
            ("iso-8859-1", "63 61 66 E9 93", "café“"),
            ("iso-8859-15", "A4", "€"),
            ("windows-1252", "80", "€"),
            ("utf-16le", "E565 2C67", "日本"),
            ("utf-16be", "65E5 672C", "日本"),
            ("utf-16", "FEFF 65E5", "日"),
            ("utf-16", "0041 3042", "Aあ"),
            ("utf-16", "4100 4230", "Aあ"),
            ("utf-8", "EFBBBF 41", "A"),
            ("us-ascii", "41", "A"),
            ("", "41", "A"),
        ])
    func `labels mean what mail programs mean by them`(label: String, hex: String, text: String) {
        let decoded = DecodedText(Self.bytes(hex)[...], charset: label)
        #expect(decoded.text == text)
        #expect(decoded.replacements == 0)
    }

    @Test func `UTF-7 is read`() {
        #expect(DecodedText(Array("Hi +ZeVnLIqe-!".utf8)[...], charset: "utf-7").text == "Hi 日本語!")
    }

    @Test(
        arguments: [
            ("us-ascii", "E697A5", "日", "utf-8"), (nil, "93FA 967B 8CEA", "日本語", "shift_jis"), (nil, "C6FC CBDC B8EC", "日本語", "euc-jp"),
            (nil, "A4B3 A4F3 A4CB A4C1", "こんにち", "euc-jp"), (nil, "82B1 82F1 82C9 82BF", "こんにち", "shift_jis"),
            ("us-ascii", "1B2442 467C 1B2842", "日", "iso-2022-jp"), ("iso-8859-1", "1B2442 467C 1B2842", "日", "iso-2022-jp"),
            ("iso-8859-1", "E697A5", "日", "utf-8"),
            ("iso-2022-jp", "E38182 E38184", "あい", "utf-8"), ("iso-2022-jp", "82A0 82A2 82A4", "あいう", "shift_jis"),
            ("shift_jis", "E38182 E38184 E38186", "あいう", "utf-8"), ("shift_jis", "1B2442 467C 1B2842", "日", "iso-2022-jp"),
            ("euc-jp", "82A0 82A2 82A4", "あいう", "shift_jis"), ("utf-8", "82A0 82A2 82A4", "あいう", "shift_jis"),
            ("x-unknown", "63 E9", "cé", "windows-1252"), ("unknown-8bit", "C6FC CBDC B8EC", "日本語", "euc-jp"),
        ] as [(String?, String, String, String)])
    func `wrong and missing labels are seen through`(label: String?, hex: String, text: String, charset: String) {
        let decoded = DecodedText(Self.bytes(hex)[...], charset: label)
        #expect(decoded.text == text)
        #expect(decoded.charset == charset)
    }

    @Test(arguments: [
        "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "gb18030", "big5", "euc-kr", "utf-16", "utf-7", "iso-2022-kr", "koi8-r", "nonsense",
        nil,
    ])
    func `malformed bytes become replacement characters, never an error, and output is bounded`(label: String?) {
        var generator = SeededGenerator(seed: 7)
        for length in [0, 1, 2, 3, 10, 100, 5000, 40_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let decoded = DecodedText(bytes[...], charset: label)
            #expect(decoded.text.utf8.count <= length * 6 + 16)
        }
    }

    @Test func `a damaged UTF-8 text stays UTF-8`() {
        let decoded = DecodedText((Array("日本語の長い文章です。".utf8) + [0xE3, 0x81])[...], charset: "utf-8")
        #expect(decoded.charset == "utf-8")
        #expect(decoded.replacements == 1)
        #expect(decoded.text.hasPrefix("日本語の長い文章です。"))
    }

    @Test func `converters are shared safely between tasks`() async {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (0..<50).allSatisfy { _ in DecodedText([0x93, 0xFA][...], charset: "shift_jis").text == "日" } }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: [
        "../../etc/passwd", "UTF-8//IGNORE", "cp99999999", "iso-8859-", String(repeating: "a", count: 10_000), "windows-+5", "cp0",
    ])
    func `a hostile label never reaches the C library`(label: String) {
        #expect(CharsetLabel(label) == .unknown)
    }
}
