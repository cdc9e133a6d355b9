import Testing

@testable import DNS

struct UnboundResultTests {
    private func judge(_ result: UnboundResult, _ type: DNSRecordType = .a) throws(DNSError) -> DNSAnswer {
        try DNSAnswer(judging: result, name: "example.org", type: type)
    }

    @Test func `records, time to live and alias are taken over`() throws {
        let answer = try judge(
            UnboundResult(recordData: [[192, 0, 2, 1]], canonicalName: "WWW.Example.NET.", isSecure: true, timeToLiveSeconds: 60))
        #expect(answer.addresses == [.ipv4(0xc000_0201)])
        #expect(answer.canonicalName == "www.example.net")
        #expect(answer.timeToLive == .seconds(60))
        #expect(answer.security == .secure)
    }

    @Test func `nothing found is an answer of two kinds`() throws {
        #expect(try judge(UnboundResult()).finding == .noSuchRecords)
        #expect(try judge(UnboundResult(responseCode: 3)).finding == .noSuchName)
        #expect(try judge(UnboundResult(hasNoSuchName: true)).finding == .noSuchName)
    }

    @Test(arguments: [
        (UnboundResult(responseCode: 2), DNSError.transient(.serverFailure)),
        (UnboundResult(responseCode: 5), .transient(.refused(responseCode: 5))),
        (UnboundResult(responseCode: 2, bogusExplanation: "signature expired"), .transient(.bogus(explanation: "signature expired"))),
        (UnboundResult(recordData: [[192, 0, 2, 1]], bogusExplanation: "x"), .transient(.bogus(explanation: "x"))),
        (UnboundResult(recordData: [[192, 0, 2, 1], [1]]), .transient(.malformedAnswer(.a))),
    ])
    func `a failure is an error with its reason`(result: UnboundResult, error: DNSError) {
        #expect(throws: error) { try judge(result) }
    }

    @Test(arguments: [(-5, 0), (0, 0), (700_000, 604_800)])
    func `the time to live stays within bounds`(seconds: Int, expected: Int) throws {
        #expect(try judge(UnboundResult(recordData: [[1, 2, 3, 4]], timeToLiveSeconds: seconds)).timeToLive == .seconds(expected))
    }
}

struct FirstInFirstOutTests {
    @Test func `elements come out in the order they went in`() {
        var queue = FirstInFirstOut<Int>()
        var expected = 0
        for number in 0..<1_000 {
            queue.append(number)
            if number % 3 == 0 {
                #expect(queue.first == expected)
                #expect(queue.popFirst() == expected)
                expected += 1
            }
        }
        while let number = queue.popFirst() {
            #expect(number == expected)
            expected += 1
        }
        #expect(expected == 1_000)
        #expect(queue.first == nil)
    }
}
