import Testing

@testable import Reception

@Suite(.timeLimit(.minutes(3)))
struct DialogTests {
    @Test func `there are at least a hundred and fifty dialogs`() throws {
        #expect(try Dialog.all().count >= 150)
    }

    @Test(arguments: try Dialog.all())
    func `the server answers as the dialog says`(_ dialog: Dialog) async throws {
        try await ReceptionFixture.with(dialog.settings) { fixture in
            let client = try await connect(dialog, fixture)
            var last: [String] = []
            if dialog.early == nil {
                last = try await client.reply()
                #expect(last.last?.hasPrefix("220 mx.example.test ") == true)
            }
            for (number, step) in dialog.steps.enumerated() {
                do {
                    try await perform(step, dialog, client, fixture, &last)
                } catch is DialogClient.Closed {
                    Issue.record("\(dialog.name): closed at step \(number + 1), \(step)")
                    break
                }
            }
            await client.close()
        }
    }

    /// What is sent before the greeting goes out first, before TLS too.
    private func connect(_ dialog: Dialog, _ fixture: ReceptionFixture) async throws -> DialogClient {
        guard let early = dialog.early else { return try await fixture.connect(dialog.listener) }
        let client = try await DialogClient.connect(port: fixture.port(dialog.listener))
        client.queue(bytes: early)
        if dialog.listener == .smtps { try await client.startTLS() }
        return client
    }

    private func perform(
        _ step: Dialog.Step, _ dialog: Dialog, _ client: DialogClient, _ fixture: ReceptionFixture, _ last: inout [String]
    ) async throws {
        switch step {
        case .line(let line): try await send(Array((line + "\r\n").utf8), dialog, client)
        case .raw(let bytes): try await send(bytes, dialog, client)
        case .reply(let prefix):
            last = try await client.reply()
            #expect(last.last?.hasPrefix(prefix) == true, "expected \(prefix), got \(last)")
        case .replyContains(let text): #expect(last.contains { $0.contains(text) }, "\(text) is not in \(last)")
        case .replyLacks(let text): #expect(!last.contains { $0.contains(text) }, "\(text) is in \(last)")
        case .startTLS: try await client.startTLS()
        case .closed: #expect(await client.isClosedByServer())
        case .gone: await client.waitForEnd()
        case .messages(let count): #expect(fixture.handler.seen.messages.count == count)
        case .recipients(let count): #expect(fixture.handler.seen.messages.last?.transaction.recipients.count == count)
        case .peer(let address): #expect(fixture.handler.seen.connections.last.map { "\($0.address) \($0.port)" } == address)
        case .content(let bytes): #expect(fixture.handler.seen.messages.last.map { Array($0.content.utf8) } == bytes)
        case .ended(let reason): #expect(fixture.handler.seen.ended.last?.hasPrefix(reason) == true, "\(fixture.handler.seen.ended)")
        }
    }

    private func send(_ bytes: [UInt8], _ dialog: Dialog, _ client: DialogClient) async throws {
        guard dialog.isSlow else { return client.queue(bytes: bytes) }
        for byte in bytes { try await client.send(bytes: [byte]) }
    }
}
