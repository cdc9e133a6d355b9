import NIOCore

extension DialogClient {
    /// EHLO to 354; reads the greeting if it was not read.
    func beginMessage() async throws {
        _ = try await reply()
        try await beginTransaction()
        try await expect("DATA", "354")
    }

    private func beginTransaction() async throws {
        try await expect("EHLO client.example", "250")
        try await expect("MAIL FROM:<sender@example.org>", "250")
        try await expect("RCPT TO:<user@example.com>", "250")
    }

    /// A whole message whose lines begin with no dot.
    func sendMessage(_ text: String) async throws {
        try await beginTransaction()
        try await expect("DATA", "354")
        try await send(text)
        try await expect(".", "250")
    }

    func sendMessageInChunks(_ text: String, octets: Int) async throws {
        try await beginTransaction()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let part = rest.prefix(octets)
            rest = rest.dropFirst(octets)
            try await send(bytes: Array("BDAT \(part.count)\(rest.isEmpty ? " LAST" : "")\r\n".utf8) + part)
            let answer = try await reply()
            guard answer.last?.hasPrefix("250") == true else { throw Unexpected(reply: answer) }
        }
    }

    struct Unexpected: Error {
        let reply: [String]
    }

    private func expect(_ command: String, _ prefix: String) async throws {
        let answer = try await self.command(command)
        guard answer.hasPrefix(prefix) else { throw Unexpected(reply: [command, answer]) }
    }
}
