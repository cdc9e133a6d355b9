import DomainsAndUsers
import Mail
import Quarantine
import Settings
import Testing

@Suite("Digests")
struct DigestMailTests {
    private let now = UTCTime(milliseconds: 1_790_000_000_000)

    private func entry(_ subject: String, from sender: String = "someone@example.net") -> DigestContent.Entry {
        DigestContent.Entry(
            message: RecordIdentifier(milliseconds: now.milliseconds), quarantinedAt: now, sender: sender, subject: subject,
            reason: LocalizedText("It looks like spam.", ja: "スパムの疑いがあります。"))
    }

    private func mail(
        _ entries: [DigestContent.Entry], count: Int? = nil, language: Language = .japanese, mayRelease: Bool = true
    ) throws -> DigestMail {
        let links = DigestLinks(
            base: "https://gateway.example.com", key: .fresh(at: now), owner: "taro@example.com", mayRelease: mayRelease, maySignIn: true,
            language: language, expiresAt: now.advanced(by: .seconds(86_400)))
        return DigestMail(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), recipient: try EmailAddress("taro@example.com"),
            sender: try EmailAddress("postmaster@example.com"), language: language,
            content: DigestContent(entries: entries, count: count ?? entries.count), links: links, at: now)
    }

    private func bodies(_ mail: DigestMail) -> [String] {
        let structure = MessageReader().read(mail.message())
        #expect(structure.anomalies.isEmpty)
        return structure.leaves.map { $0.decodedText(limit: 1 << 20).text }
    }

    @Test("A digest is well-formed MIME in the user's language, as text and as HTML")
    func isWellFormed() throws {
        let mail = try mail([entry("見積書 <b>&amp;")])
        let bytes = mail.message()
        #expect(bytes.allSatisfy { $0 < 0x80 }, "every mail server takes it")
        let bodies = bodies(mail)
        #expect(bodies.count == 2)
        #expect(bodies[0].contains("見積書 <b>&amp;") && bodies[1].contains("見積書 &lt;b&gt;&amp;amp;"))
        #expect(!bodies[1].contains("<b>&amp;"), "nothing of a subject is markup")
    }

    @Test("Control characters and marks of direction of a subject do not reach the digest")
    func cleansTexts() throws {
        let text = bodies(try mail([entry("one\r\nBcc: x\u{202E}gpj.exe\u{0}")]))[0]
        #expect(text.contains("one  Bcc: xgpj.exe") && !text.contains("\u{202E}"))
    }

    @Test("What is not listed is counted, and a report can be released but its sender neither allowed nor blocked")
    func countsTheRest() throws {
        let text = bodies(try mail([entry("report", from: "")], count: 151, language: .english))[0]
        #expect(text.contains("150 more messages are not listed here."))
        #expect(text.contains("Release: https://gateway.example.com/link/") && !text.contains("Block sender"))
    }

    @Test("Without the right to release a digest has no link that acts on mail")
    func mayNotRelease() throws {
        let text = bodies(try mail([entry("kept")], language: .english, mayRelease: false))[0]
        #expect(!text.contains("Release: ") && !text.contains("Block sender") && text.contains("No more of these mails: "))
    }

    @Test("A day's digests are due from the set time on, once, and what another primary left is due at once")
    func agenda() {
        var agenda = DigestAgenda()
        let begin = TimeOfDay(minutes: 420)
        func due(_ unfinished: [String] = [], at minutes: Int, isWanted: Bool = true) -> [String] {
            agenda.due(
                unfinished, today: "2026-11-28", time: TimeOfDay(minutes: minutes), from: begin, isWanted: isWanted, now: .now)
        }
        #expect(due(at: 419) == [])
        #expect(due(at: 420) == ["2026-11-28"] && due(at: 420, isWanted: false) == [])
        #expect(due(["2026-11-27", "manual-1"], at: 10) == ["2026-11-27", "manual-1"])
        agenda.finish("2026-11-28", today: "2026-11-28")
        #expect(due(at: 1_000) == [])
        agenda.fail(now: .now)
        #expect(due(["manual-1"], at: 1_000) == [])
    }
}
