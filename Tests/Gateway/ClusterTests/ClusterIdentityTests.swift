import Settings
import Testing

@testable import Cluster

/// Texts of registration keys.
struct ClusterIdentityTests {
    private static let identity = ClusterIdentity.fresh(at: UTCTime(milliseconds: 1))
    private static let key = RecordIdentifier(high: 3, low: 4)

    @Test func `a key that the cluster signed is recognized`() throws {
        let text = try Self.identity.text(of: Self.key)
        #expect(text.wholeMatch(of: /sgr_[0-9a-f]{32}_[A-Za-z0-9_-]{86}/) != nil)
        #expect(try Self.identity.identifier(of: text) == Self.key)
    }

    @Test func `another cluster's key is foreign`() throws {
        let text = try ClusterIdentity.fresh(at: UTCTime(milliseconds: 1)).text(of: Self.key)
        #expect(throws: RegistrationKeyError.foreign) { try Self.identity.identifier(of: text) }
    }

    @Test func `a key whose identifier was changed is foreign`() throws {
        let text = try Self.identity.text(of: Self.key)
        let other = text.replacing(Self.key.description, with: RecordIdentifier(high: 3, low: 5).description)
        #expect(throws: RegistrationKeyError.foreign) { try Self.identity.identifier(of: other) }
    }

    @Test(arguments: ["", "sgr_", "sgk_00000000000000030000000000000004_A", "sgr_0_A", "sgr_00000000000000030000000000000004_AAAA"])
    func `what is no key is malformed`(text: String) {
        #expect(throws: RegistrationKeyError.malformed) { try Self.identity.identifier(of: text) }
    }
}
