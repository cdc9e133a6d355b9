import Mail
import NIOCore
import ProxyProtocol
import SMTP

enum SMTPTargets {
    /// The input is what a client writes; wherever the network cuts it, the same comes out.
    static func server(_ bytes: [UInt8]) {
        guard let cut = bytes.first else { return }
        let whole = events(bytes.dropFirst(), pieces: bytes.count)
        let parts = events(bytes.dropFirst(), pieces: 1 + Int(cut) % 7)
        precondition(whole == parts, "another reading of the same octets")
    }

    /// What came out, neighbouring pieces of content joined.
    private static func events(_ bytes: ArraySlice<UInt8>, pieces: Int) -> [String] {
        var stream = SMTPServerStream()
        let offered = SMTPServerCapabilities(
            extensions: SMTPExtensions(rawValue: .max), sizeLimit: .octets(1 << 30), authenticationMechanisms: ["PLAIN", "LOGIN"])
        let parser = SMTPCommandParser(offering: offered)
        var events: [String] = []
        var content: [UInt8] = []
        var rest = bytes
        while !rest.isEmpty {
            stream.append(ByteBuffer(bytes: rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
            while let event = stream.next() {
                switch event {
                case .text(let part), .chunk(let part):
                    content += part.readableBytesView
                    continue
                case .endOfText(let summary): events.append("\(content) \(summary)")
                case .endOfChunk: events.append("\(content)")
                case .malformedLine(let fault): events.append("\(fault)")
                case .line(let line): events.append(take(line, parser, &stream))
                }
                content = []
            }
        }
        return events + ["\(content)"]
    }

    private static func take(_ line: ByteBuffer, _ parser: SMTPCommandParser, _ stream: inout SMTPServerStream) -> String {
        do {
            let command = try parser.parse(line)
            switch command {
            case .data: stream.expectText()
            case .binaryData(let octets, _): stream.expectChunk(octets: octets)
            default: break
            }
            check(command, parser)
            return "\(command)"
        } catch { return "\(error)" }
    }

    /// What a command writes is read as the same command.
    private static func check(_ command: SMTPCommand, _ parser: SMTPCommandParser) {
        switch command {
        // Their control characters become spaces.
        case .verify, .expand, .help, .hello(.other), .extendedHello(.other): return
        default: break
        }
        var written = ByteBuffer()
        command.write(into: &written)
        let line = written.getSlice(at: 0, length: written.readableBytes - 2) ?? written
        precondition((try? parser.parse(line)) == command, "reads otherwise when it is written: \(command)")
    }

    static func reply(_ bytes: [UInt8]) {
        var parser = SMTPReplyParser()
        parser.append(ByteBuffer(bytes: bytes))
        var count = 0
        while let reply = try? parser.next() {
            count += 1
            precondition(count <= bytes.count, "replies without end")
            _ = SMTPServerCapabilities(ehloReply: reply)
        }
        if let first = SCRAMClientFirst(bytes) {
            let server = SCRAMServerFirst(to: first, nonceSuffix: "abc", salt: [1, 2, 3], iterations: 4_096)
            _ = SCRAMClientFinal(bytes, of: first, after: server)
        }
        if let octets = XText.decode(bytes) { precondition(XText.decode(XText.encode(octets).utf8) == octets, "xtext") }
    }

    static func proxy(_ bytes: [UInt8]) {
        switch ProxyHeader.read(bytes) {
        case .complete(let header, let octets):
            precondition(octets <= bytes.count && octets <= ProxyHeader.maximumOctets, "read too far")
            if case .client(let address, _) = header { precondition([4, 16].contains(address.count), "\(address.count) octets") }
        case .incomplete: precondition(bytes.count < ProxyHeader.maximumOctets, "waits without end")
        case .malformed: break
        }
    }
}
