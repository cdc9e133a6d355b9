import Quarantine
import Testing

/// What is shown of a dangerous message.
@Suite struct SafeMessageViewTests {
    private func view(_ text: String, isCut: Bool = false) -> SafeMessageView { SafeMessageView(Array(text.utf8), isCut: isCut) }

    @Test func `header, texts and attachments are told apart, names decoded`() {
        let view = view(
            """
            Subject: =?UTF-8?B?44GT44KT44Gr44Gh44Gv?=\r
            MIME-Version: 1.0\r
            Content-Type: multipart/mixed; boundary=b\r
            \r
            --b\r
            Content-Type: text/plain; charset=utf-8\r
            \r
            hello\r
            --b\r
            Content-Type: application/octet-stream\r
            Content-Disposition: attachment; filename*=UTF-8''%E8%AB%8B.exe\r
            \r
            AAAA\r
            --b--\r\n
            """)
        #expect(view.headerFields.first?.text == "こんにちは")
        #expect(view.texts.map(\.text) == ["hello"])
        #expect(view.attachments.map(\.name) == ["請.exe"])
        #expect(view.attachments.map(\.mediaType) == ["application/octet-stream"])
        #expect(!view.isCut)
    }

    @Test(arguments: [
        ("<p>Hello <b>you</b></p>", "Hello you"), ("a<br>b", "a\nb"), ("<script>alert(1)</script>x", "x"),
        ("<SCRIPT>if (a<b) c()</SCRIPT >x", "x"), ("<style>p{}</style><head><title>t</title></head>y", "y"),
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<img src=https://tracker.example/x>z", "z"), ("unfinished <b", "unfinished"), ("<script>never closed", ""), ("1 < 2", "1"),
    ])
    func `HTML is shown as its words`(html: String, text: String) {
        let view = view("Content-Type: text/html\r\n\r\n\(html)")
        #expect(view.texts.map(\.text).joined() == text)
    }

    @Test func `control characters do not get through`() {
        let view = view("Subject: a\u{1B}[2Jb\r\n\r\nc\u{1B}[31md\u{7}\r\n")
        #expect(view.headerFields.first?.text.contains("\u{1B}") == false)
        #expect(view.texts.first?.text.unicodeScalars.contains("\u{1B}") == false)
    }

    @Test func `a message of any shape has a view`() {
        for text in [
            "", "\r\n", ":", String(repeating: "<", count: 5000),
            "Content-Type: text/html\r\n\r\n" + String(repeating: "<script", count: 2000),
        ] {
            _ = view(text)
        }
        #expect(view("", isCut: true).isCut)
    }

    private static let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="

    private func viewOfPart(_ type: String, _ base64: String, disposition: String = "inline; filename=logo.png") -> SafeMessageView {
        view("Content-Type: \(type)\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: \(disposition)\r\n\r\n\(base64)\r\n")
    }

    @Test func `a picture within the message can be shown, as what it is`() {
        let images = viewOfPart("image/jpeg", Self.png).images
        #expect(images.map(\.mediaType) == ["image/png"])
        #expect(images.first?.bytes.count == 70)
    }

    @Test(arguments: [
        ("image/svg+xml", "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD48L3N2Zz4=", "inline"),
        ("image/png", "PGh0bWw+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjwvaHRtbD4=", "inline"), ("text/html", png, "inline"),
        ("image/png", png, "attachment; filename=a.png"),
    ])
    func `what is no picture, or is attached, is not shown`(type: String, base64: String, disposition: String) {
        #expect(viewOfPart(type, base64, disposition: disposition).images.isEmpty)
    }

    @Test func `a picture beyond the limit is not shown in part`() {
        let large = Self.png.dropLast(2) + String(repeating: "AAAA", count: 400_000)
        #expect(viewOfPart("image/png", String(large)).images.isEmpty)
    }
}
