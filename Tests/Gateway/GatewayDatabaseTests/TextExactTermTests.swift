import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// What is found by hash: values that a condition takes for the same, and the lines that keep the hashes.
@Suite struct TextExactTermTests {
    private static func terms(_ change: (inout MessageLogFilter) -> Void) -> [TextExactTerm] {
        var filter = MessageLogFilter()
        change(&filter)
        return TextExactTerm.terms(of: filter)
    }

    private static func key(_ address: String) -> [UInt8] { Array(CorrespondentCondition.key(of: address).utf8) }

    @Test(arguments: ["<1@a.example>", "1@a.example", "<<1@a.example>>", "1@a.example\0"])
    func `a Message-ID has one term, with and without brackets on either side`(_ field: String) {
        let term = TextExactTerm.messageID(Array(field.utf8))
        for asked in ["1@a.example", "<1@a.example>", "<<1@a.example>>"] {
            #expect(Self.terms { $0.messageID = asked } == [term], "\(asked)")
        }
        #expect(Self.terms { $0.messageID = "2@a.example" } != [term])
    }

    @Test func `an address and its domain are found on their side only`() {
        let key = Self.key("User@Sub.Example")
        for text in ["user@sub.example", "SUB.example", "@sub.example"] {
            let asked = Self.terms { $0.sender = CorrespondentCondition(text) }
            #expect(asked.count == 1 && Set(asked).isSubset(of: TextExactTerm.sender(key: key)), "\(text)")
            #expect(Set(asked).isDisjoint(with: TextExactTerm.recipient(key: key)), "\(text)")
        }
        for text in ["other@sub.example", "example", "ub.example", "<>"] {
            #expect(
                Set(Self.terms { $0.sender = CorrespondentCondition(text) }).isDisjoint(with: TextExactTerm.sender(key: key)), "\(text)")
        }
        // A domain that goes on behind what ends a key's domain.
        #expect(
            Set(Self.terms { $0.sender = CorrespondentCondition("sub.example\u{1}us") }).isSubset(of: TextExactTerm.sender(key: key)))
        #expect(Self.terms { $0.sender = CorrespondentCondition("<>") } == TextExactTerm.sender(key: []))
    }

    @Test func `a line is a candidate for each of its terms and texts, and for no other`() throws {
        let message = RecordIdentifier.fresh()
        let content = TextMessage(
            texts: ["an invoice"], exact: Set(TextExactTerm.sender(key: Self.key("a@b.example")) + [.client(Array("192.0.2.1".utf8))]))
        let other = TextBlock.line(.fresh(), TextMessage(texts: ["nothing"]))
        let lines = other + TextBlock.line(message, content) + other
        func candidates(_ texts: [String], _ change: (inout MessageLogFilter) -> Void) throws -> [RecordIdentifier]? {
            TextBlock.candidates(in: lines, try #require(TextTerms(texts, exact: Self.terms(change))))
        }
        #expect(try candidates(["INVOICE"]) { $0.sender = CorrespondentCondition("b.example") } == [message])
        #expect(try candidates([]) { $0.clientAddress = "192.0.2.1" } == [message])
        #expect(try candidates(["invoice"]) { $0.clientAddress = "192.0.2.2" } == [])
        #expect(try candidates(["a long text of something else"]) { $0.clientAddress = "192.0.2.1" } == [])
        let terms = try #require(TextTerms(["invoice"]))
        #expect(TextBlock.candidates(in: lines + [1, 2, 3], terms) == nil)
        #expect(TextBlock.candidates(in: Array(lines.dropLast()), terms) == nil)
    }

    @Test func `a message with very many recipients may have any of them`() throws {
        let message = RecordIdentifier.fresh()
        let recipients = (0..<500).flatMap { TextExactTerm.recipient(key: Self.key("user\($0)@domain\($0).example")) }
        let line = TextBlock.line(message, TextMessage(texts: [], exact: Set(recipients)))
        #expect(line.count < 100)
        let terms = try #require(TextTerms([], exact: Self.terms { $0.recipient = CorrespondentCondition("user499@domain499.example") }))
        #expect(TextBlock.candidates(in: line, terms) == [message])
    }
}
