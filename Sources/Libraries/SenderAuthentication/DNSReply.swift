package import DNS

/// What came of one DNS question: the event that the state machines of this module take.
package enum DNSReply: Sendable, Hashable {
    case answer(DNSAnswer)
    case failure(DNSError)
}

/// A DNS question that a state machine wants to be asked.
package struct DNSQuery: Sendable, Hashable {
    /// In the form that `DNSResolver` takes.
    package let name: String
    package let type: DNSRecordType

    /// - Parameter name: any octets between dots; those that a name's text gives a meaning are escaped here.
    init(_ name: String, _ type: DNSRecordType) {
        self.name = Self.escaped(name)
        self.type = type
    }

    private static func escaped(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x5C }) else { return name }
        var text: [UInt8] = []
        for octet in name.utf8 {
            if octet > 0x20, octet < 0x7F, octet != 0x5C {
                text.append(octet)
            } else {
                text.append(0x5C)
                text += [octet / 100, octet / 10 % 10, octet % 10].map { $0 + UInt8(ascii: "0") }
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension DNSResolver {
    /// Asks, and gives the error as a value.
    func reply(to query: DNSQuery) async -> DNSReply {
        do throws(DNSError) {
            return .answer(try await resolve(query.name, query.type))
        } catch {
            return .failure(error)
        }
    }
}
