import Crypto
import CryptoExtras
import DNS
import Mail

/// A key record (RFC 6376 §3.6.1) with the key in it.
struct DKIMKeyRecord: Sendable {
    let key: DKIMPublicKey
    /// The domain is only trying DKIM out (`t=y`).
    let isTesting: Bool
    /// `t=s`
    let forbidsSubdomains: Bool
    private let hashes: [String]?

    /// Finds the key among what a look-up brought: the first record that is one.
    ///
    /// - Throws: why there is none.
    static func find(_ reply: DNSReply) throws(DKIMFault) -> DKIMKeyRecord {
        switch reply {
        case .failure(let error): throw .keyLookUp(error)
        case .answer(let answer):
            var fault = DKIMFault.noKey
            for (index, text) in answer.texts.prefix(DKIMLimits.keyRecords).enumerated() {
                do throws(DKIMFault) {
                    return try DKIMKeyRecord(text)
                } catch {
                    if index == 0 { fault = error }
                }
            }
            throw fault
        }
    }

    init(_ text: String) throws(DKIMFault) {
        guard text.utf8.count <= DKIMLimits.keyRecordBytes else { throw .keyTooLong }
        let tags: TagList
        do throws(TagList.Fault) {
            tags = try TagList(Array(text.utf8)[...])
        } catch {
            throw .keySyntax
        }
        if let version = tags.text("v"), version != "DKIM1" || tags.tags.first?.name != "v" { throw .keySyntax }
        guard let data = tags.bytes("p") else { throw .keySyntax }
        guard !data.isEmpty else { throw .keyRevoked }
        if let services = Self.list(tags, "s"), !services.contains("*"), !services.contains("email") { throw .keyNotForMail }
        let flags = Self.list(tags, "t") ?? []
        isTesting = flags.contains("y")
        forbidsSubdomains = flags.contains("s")
        hashes = Self.list(tags, "h")
        guard let bytes = Base64Text.decode(data) else { throw .keySyntax }
        key = try DKIMPublicKey(type: tags.text("k") ?? "rsa", bytes: bytes)
    }

    /// Whether this key may be used for that signature.
    func check(_ algorithm: DKIMAlgorithm, identity: String, domain: DomainName) throws(DKIMFault) {
        guard algorithm.keyType == key.type else { throw .keyOfOtherType }
        if let hashes, !hashes.contains("sha256") { throw .keyForbidsHash }
        if forbidsSubdomains, let separator = identity.lastIndex(of: "@"),
            identity[identity.index(after: separator)...].lowercased() != domain.ascii
        {
            throw .keyForbidsSubdomains
        }
    }

    private static func list(_ tags: TagList, _ name: String) -> [String]? {
        tags.bytes(name).map { value in
            value.pieces(separatedBy: UInt8(ascii: ":")).map { String(decoding: $0, as: UTF8.self).lowercased() }
        }
    }
}

/// A public key that signatures are verified with.
enum DKIMPublicKey: Sendable {
    case rsa(_RSA.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    var type: String {
        switch self {
        case .rsa: "rsa"
        case .ed25519: "ed25519"
        }
    }

    var bits: Int {
        switch self {
        case .rsa(let key): key.keySizeInBits
        case .ed25519: 256
        }
    }

    /// - Parameter bytes: for RSA a SubjectPublicKeyInfo, or an RSAPublicKey as RFC 6376 has it; for Ed25519 the key itself.
    init(type: String, bytes: [UInt8]) throws(DKIMFault) {
        switch type.lowercased() {
        case "rsa": self = .rsa(try Self.rsa(bytes))
        case "ed25519":
            // What is not 32 bytes long is no key; there is nothing more to say.
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { throw .unusableKey }
            self = .ed25519(key)
        default: throw .unsupported("k=\(type)")
        }
    }

    private static func rsa(_ bytes: [UInt8]) throws(DKIMFault) -> _RSA.Signing.PublicKey {
        // The library refuses keys under 1024 bits without saying how many they have.
        guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: bytes) else {
            let bits = bytes.count * 8
            throw bits < DKIMLimits.shortestKeyBits + 128 ? .weakKey(bits: RSAModulus.bits(bytes) ?? 0) : .unusableKey
        }
        guard key.keySizeInBits <= DKIMLimits.longestKeyBits else { throw .keyTooLarge(bits: key.keySizeInBits) }
        return key
    }

    /// Whether the signature is this key's over `data`: for both algorithms over its SHA-256 (RFC 8463 §3).
    func isValid(_ signature: [UInt8], for data: SHA256Digest) -> Bool {
        switch self {
        case .rsa(let key):
            key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: data, padding: .insecurePKCS1v1_5)
        case .ed25519(let key): key.isValidSignature(signature, for: Array(data))
        }
    }
}

/// The size of an RSA key that is too weak to be used.
private enum RSAModulus {
    /// The first INTEGER of more than eight octets in the DER text is the modulus.
    static func bits(_ bytes: [UInt8]) -> Int? {
        var index = 0
        while index + 2 < bytes.count {
            if bytes[index] == 0x02 {
                var length = Int(bytes[index + 1])
                var start = index + 2
                if length == 0x81 {
                    length = Int(bytes[index + 2])
                    start += 1
                }
                if length > 8, start + length <= bytes.count {
                    return bytes[start] == 0 ? (length - 1) * 8 : length * 8
                }
            }
            index += 1
        }
        return nil
    }
}
