import Filtering
import Foundation
import Mail
import Settings
import Testing

/// Attachments by what they are.
@Suite struct FileContentCheckTests {
    /// A zip of one stored entry, written by hand.
    static func zip(_ name: String, _ content: [UInt8], isEncrypted: Bool = false) -> [UInt8] {
        func number(_ value: Int, _ bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        let name = Array(name.utf8)
        let common =
            number(20, 2) + number(isEncrypted ? 0x801 : 0x800, 2) + number(0, 2) + number(0, 4) + number(checksum(content), 4)
            + number(content.count, 4) + number(content.count, 4) + number(name.count, 2) + number(0, 2)
        let local = [0x50, 0x4B, 3, 4] + common + name + content
        let central =
            [0x50, 0x4B, 1, 2] + number(20, 2) + common + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(0, 4) + name
        return local + central + [0x50, 0x4B, 5, 6] + number(0, 4) + number(1, 2) + number(1, 2) + number(central.count, 4)
            + number(local.count, 4) + number(0, 2)
    }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            value ^= UInt32(byte)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        }
        return Int(value ^ 0xFFFF_FFFF)
    }

    static let program: [UInt8] = [0x4D, 0x5A, 0x90, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 600)

    private func message(_ name: String, _ content: [UInt8], type: String = "application/octet-stream") -> String {
        "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
            + "Content-Type: \(type); name=\"\(name)\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + Data(content).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
            + "\r\n--b--\r\n"
    }

    private func find(_ content: String, _ change: (inout AttachmentSettings) -> Void = { _ in }) async throws -> [CheckResult] {
        var fixture = SubjectFixture()
        fixture.content = content
        change(&fixture.settings.attachments)
        return try await fixture.find(FileContentCheck.self, at: .message)
    }

    @Test func `a program is one whatever it is called`() async throws {
        let results = try await find(message("photo.jpg", Self.program, type: "image/jpeg"))
        #expect(results.map(\.weight) == [.quarantine] && results.map(\.isExcusable) == [false])
        #expect(results[0].text.english.contains("photo.jpg"))
    }

    @Test func `a program in an archive is named with its way`() async throws {
        let results = try await find(message("inner.zip", Self.zip("請求書.pdf", Self.program)))
        #expect(results.map(\.text.english) == ["Program: inner.zip → 請求書.pdf."])
    }

    @Test func `blocked endings hold in archives within archives`() async throws {
        let content = message("a.zip", Self.zip("b.zip", Self.zip("run.js", Array("x".utf8))))
        let results = try await find(content) { $0.action = .reject }
        #expect(results.map(\.weight) == [.reject] && results[0].text.english.contains("run.js"))
    }

    @Test(arguments: [(AttachmentSettings.KindAction.pass, [CheckResult.Outcome.notFound]), (.reject, [.found])])
    func `what is said of encrypted files follows the setting`(action: AttachmentSettings.KindAction, outcomes: [CheckResult.Outcome])
        async throws
    {
        let content = message("a.zip", Self.zip("a.txt", Array("hello, hello, hello".utf8), isEncrypted: true))
        let results = try await find(content) { $0.encrypted = action }
        #expect(results.map(\.outcome) == outcomes)
    }

    @Test func `a file that is to be taken out is one by what it is or what lies in it, and the message goes on`() async throws {
        for content in [message("photo.jpg", Self.program), message("a.zip", Self.zip("b.zip", Self.zip("c.zip", Self.program)))] {
            let results = try await find(content) { $0.executables = .strip }
            #expect(results.map(\.weight) == [.score(.zero)] && results.map(\.marks) == [[.strip(parts: [2])]])
            #expect(results[0].detail.english.hasPrefix(" Taken out of the message: "))
        }
    }

    @Test func `what is to be taken out of a signed message and cannot be is kept back`() async throws {
        let content = message("a.jpg", Self.program).replacing("multipart/mixed", with: "multipart/signed")
        let results = try await find(content) { $0.executables = .strip }
        #expect(results.map(\.weight) == [.quarantine] && results.map(\.marks) == [[]])
    }

    /// `x` in gzip.
    private static let gzip: [UInt8] = [
        0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0xAB, 0, 0, 0x83, 0x16, 0xDC, 0x8C, 0x01, 0, 0, 0,
    ]

    @Test func `what a compressed file holds has its name without the last ending`() async throws {
        for content in [message("invoice.js.gz", Self.gzip), message("a.zip", Self.zip("invoice.js.gz", Self.gzip))] {
            #expect(try await find(content) { $0.action = .reject }.map(\.weight) == [.reject])
        }
        #expect(try await find(message("invoice.gz", Self.gzip)).map(\.outcome) == [.notFound])
    }

    @Test func `a text that is named as a file is one`() async throws {
        let content =
            "Subject: x\r\nContent-Type: text/plain; filename=x.bat\r\n\r\n@echo off\r\ncalc\r\n"
        #expect(try await find(content) { $0.scripts = .reject }.map(\.weight) == [.reject])
    }

    @Test func `a message that was not read is undecided, and what takes too long is treated as the settings say`() async throws {
        var fixture = SubjectFixture()
        var subject = try fixture.subject()
        subject.message = FilteredMessage(sizeBytes: 1, structure: nil)
        let check = FileContentCheck(try fixture.environment())
        #expect(check.isWanted(subject, at: .message))
        #expect(await check.find(subject, at: .message).map(\.outcome) == [.undecided])
        #expect(check.overrun(subject).weight == .quarantine && check.overrun(subject).outcome == .found)
        fixture.settings.attachments.unreadable = .pass
        #expect(check.overrun(try fixture.subject()).outcome == .undecided)
    }

    @Test func `macros are found when they are asked about`() async throws {
        let content = message("a.docx", Self.zip("word/vbaProject.bin", [1, 2, 3]))
        #expect(try await find(content).map(\.outcome) == [.notFound])
        #expect(try await find(content) { $0.macros = .score }.map(\.weight) == [.score(FilterScore(tenths: 50))])
    }

    @Test func `an archive that is nested deeper than is looked is not let pass`() async throws {
        var file = Self.program
        for _ in 0..<6 { file = Self.zip("a", file) }
        let results = try await find(message("a.zip", file))
        #expect(results.map(\.weight) == [.quarantine] && results[0].text.english.contains("Cannot be looked into"))
    }

    @Test func `a message of texts alone asks for nothing`() throws {
        var fixture = SubjectFixture()
        fixture.content =
            "Subject: x\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n"
        let check = FileContentCheck(try fixture.environment())
        #expect(check.isWanted(try fixture.subject(), at: .message) == false)
        fixture.content = message("a.pdf", Array("%PDF-1.7".utf8))
        #expect(check.isWanted(try fixture.subject(), at: .message))
        fixture.settings.attachments.examinesContents = false
        #expect(check.isWanted(try fixture.subject(), at: .message) == false)
    }

    @Test func `a file in uuencode amid a text is looked at`() async throws {
        // The first bytes of a program: 4D 5A 90 00 03 00 00 00 04.
        let text = "Subject: x\r\n\r\nsee\r\nbegin 644 a.txt\r\n)35J0``,````$\r\n`\r\nend\r\n"
        #expect(try await find(text).map(\.weight) == [.quarantine])
    }
}
