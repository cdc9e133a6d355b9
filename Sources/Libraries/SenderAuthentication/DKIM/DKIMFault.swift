package import DNS

/// Why a signature is not valid.
package enum DKIMFault: Error, Sendable, Hashable {
    // The field
    case signatureTooLong
    case syntax(String)
    case duplicateTag(String)
    case missingTag(String)
    case unsupported(String)
    case foreignIdentity
    case tooManySignedFields
    case fromNotSigned
    case tooManySignatures
    case headerTooLarge
    case expired
    /// `t=` lies in the future.
    case signedInFuture
    // The key
    case noKey
    case keyLookUp(DNSError)
    case keySyntax
    case keyTooLong
    case keyRevoked
    case keyNotForMail
    case keyOfOtherType
    case keyForbidsHash
    /// The key demands an identity in exactly its domain (`t=s`).
    case keyForbidsSubdomains
    case unusableKey
    /// Fewer bits than `DKIMLimits.shortestKeyBits`.
    case weakKey(bits: Int)
    case keyTooLarge(bits: Int)
    case forbiddenAlgorithm
    // The message
    case bodyChanged
    /// `l=` says more bytes than the body has.
    case bodyShorterThanSigned
    case signatureMismatch

    /// The result in the words of RFC 8601 §2.7.1.
    package var result: DKIMResult {
        switch self {
        case .bodyChanged, .bodyShorterThanSigned, .signatureMismatch: .fail
        case .keyLookUp(let error): error.isTransient ? .temporaryError : .permanentError
        case .forbiddenAlgorithm, .weakKey: .policy
        case .signatureTooLong, .syntax, .duplicateTag, .missingTag, .unsupported, .foreignIdentity, .tooManySignedFields, .fromNotSigned,
            .tooManySignatures, .headerTooLarge, .expired, .signedInFuture, .noKey, .keySyntax, .keyTooLong, .keyRevoked, .keyNotForMail,
            .keyOfOtherType, .keyForbidsHash, .keyForbidsSubdomains, .unusableKey, .keyTooLarge:
            .permanentError
        }
    }
}

/// The words of RFC 8601 §2.7.1 for one signature.
package enum DKIMResult: String, Sendable, Hashable, CaseIterable {
    case none, pass, fail, policy, neutral
    case temporaryError = "temperror"
    case permanentError = "permerror"
}

extension DKIMFault: CustomStringConvertible {
    /// One line of printable ASCII for logs, pages and header fields.
    package var description: String {
        switch self {
        case .signatureTooLong: "signature field too long"
        case .syntax(let place): PrintableText.cut("syntax error in \(place)")
        case .duplicateTag(let name): PrintableText.cut("tag \(name) occurs twice")
        case .missingTag(let name): PrintableText.cut("tag \(name) is missing")
        case .unsupported(let text): PrintableText.cut("unsupported \(text)", limit: 60)
        case .foreignIdentity: "identity outside the signing domain"
        case .tooManySignedFields: "too many signed fields"
        case .fromNotSigned: "From is not signed"
        case .tooManySignatures: "not looked at, too many signatures"
        case .headerTooLarge: "header too large"
        case .expired: "signature expired"
        case .signedInFuture: "signed in the future"
        case .noKey: "no key"
        case .keyLookUp(let error): PrintableText.cut("key look-up: \(error)")
        case .keySyntax: "syntax error in the key record"
        case .keyTooLong: "key record too long"
        case .keyRevoked: "key revoked"
        case .keyNotForMail: "key not for mail"
        case .keyOfOtherType: "key of another type"
        case .keyForbidsHash: "key forbids this hash"
        case .keyForbidsSubdomains: "key forbids subdomains"
        case .unusableKey: "unusable key"
        case .weakKey(let bits): "weak key of \(bits) bits"
        case .keyTooLarge(let bits): "key of \(bits) bits"
        case .forbiddenAlgorithm: "SHA-1 is not accepted"
        case .bodyChanged: "body hash did not verify"
        case .bodyShorterThanSigned: "body shorter than signed"
        case .signatureMismatch: "signature did not verify"
        }
    }
}
