import Filtering
import Foundation
import Settings
import Testing

/// Files by the names under which they might be saved.
@Suite struct AttachmentCheckTests {
    private func message(_ fields: String, body: String = "AAAA") -> String {
        """
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary=b\r
        \r
        --b\r
        Content-Type: text/plain\r
        \r
        hello\r
        --b\r
        \(fields)\r
        \r
        \(body)\r
        --b--\r\n
        """
    }

    private func find(_ content: String?, _ change: (inout AttachmentSettings) -> Void = { _ in }) async throws -> [CheckResult] {
        var fixture = SubjectFixture()
        fixture.content = content
        change(&fixture.settings.attachments)
        return try await fixture.find(AttachmentCheck.self, at: .message)
    }

    @Test(arguments: [
        ("Content-Disposition: attachment; filename=a.exe", true), ("Content-Disposition: attachment; filename=\"Invoice.PDF.Exe\"", true),
        ("Content-Disposition: attachment; filename=\"a.exe. \"", true),
        ("Content-Disposition: attachment; filename=\"a.exe::$DATA\"", true),
        ("Content-Disposition: attachment; filename=\"RE: invoice.exe\"", true),
        ("Content-Disposition: attachment; filename=\"RE: invoice.pdf\"", false),
        ("Content-Disposition: attachment; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.exe", true),
        ("Content-Disposition: attachment; filename*0=a.e; filename*1=xe", true),
        ("Content-Disposition: attachment; filename=\"=?UTF-8?B?6KuL5rGC5pu4LnZicw==?=\"", true),
        ("Content-Type: application/pdf; name=a.scr\r\nContent-Disposition: attachment; filename=a.pdf", true),
        ("Content-Disposition: attachment; filename=a.pdf", false), ("Content-Disposition: attachment; filename=exe", false),
        ("Content-Disposition: attachment; filename=a.exe.txt", false), ("Content-Type: application/octet-stream", false),
    ])
    func `blocked endings are found under every name`(fields: String, isFound: Bool) async throws {
        #expect(try await find(message(fields)).map(\.outcome) == [isFound ? .found : .notFound])
    }

    @Test(arguments: [
        (AttachmentSettings.Action.score, CheckResult.Weight.score(FilterScore(tenths: 50))), (.quarantine, .quarantine),
        (.reject, .reject),
    ])
    func `the setting says what follows, and no allow list excuses it`(action: AttachmentSettings.Action, weight: CheckResult.Weight)
        async throws
    {
        let results = try await find(message("Content-Disposition: attachment; filename=a.exe")) { $0.action = action }
        #expect(results.map(\.weight) == [weight])
        #expect(results.map(\.isExcusable) == [false])
        #expect(results[0].text.english.contains("a.exe"))
    }

    @Test func `a blocked attachment is taken out, and one that is no part of its own is kept back`() async throws {
        let attached = try await find(message("Content-Disposition: attachment; filename=a.exe")) { $0.action = .strip }
        #expect(attached.map(\.weight) == [.score(.zero)] && attached.map(\.marks.count) == [1])
        let amid = try await find("Subject: x\r\n\r\nsee\r\nbegin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n") { $0.action = .strip }
        #expect(amid.map(\.weight) == [.quarantine] && amid.map(\.marks) == [[]])
    }

    @Test(arguments: [("application/x-msdownload", true), ("application/*", true), ("image/*", false)])
    func `types are blocked by name or as a family`(type: String, isFound: Bool) async throws {
        let results = try await find(message("Content-Type: application/x-msdownload")) { $0.blockedTypes = [type] }
        #expect(results.map(\.outcome) == [isFound ? .found : .notFound])
    }

    @Test func `a file in uuencode amid a text is found`() async throws {
        let text = "Subject: x\r\n\r\nsee\r\nbegin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n"
        #expect(try await find(text).map(\.outcome) == [.found])
    }

    @Test(arguments: [
        ("base64", Data("see\r\nbegin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n".utf8).base64EncodedString()),
        ("quoted-printable", "=62egin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n"),
        ("x-uuencode", "begin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n"),
    ])
    func `a file in uuencode within an encoded text is found`(encoding: String, text: String) async throws {
        let content = "Subject: x\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n\(text)\r\n"
        #expect(try await find(content).map(\.outcome) == [.found])
    }

    @Test func `the name of a part that holds others is looked at`() async throws {
        let inner = Data("Subject: inner\r\n\r\nMZ\r\n".utf8).base64EncodedString()
        let fields = "Content-Type: message/rfc822; name=a.exe\r\nContent-Transfer-Encoding: base64"
        #expect(try await find(message(fields, body: inner)).map(\.outcome) == [.found])
    }

    /// What a sender puts before a file so that it is not reached.
    private static let floods: [(what: String, fields: String, body: String)] = [
        ("parts", "Content-Type: text/plain", String(repeating: "x\r\n--b\r\n\r\n", count: 2_001)),
        ("fields", String(repeating: "X: y\r\n", count: 5_001) + "Content-Type: text/plain", "x"),
        ("bytes of a header", "X: " + String(repeating: "y", count: 512 << 10) + "\r\nContent-Type: text/plain", "x"),
        ("messages within messages", String(repeating: "Content-Type: message/rfc822\r\n\r\n", count: 60), "x"),
        ("names", "Content-Disposition: attachment" + (0..<60).map { "; filename=\($0).pdf" }.joined(), "x"),
        ("fields for names", String(repeating: "Content-Disposition: inline\r\n", count: 10) + "Content-Disposition: attachment", "x"),
        ("parameters", "Content-Disposition: attachment" + (0..<1_001).map { "; x\($0)=y" }.joined(), "x"),
        ("files in a text", "Content-Type: text/plain", (0..<101).map { "begin 644 \($0).txt\r\nend\r\n" }.joined()),
    ]

    @Test(arguments: floods.map(\.what))
    func `a message that cannot be looked into whole gets what a blocked file gets`(what: String) async throws {
        let flood = try #require(Self.floods.first { $0.what == what })
        let results = try await find(message(flood.fields, body: flood.body)) { $0.action = .reject }
        #expect(results.map(\.outcome) == [.found] && results.map(\.weight) == [.reject])
        #expect(results.first?.text.english == "The message is built so that it cannot be looked into whole.")
    }

    @Test func `other parameters do not take the room of the name`() async throws {
        let others = (0..<60).map { "; name=\($0).pdf" }.joined()
        let results = try await find(message("Content-Disposition: attachment\(others); filename=a.exe"))
        #expect(results.first?.text.english.contains("a.exe") == true)
    }

    @Test func `a file within an attached message is found`() async throws {
        let inner = message("Content-Disposition: attachment; filename=a.js").replacing("boundary=b", with: "boundary=c").replacing(
            "--b", with: "--c")
        #expect(try await find(message("Content-Type: message/rfc822", body: inner)).map(\.outcome) == [.found])
    }

    @Test func `a message that could not be read is undecided`() async throws {
        #expect(try await find(nil).map(\.outcome) == [.undecided])
    }
}
