/// The first message of a SCRAM client (RFC 5802 §5 and §7), read strictly: without channel binding, since no `-PLUS` mechanism is
/// offered, and without extensions.
package struct SCRAMClientFirst: Sendable, Hashable {
    /// Who wants to sign in, decoded; never empty.
    package let userName: String
    /// Whom he wants to act for; `nil` when he named nobody.
    package let authorizationIdentity: String?
    /// The client's half of the nonce: printable, without commas.
    package let nonce: String
    /// The message without its GS2 header, as it enters the signatures.
    package let bare: String
    /// What the final message must repeat in `c=`.
    let header: String

    /// Octets of a whole message; names and nonces of real clients are far shorter.
    static let maximumOctets = 2048
    static let maximumNonceOctets = 512

    /// Reads a decoded message; `nil` for anything that is none.
    package init?(_ octets: [UInt8]) {
        guard octets.count <= Self.maximumOctets, let text = String(validating: octets, as: UTF8.self) else { return nil }
        let parts = text.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
        // "y": the client could bind channels and believes that we cannot, which is true.
        guard parts.count == 3, parts[0] == "n" || parts[0] == "y" else { return nil }
        if parts[1].isEmpty {
            authorizationIdentity = nil
        } else {
            guard parts[1].hasPrefix("a="), let name = Self.decodedName(parts[1].dropFirst(2)) else { return nil }
            authorizationIdentity = name
        }
        let fields = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        // A first field "m=" would be a mandatory extension, which must not be passed over.
        guard fields.count == 2, fields[0].hasPrefix("n="), fields[1].hasPrefix("r="), let name = Self.decodedName(fields[0].dropFirst(2)),
            Self.isNonce(fields[1].dropFirst(2))
        else { return nil }
        userName = name
        nonce = String(fields[1].dropFirst(2))
        bare = String(parts[2])
        header = "\(parts[0]),\(parts[1]),"
    }

    /// RFC 5802 §5.1: printable ASCII without the comma.
    static func isNonce(_ text: Substring) -> Bool {
        (1...maximumNonceOctets).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ",") }
    }

    /// RFC 5802 §5.1: `=2C` is a comma, `=3D` an equals sign, and no other `=` may stand in a name.
    private static func decodedName(_ text: Substring) -> String? {
        let decoded = String(text).replacing("=2C", with: ",").replacing("=3D", with: "=")
        let escapes = text.utf8.count { $0 == UInt8(ascii: "=") }
        let known = text.ranges(of: "=2C").count + text.ranges(of: "=3D").count
        guard !decoded.isEmpty, escapes == known, !decoded.unicodeScalars.contains(where: \.isControl) else { return nil }
        return decoded
    }
}

/// The challenge of a SCRAM server: its nonce, and how the password is hashed.
package struct SCRAMServerFirst: Sendable, Hashable {
    /// The client's nonce with the server's own half after it.
    package let nonce: String
    /// The message as it goes to the client and enters the signatures.
    package let text: String

    /// - Parameters:
    ///   - nonceSuffix: unpredictable, printable, without commas.
    ///   - salt: of the stored password.
    ///   - iterations: of the stored password.
    package init(to client: SCRAMClientFirst, nonceSuffix: String, salt: [UInt8], iterations: Int) {
        nonce = client.nonce + nonceSuffix
        text = "r=\(nonce),s=\(Base64.encode(salt)),i=\(iterations)"
    }
}

/// The last message of a SCRAM client, which proves that it knows the password.
package struct SCRAMClientFinal: Sendable, Hashable {
    /// 32 octets with SHA-256; their number is for the verifier to judge.
    package let proof: [UInt8]
    private let withoutProof: String

    /// Reads a decoded message; `nil` when it is none, or belongs to another exchange: its nonce and its GS2 header must be repeated.
    package init?(_ octets: [UInt8], of client: SCRAMClientFirst, after server: SCRAMServerFirst) {
        guard octets.count <= SCRAMClientFirst.maximumOctets, let text = String(validating: octets, as: UTF8.self) else { return nil }
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0].hasPrefix("c="), let binding = Base64.decode(fields[0].dropFirst(2).utf8),
            binding.elementsEqual(client.header.utf8), fields[1] == "r=\(server.nonce)", fields[2].hasPrefix("p="),
            let proof = Base64.decode(fields[2].dropFirst(2).utf8)
        else { return nil }
        self.proof = proof
        withoutProof = "\(fields[0]),\(fields[1])"
    }

    /// What both sides sign: all messages of the exchange but for the proof (RFC 5802 §3).
    package func authMessage(_ client: SCRAMClientFirst, _ server: SCRAMServerFirst) -> [UInt8] {
        Array("\(client.bare),\(server.text),\(withoutProof)".utf8)
    }
}
