import Mail
import MessageLog
import Settings
import Sieve
import Testing

@testable import Filtering

/// What a recipient's scripts, one after another, make of a message.
@Suite struct SieveFateTests {
    private static func script(_ owner: SieveOwner, _ text: String) -> CompiledSieveScript {
        CompiledSieveScript(
            SieveScript(owner: owner, name: owner.level.rawValue, isActive: true, text: text, changedAt: UTCTime(milliseconds: 0)))
    }

    private static func fate(
        _ scripts: [(SieveOwner, String)], mayRedirect: Bool = true, hasLooped: Bool = false, score: Int? = nil
    ) throws -> SieveFate {
        let bytes = Array("Subject: Hello\r\nX-Old: 1\r\nFrom: a@example.net\r\n\r\nThe body\r\n".utf8)
        let structure = MessageReader().read(bytes)
        let judgement = score.map {
            MessageJudgement(verdict: .accept, isRecordedOnly: false, score: FilterScore(tenths: $0), findings: [])
        }
        let subject = SieveSubject(
            header: structure.header, structure: structure, sizeBytes: bytes.count, reversePath: .null, judgement: judgement,
            rejectScore: FilterScore(tenths: 120))
        return SieveRunner().run(
            scripts.map { script($0.0, $0.1) }, subject, for: try EmailAddress("you@example.com"), mayRedirect: { _ in mayRedirect },
            hasLooped: hasLooped, traces: true)
    }

    private let domain: SieveOwner
    private let user = SieveOwner.user("you@example.com")

    init() throws { domain = .domain(try DomainName("example.com")) }

    @Test func `a later script sees the header as the earlier one left it, and may take back what that one added`() throws {
        let fate = try Self.fate([
            (.cluster, #"require "editheader"; deleteheader "X-Old"; addheader "X-New" "2"; addheader :last "X-Gone" "3";"#),
            (domain, #"require "editheader"; if not exists "X-Old" { addheader "X-Seen" "${1}"; } deleteheader "X-Gone";"#),
            (user, #"require "fileinto"; if exists ["X-New", "X-Seen"] { fileinto "Found"; }"#),
        ])
        #expect(fate.edits.deleted == [1] && fate.edits.last.isEmpty)
        #expect(fate.edits.first.map(\.name) == [SieveRunner.folderField, "X-Seen", "X-New"])
        #expect(fate.way == .keep)
    }

    @Test func `a script that decides ends the row, and stop does not`() throws {
        let stopped = try Self.fate([(.cluster, "stop;"), (domain, "discard;"), (user, "keep;")])
        #expect(stopped.way == .gone && stopped.traces.count == 2)
        let kept = try Self.fate([(.cluster, #"require "fileinto"; fileinto "Quarantine/Administrators";"#), (user, "discard;")])
        #expect(kept.way == .quarantine(isForAdministrators: true))
        let own = try Self.fate([(user, #"require "fileinto"; fileinto "quarantine/administrators";"#)])
        #expect(own.way == .quarantine(isForAdministrators: false))
    }

    @Test func `what fails keeps the message, and the next script is run`() throws {
        let fate = try Self.fate([
            (.cluster, "fly;"), (domain, #"require "editheader"; discard; deleteheader "Received";"#), (user, "keep;"),
        ])
        #expect(fate.way == .keep && fate.reasons.map(\.isFault) == [true, true] && fate.traces.count == 3)
        #expect(fate.reasons[1].text.english.hasPrefix("Domain's script “domain”, line 1: kept"))
    }

    @Test(arguments: [(false, false), (true, true)])
    func `a redirection that may not be made loses nothing`(_ mayRedirect: Bool, _ hasLooped: Bool) throws {
        let fate = try Self.fate([(user, #"redirect "a@example.net";"#)], mayRedirect: mayRedirect, hasLooped: hasLooped)
        #expect(fate.way == .keep && fate.redirects.isEmpty && fate.reasons.count == 1)
    }

    @Test func `the score counts in parts of the one that refuses`() throws {
        let script =
            #"require ["spamtestplus", "relational", "comparator-i;ascii-numeric"]; if spamtest :percent :value "ge" :comparator "i;ascii-numeric" "50" { discard; }"#
        #expect(try Self.fate([(.cluster, script)], score: 60).way == .gone)
        #expect(try Self.fate([(.cluster, script)], score: 59).way == .keep)
        #expect(try Self.fate([(.cluster, script)]).way == .keep)
    }

    @Test func `changes are taken over, and those who have none any more go`() throws {
        let scripts = SieveScripts.empty.applying(
            SieveScriptChanges(
                revision: SettingsRevision(3),
                changed: [
                    SieveScript(owner: .cluster, name: "a", isActive: true, text: "keep;", changedAt: UTCTime(milliseconds: 0)),
                    SieveScript(owner: user, name: "b", isActive: true, text: "keep;", changedAt: UTCTime(milliseconds: 0)),
                    SieveScript(owner: domain, name: "c", isActive: false, text: "keep;", changedAt: UTCTime(milliseconds: 0)),
                ], present: [.cluster, user, domain]))
        let address = try EmailAddress("You@example.com")
        #expect(scripts.chain(for: address).map(\.script.name) == ["a", "b"])
        #expect(scripts.chain(for: address, withUsers: false).map(\.script.name) == ["a"])
        let later = scripts.applying(SieveScriptChanges(revision: SettingsRevision(4), changed: [], present: [user]))
        #expect(later.chain(for: address).map(\.script.name) == ["b"] && later.revision == SettingsRevision(4))
    }

    @Test(arguments: ["cluster", "example.com", "you@example.com"])
    func `an owner is named by one word`(_ key: String) { #expect(SieveOwner(key: key)?.key == key) }
}
