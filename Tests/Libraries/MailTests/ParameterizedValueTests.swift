import Testing

@testable import Mail

struct ParameterizedValueTests {
    // RFC 2231 §3, §4, §4.1 and common faults.
    @Test(
        arguments: [
            (
                "message/external-body; access-type=URL; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub/bulk.tar\"", "url",
                "ftp://cs.utk.edu/pub/bulk.tar"
            ),
            ("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title", "This is ***fun***"),
            (
                "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
                "title", "This is even more ***fun*** isn't it!"
            ),
            ("text/plain; charset=\"us-ascii\"", "charset", "us-ascii"),
            ("text/plain; charset=us-ascii (Plain text)", "charset", "us-ascii"),
            ("TEXT/Plain;CHARSET=UTF-8", "charset", "UTF-8"),
            ("text/plain ; charset = utf-8 ;", "charset", "utf-8"),
            ("text/plain charset=utf-8", "charset", "utf-8"),
            ("attachment; filename=a file (1).pdf", "filename", "a file (1).pdf"),
            ("attachment; filename*=utf-8''%E6%97%A5%E6%9C%AC.pdf; filename=x.txt", "filename", "日本.pdf"),
            ("attachment; filename*1=b; filename*0=a", "filename", "ab"),
            ("attachment; filename=\"a\\\"b;c\"", "filename", "a\"b;c"),
            ("attachment; filename=\"open", "filename", "open"),
            ("attachment; filename*=shift_jis'ja'%93%FA%96%7B.txt", "filename", "日本.txt"),
            ("attachment; filename=\"x.txt\" size=5", "size", "5"),
            ("attachment; filename=;x=y", "x", "y"),
        ])
    func `parameters are read`(body: String, name: String, value: String) {
        #expect(ParameterizedValue(parsing: Array(body.utf8)).first(name) == value)
    }

    @Test(
        arguments: [
            ("a/b; x=1; x=2", MessageAnomaly.Kind.duplicatedParameter), ("a/b; x=\"open", .malformedParameters),
            ("a/b; x=1 2", .malformedParameters),
            ("a/b; x*0=1; x*2=2", .malformedParameters), ("a/b; x*=nocharset", .malformedParameters),
            ("a/b; \"x\"=1", .malformedParameters),
            ("a/b; boundary=1; boundary*=utf-8''2", .duplicatedParameter), ("a/b; =1", .malformedParameters),
        ])
    func `faults are named`(body: String, fault: MessageAnomaly.Kind) {
        #expect(ParameterizedValue(parsing: Array(body.utf8)).faults.contains(fault))
    }

    @Test(arguments: [
        "text/plain", "text/plain; charset=utf-8; format=flowed", "attachment; filename=\"a.pdf\"", "a/b; x*0*=utf-8''a; x*1=b",
    ])
    func `what is correct has no fault`(body: String) {
        #expect(ParameterizedValue(parsing: Array(body.utf8)).faults.isEmpty)
    }

    @Test(
        arguments: [
            ("text/plain", "text/plain"), ("Image / JPEG (x)", "image/jpeg"), ("text", nil), ("/", nil), ("text/", nil), ("a b/c", nil),
            ("", nil),
        ]
            as [(String, String?)])
    func `media types are read`(body: String, mediaType: String?) {
        #expect(ContentType(ParameterizedValue(parsing: Array(body.utf8)))?.mediaType == mediaType)
    }
}
