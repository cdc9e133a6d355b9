import Testing

@testable import MessageLog

/// Texts that become part of one line of the log.
@Suite struct LineTextTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("two\r\nlines", "two  lines"), ("tab\tdelete\u{7F}", "tab delete "),
            ("next\u{85}line\u{9F}", "next line "),
            ("no-break\u{A0}space", "no-break\u{A0}space"), ("請求書\u{0}のご確認", "請求書 のご確認"), ("", ""),
        ])
    func `control characters become spaces, and nothing else does`(_ text: String, _ expected: String) { #expect(text.cut() == expected) }

    @Test func `every scalar that Unicode calls a control character is one here, and no other`() {
        for value in UInt32(0)...0x2FFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isControl = scalar.properties.generalCategory == .control
            #expect(String(scalar).cut() == (isControl ? " " : String(scalar)), "U+\(String(value, radix: 16))")
        }
    }

    @Test(arguments: [(4, "あ"), (6, "ああ"), (2, "")]) func `a text is cut between characters`(_ bytes: Int, _ expected: String) {
        #expect("ああ".cut(to: bytes) == expected)
    }
}
