import Mail
import SMTP
import Testing

@testable import Delivery

@Suite struct EnvelopePlanTests {
    private func plan(
        _ message: QueuedMessage, _ recipients: [QueuedRecipient], _ extensions: SMTPExtensions,
        sizeLimit: SMTPServerCapabilities.SizeLimit? = nil,
        contentBytes: Int = 100, isHeaderInternational: Bool = false
    ) -> EnvelopePlan {
        EnvelopePlan(
            message, recipients, capabilities: SMTPServerCapabilities(extensions: extensions, sizeLimit: sizeLimit),
            contentBytes: contentBytes, isHeaderInternational: isHeaderInternational)
    }

    @Test(arguments: [(100, 100, false), (101, 100, true)])
    func `the server's limit on sizes is heeded before anything is sent`(bytes: Int, limit: Int, isRefused: Bool) throws {
        let plan = plan(try Fixture.message(), try Fixture.recipients("a@b.example"), [], sizeLimit: .octets(limit), contentBytes: bytes)
        #expect(plan.refused[0]?.status.description == (isRefused ? "5.3.4" : nil))
        #expect(plan.envelope.parameters.size == (isRefused ? nil : bytes))
    }

    @Test func `the size is declared only where the server knows the parameter`() throws {
        let recipients = try Fixture.recipients("a@b.example")
        #expect(plan(try Fixture.message(), recipients, []).envelope.parameters.size == nil)
        #expect(plan(try Fixture.message(), recipients, [], sizeLimit: .notStated).envelope.parameters.size == 100)
    }

    @Test(arguments: [
        (QueuedMessage.BodyKind.sevenBit, SMTPExtensions.eightBitMIME, EnvelopePlan.Conversion.none, MailParameters.Body?.none),
        (.eightBitMIME, .eightBitMIME, .none, .eightBitMIME), (.eightBitMIME, .pipelining, .sevenBit, nil),
        (.sevenBit, .pipelining, .none, nil),
        (.binaryMIME, .eightBitMIME, .sevenBit, nil),
    ])
    func `eight bits go only where they are taken`(
        body: QueuedMessage.BodyKind, extensions: SMTPExtensions, conversion: EnvelopePlan.Conversion, parameter: MailParameters.Body?
    ) throws {
        let plan = plan(try Fixture.message(body: body), try Fixture.recipients("a@b.example"), extensions)
        #expect(plan.conversion == conversion && plan.envelope.parameters.body == parameter)
    }

    @Test func `an international message goes with SMTPUTF8 where it is offered`() throws {
        let plan = plan(try Fixture.message(isInternational: true), try Fixture.recipients("山田@b.example"), .smtpUTF8)
        #expect(plan.envelope.parameters.isInternational && plan.included == [0])
    }

    @Test func `without SMTPUTF8 an ASCII header and ASCII addresses go as before`() throws {
        let message = try Fixture.message(isInternational: true)
        let downgraded = plan(message, try Fixture.recipients("a@b.example"), [], isHeaderInternational: false)
        #expect(downgraded.included == [0] && !downgraded.envelope.parameters.isInternational)
        let refused = plan(message, try Fixture.recipients("a@b.example"), [], isHeaderInternational: true)
        #expect(refused.refused[0]?.status.description == "5.6.7")
    }

    @Test func `without SMTPUTF8 only international recipients fail`() throws {
        let plan = plan(try Fixture.message(isInternational: true), try Fixture.recipients("山田@b.example", "c@b.example"), [])
        #expect(plan.included == [1] && plan.refused.keys.sorted() == [0] && plan.refused[0]?.status.description == "5.6.7")
    }

    @Test func `an international sender cannot be written without SMTPUTF8`() throws {
        let plan = plan(try Fixture.message(from: "山田@a.example"), try Fixture.recipients("c@b.example"), [])
        #expect(plan.refused[0]?.status.description == "5.6.7" && plan.envelope.recipients.isEmpty)
    }

    @Test(arguments: [true, false])
    func `report parameters go where they are understood`(isOffered: Bool) throws {
        let message = try Fixture.message(returnContent: .headers, envelopeIdentifier: "QQ314159")
        let recipients = try Fixture.recipients("c@b.example", notify: .on([.success, .failure]))
        let plan = plan(message, recipients, isOffered ? .deliveryStatusNotifications : [])
        #expect(plan.envelope.parameters.envelopeIdentifier == (isOffered ? "QQ314159" : nil))
        #expect(plan.envelope.parameters.returnContent == (isOffered ? .headers : nil))
        #expect(plan.envelope.recipients.first?.parameters.notify == (isOffered ? .on([.success, .failure]) : nil))
    }
}
