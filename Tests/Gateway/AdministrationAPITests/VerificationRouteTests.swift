import GatewayTestKit
import Hummingbird
import Mail
import Testing
import UserVerification

@testable import AdministrationAPI

struct VerificationRouteTests {
    private static let nobody = ProbeAnswer(.refuses, text: "550 5.1.1 nobody", server: "mail.example.com[192.0.2.25]:25")

    @Test func `mail servers are asked and their answers forgotten`() async throws {
        let gateway = try InMemoryGateway.filled()
        gateway.mailServers.say(Self.nobody, of: "nobody@example.com")
        let asked = try await gateway.request(.post, "/domains/example.com/verification/verify", #"{"address": "nobody"}"#)
        let found = try asked.decoded(VerificationDocument.self)
        #expect(found.address == "nobody@example.com" && found.answer == "refused" && found.reply == "550 5.1.1 nobody")
        #expect(found.listing == "unlisted" && found.policy == "any" && found.decision == "accept")
        let standing = try await gateway.request(.get, "/domains/example.com/verification").decoded(VerificationStandingDocument.self)
        #expect(standing.rememberedRefused == 1 && standing.acceptsEverything == nil)
        let forgotten = try await gateway.request(.post, "/domains/example.com/verification/forget", "{}")
        #expect(try forgotten.decoded(RecipientCountDocument.self).count == 1)
        #expect(gateway.auditedActions == ["recipient.verify", "recipient.forget-verification"])
    }

    @Test(arguments: ["someone@elsewhere.example", "a b", ""])
    func `only addresses of the domain are asked about`(address: String) async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/domains/example.com/verification/verify", #"{"address": "\#(address)"}"#)
        #expect(answer.status == 422 && gateway.mailServers.questions.isEmpty)
    }

    @Test func `a domain that is not there is not found`() async throws {
        let gateway = try InMemoryGateway.filled()
        for path in ["verify", "forget"] {
            let answer = try await gateway.request(.post, "/domains/nowhere.example/verification/\(path)", #"{"address": "a"}"#)
            #expect(answer.status == 404)
        }
    }
}
