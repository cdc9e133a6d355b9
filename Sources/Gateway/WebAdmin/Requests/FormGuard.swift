import HTTPTypes
import Hummingbird

/// Lets only forms of our own pages act, by two independent proofs: the browser says that the form comes from this site, and the form
/// carries the secret of the browser's `__Host-form` cookie, which no other site can read or set. The secret is changed at every
/// sign-in and sign-out.
enum FormGuard {
    static let fieldName = "form-token"
    private static let tokenBytes = 43

    /// 256 random bits as 43 characters of base64url.
    static func freshToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return String((0..<tokenBytes).map { _ in alphabet.randomElement(using: &generator) ?? "A" })
    }

    static func isToken(_ text: String) -> Bool {
        text.utf8.count == tokenBytes && text.allSatisfy { alphabet.contains($0) }
    }

    /// - Throws: `.foreignForm`.
    static func check(_ form: FormValues, visitor: Visitor) throws(PageError) {
        guard !visitor.isFormTokenFresh, let token = form[fieldName], isEqualInConstantTime(token, visitor.formToken) else {
            throw .foreignForm
        }
    }

    /// Looks at what the browser says of the form's origin. Programs that say nothing are left to the token.
    /// - Throws: `.foreignForm`.
    static func checkOrigin(_ request: Request) throws(PageError) {
        if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" { throw .foreignForm }
        guard let origin = request.headers[.origin] ?? request.headers[.referer] else { return }
        guard let authority = request.head.authority, authority == self.authority(of: origin) else { throw .foreignForm }
    }

    /// Host and port of `https://node.example:4443/path`; `nil` for `null` and anything else.
    static func authority(of origin: String) -> String? {
        for scheme in ["https://", "http://"] where origin.hasPrefix(scheme) {
            return String(origin.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" })
        }
        return nil
    }

    /// Compares in a time that depends on the lengths alone.
    static func isEqualInConstantTime(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
}

extension HTTPField.Name {
    /// The Fetch Metadata header by which a browser tells where a request comes from.
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .origin
    static let referer = HTTPField.Name("Referer") ?? .origin
}
