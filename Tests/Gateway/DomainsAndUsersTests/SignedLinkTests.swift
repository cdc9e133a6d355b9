import DomainsAndUsers
import Settings
import Testing

@Suite("Signed links in mail")
struct SignedLinkTests {
    private let now = UTCTime(milliseconds: 1_790_000_000_123)
    private let key = LinkKey.fresh(at: UTCTime(milliseconds: 1_790_000_000_000))

    private func link(_ purpose: SignedLink.Purpose = .release, days: Int = 14) -> SignedLink {
        SignedLink(
            purpose: purpose, subject: RecordIdentifier(milliseconds: now.milliseconds), owner: "taro@example.com",
            expiresAt: now.advanced(by: .seconds(days * 86_400)))
    }

    @Test("A link says the same when it is read, with any key that is kept", arguments: SignedLink.Purpose.allCases)
    func readsBack(_ purpose: SignedLink.Purpose) {
        let link = link(purpose)
        let token = link.token(key)
        #expect(token.utf8.count <= SignedLink.maximumTokenBytes)
        #expect(SignedLink.read(token, keys: [.fresh(at: now), key], at: now) == .valid(link))
        #expect(SignedLink.read(token, keys: [.fresh(at: now)], at: now) == .invalid)
    }

    @Test("A link is told from an expired one by its time alone")
    func expires() {
        let link = link(days: 1)
        let token = link.token(key)
        #expect(SignedLink.read(token, keys: [key], at: now.advanced(by: .seconds(86_398))) == .valid(link))
        #expect(SignedLink.read(token, keys: [key], at: now.advanced(by: .seconds(86_401))) == .expired(link))
    }

    @Test("No changed, shortened or lengthened token is taken")
    func refusesChanges() {
        let token = Array(link().token(key))
        for position in token.indices {
            var changed = token
            changed[position] = token[position] == "A" ? "B" : "A"
            #expect(SignedLink.read(String(changed), keys: [key], at: now) == .invalid, "position \(position)")
            #expect(SignedLink.read(String(token.prefix(position)), keys: [key], at: now) == .invalid)
        }
        for text in ["", "A", String(token) + "A", String(token) + "=", String(repeating: "A", count: 100_000), "日本語"] {
            #expect(SignedLink.read(text, keys: [key], at: now) == .invalid)
        }
    }

    @Test("Links that ask for different things have different fingerprints, whatever key signed them")
    func hasFingerprint() {
        let one = link()
        guard case .valid(let read) = SignedLink.read(one.token(key), keys: [key], at: now) else {
            Issue.record("it is not read")
            return
        }
        #expect(read.fingerprint == one.fingerprint)
        #expect(Set(SignedLink.Purpose.allCases.map { link($0).fingerprint }).count == SignedLink.Purpose.allCases.count)
    }
}
