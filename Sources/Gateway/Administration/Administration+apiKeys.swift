import Crypto
package import DomainsAndUsers
import Foundation
import Screening
package import Settings

/// A key just made, with the text that is shown once and never again.
package struct NewAPIKey: Sendable {
    package let key: APIKey
    /// `sgk_`, the identifier, `_`, and 43 characters of base64url; never stored, never logged.
    package let text: String
}

extension Administration {
    package func apiKeys(_ caller: AdministrationCaller) async throws(AdministrationError) -> [APIKey] {
        do throws(DirectoryError) {
            return try await ports.apiKeys.apiKeys()
        } catch {
            throw AdministrationError(error)
        }
    }

    /// - Parameter days: how long it is valid, 1 to `maximumAPIKeyDays`.
    /// - Throws: `.invalid`; `.denied` for callers that are keys themselves; `.conflict` when there are too many.
    package func createAPIKey(
        name: String, access: APIKeyAccess, days: Int, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> NewAPIKey {
        try refuseKeys(caller)
        let problems = Self.problems(name: name, days: days)
        guard problems.isEmpty else { throw .invalid(problems) }
        let now = UTCTime.now()
        let secret = APIKeyText.makeSecret()
        let key = APIKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), name: name, access: access, createdAt: now,
            createdBy: caller.actor.description, expiresAt: now.advanced(by: .seconds(86_400 * days)))
        do throws(DirectoryError) {
            try await ports.apiKeys.insert(
                key, secretHash: APIKeyText.hash(secret),
                audit: entry(caller, "api-key.create", name, "\(key.identifier), \(access.rawValue), until \(key.expiresAt)"))
        } catch .alreadyExists {
            throw .conflict(
                LocalizedText("There are too many API keys. Nothing was made.", ja: "API キーが多すぎます。作成していません。"))
        } catch {
            throw AdministrationError(error)
        }
        return NewAPIKey(key: key, text: APIKeyText(identifier: key.identifier, secret: secret).text)
    }

    /// The key is refused from now on, on every node.
    package func revokeAPIKey(_ identifier: RecordIdentifier, _ caller: AdministrationCaller) async throws(AdministrationError) {
        try refuseKeys(caller)
        do throws(DirectoryError) {
            try await ports.apiKeys.revokeAPIKey(
                identifier, at: .now(), audit: entry(caller, "api-key.revoke", identifier.description))
        } catch .notFound {
            throw Self.noAPIKey(identifier.description)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Who asks over HTTPS. What is wrong with the key is not said.
    /// - Parameters:
    ///   - authorization: the header field, `Bearer sgk_…`; nothing else is looked at, no cookie in particular.
    ///   - isChange: whether the request changes anything.
    /// - Throws: `.unauthenticated`, `.tooManyAttempts` after many wrong keys, `.denied` for a change with a key that may only read.
    package func caller(
        authorization: String?, address: String, isChange: Bool
    ) async throws(AdministrationError) -> AdministrationCaller {
        guard let text = authorization.flatMap(APIKeyText.init(authorization:)) else { throw .unauthenticated }
        let limits = SignInLimit.apiKey(text.identifier, address: address, maximum: maximumFailedSignIns)
        // Asked before and counted after: right keys, however many at once, are never counted as tries.
        guard !signIns.isReached(limits) else { throw .tooManyAttempts }
        guard let key = try await key(of: text) else {
            _ = signIns.begin(limits)
            ports.signInTrace.note(.apiKey, name: "\(text.identifier)", address: address)
            throw .unauthenticated
        }
        guard !isChange || key.access == .full else {
            throw .denied(LocalizedText("This API key may only read.", ja: "この API キーは読み取り専用です。"))
        }
        return .apiKey(key)
    }

    private func key(of text: APIKeyText) async throws(AdministrationError) -> APIKey? {
        let now = UTCTime.now()
        do throws(DirectoryError) {
            let found = try await ports.apiKeys.apiKey(text.identifier)
            // Compared in any case, so that the time tells nothing of the identifier.
            let isRight = APIKeyText.isEqual(APIKeyText.hash(text.secret), found?.secretHash ?? APIKeyText.hash(""))
            guard isRight, let key = found?.key, key.isValid(at: now) else { return nil }
            if key.lastUsedAt.map({ $0.duration(to: now) >= .seconds(60) }) ?? true {
                try await ports.apiKeys.touchAPIKey(key.identifier, at: now)
            }
            return key
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Ten years: whoever needs longer does not want an end.
    package static var maximumAPIKeyDays: Int { 3650 }

    /// When nothing is said.
    package static var usualAPIKeyDays: Int { 365 }

    private func refuseKeys(_ caller: AdministrationCaller) throws(AdministrationError) {
        guard case .apiKey = caller.actor else { return }
        throw .denied(
            LocalizedText("An API key cannot make or revoke API keys.", ja: "API キーでは API キーの作成や失効はできません。"))
    }

    private static func problems(name: String, days: Int) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        if !APIKey.isName(name) {
            problems.append(
                FieldProblem(
                    "name", "A name has 1 to \(APIKey.maximumNameBytes) bytes.", ja: "名前は 1～\(APIKey.maximumNameBytes) バイトで入力してください。"))
        }
        if !(1...maximumAPIKeyDays).contains(days) {
            problems.append(
                FieldProblem(
                    "days", "A key is valid for 1 to \(maximumAPIKeyDays) days.", ja: "有効期間は 1～\(maximumAPIKeyDays) 日です。"))
        }
        return problems
    }

    private static func noAPIKey(_ text: String) -> AdministrationError {
        .notFound(LocalizedText("There is no valid API key “\(text)”.", ja: "有効な API キー「\(text)」はありません。"))
    }
}

/// The text of a key, taken apart.
struct APIKeyText: Sendable {
    let identifier: RecordIdentifier
    let secret: String

    /// Recognized by scanners that look for secrets in published files.
    private static let prefix = "sgk_"
    /// 32 bytes in base64url without padding.
    private static let secretBytes = 43

    init(identifier: RecordIdentifier, secret: String) {
        self.identifier = identifier
        self.secret = secret
    }

    /// From `Bearer sgk_…`; anything else is no question to the database.
    init?(authorization: String) {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix(Self.prefix) else { return nil }
        let words = parts[1].dropFirst(Self.prefix.count).split(separator: "_", maxSplits: 1)
        guard words.count == 2, words[0].utf8.count == 2 * RecordIdentifier.byteCount, let identifier = RecordIdentifier(words[0]),
            words[1].utf8.count == Self.secretBytes
        else { return nil }
        self.init(identifier: identifier, secret: String(words[1]))
    }

    var text: String { "\(Self.prefix)\(identifier)_\(secret)" }

    static func makeSecret() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = Data((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
        return bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// A fast hash is enough: the secret has 256 random bits.
    static func hash(_ secret: String) -> [UInt8] { Array(SHA256.hash(data: Data(secret.utf8))) }

    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
