import Settings
import Testing

@testable import SecurityGateway

struct OutputTests {
    @Test func `wide characters take two columns`() {
        var table = TextTable("A", "B", "C")
        table.add("日本", "x", "1")
        table.add("abc", "ｗide", "2")
        #expect(table.text == "A     B      C\n日本  x      1\nabc   ｗide  2\n")
        #expect(PlainText.width(of: "e\u{301}ｱ한😀⚠\u{FE0F}") == 1 + 1 + 2 + 2 + 2)
    }

    @Test func `long cells are cut, the last column is not`() {
        var table = TextTable("A", "B")
        table.add(String(repeating: "あ", count: 40), String(repeating: "b", count: 100))
        let line = table.text.split(separator: "\n")[1]
        #expect(line == String(repeating: "あ", count: 29) + "…   " + String(repeating: "b", count: 100))
        #expect(PlainText.cut("abcdef", to: 4) == "abc…")
    }

    @Test(arguments: [
        ("\u{1B}[2Jgone", "·[2Jgone"), ("a\r\nb\tc", "a··b·c"), ("\u{202E}cod.exe", "·cod.exe"), ("\u{9B}31m", "·31m"),
        ("日本\u{2028}語", "日本·語"),
        ("plain 件名 é", "plain 件名 é"),
    ])
    func `text of others cannot command the terminal`(text: String, expected: String) {
        #expect(PlainText.line(text) == expected)
    }

    @Test(arguments: [
        (["LANG": "ja_JP.UTF-8"], Language.japanese), (["LC_ALL": "C", "LANG": "ja_JP.UTF-8"], .english),
        (["LC_ALL": "", "LANG": "ja"], .japanese),
        ([:], .english), (["LC_MESSAGES": "ja_JP", "LANG": "en_US"], .japanese),
    ])
    func `the language is the locale's`(environment: [String: String], language: Language) {
        #expect(Language(environment: environment) == language)
    }

    @Test func `the home comes from the environment, else from the system's place`() {
        #expect(HomeOptions.defaultHome(["SECURITYGATEWAY_HOME": "/srv/gateway"]) == "/srv/gateway")
        #expect(HomeOptions.defaultHome(["SECURITYGATEWAY_HOME": ""]) == HomeOptions.systemHome)
        #expect(HomeOptions.defaultHome([:]) == HomeOptions.systemHome)
    }

    @Test func `paths are percent-encoded`() {
        let path = APIPath("domains", "a/b ?").with("text", "件&x=+").with("none", nil).with("limit", "5")
        #expect(path.text == "/domains/a%2Fb%20%3F?text=%E4%BB%B6%26x%3D%2B&limit=5")
    }

    @Test(arguments: [
        ("90s", "1699999910000"), ("30m", "1699998200000"), ("2h", "1699992800000"), ("7d", "1699395200000"),
        ("2026-11-23", "2026-11-23T00:00:00Z"),
        ("2026-11-23T10:15:00Z", "2026-11-23T10:15:00Z"), ("1700000000000", "1700000000000"),
    ])
    func `times are taken as people write them`(argument: String, text: String) throws {
        let time = try #require(TimeArgument(argument: argument))
        #expect(time.text(UTCTime(milliseconds: 1_700_000_000_000)) == text)
    }
}
