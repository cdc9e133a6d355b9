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

    @Test(arguments: [("application/x-msdownload", true), ("application/*", true), ("image/*", false)])
    func `types are blocked by name or as a family`(type: String, isFound: Bool) async throws {
        let results = try await find(message("Content-Type: application/x-msdownload")) { $0.blockedTypes = [type] }
        #expect(results.map(\.outcome) == [isFound ? .found : .notFound])
    }

    @Test func `a file in uuencode amid a text is found`() async throws {
        let text = "Subject: x\r\n\r\nsee\r\nbegin 644 run.bat\r\n#0V%T\r\n`\r\nend\r\n"
        #expect(try await find(text).map(\.outcome) == [.found])
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
