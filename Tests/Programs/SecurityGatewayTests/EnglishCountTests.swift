import Testing

@testable import SecurityGateway

struct EnglishCountTests {
    @Test(arguments: [(0, "0 messages were"), (1, "1 message was"), (2, "2 messages were")])
    func `one thing is spoken of in the singular`(count: Int, text: String) {
        #expect(EnglishCount.text(count, "message was", "messages were") == text)
    }
}
