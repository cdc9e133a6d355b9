import SMTP
import Testing

struct EnhancedStatusCodeTests {
    @Test(arguments: ["2.0.0", "4.4.7", "5.1.1", "5.7.999", "5.999.0", "2.1.10"])
    func `a code is read and written`(text: String) {
        #expect(EnhancedStatusCode(text)?.description == text)
    }

    @Test(arguments: [
        "", "5", "5.1", "5.1.", "5..1", ".1.1", "3.1.1", "1.0.0", "6.1.1", "5.1.1.1", "5.01.1", "5.1.01", "5.1000.1", "5.1.1000", "5.1.1 ",
        "a.b.c", "5.1.-1", "５.1.1", "52.1.1", "258.1.1", "005.1.1",
    ])
    func `what is no code is refused`(text: String) {
        #expect(EnhancedStatusCode(text) == nil)
    }

    @Test func `constants are what the registry says`() {
        #expect(EnhancedStatusCode.noSuchMailbox.description == "5.1.1")
        #expect(EnhancedStatusCode.recipientNullMX.description == "5.1.10")
        #expect(EnhancedStatusCode.deliveryTimeExpired.description == "5.4.7")
        #expect(EnhancedStatusCode.noAnswer.category == .persistentTransientFailure)
    }
}
