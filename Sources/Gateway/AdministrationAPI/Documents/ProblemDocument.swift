import Administration
import Settings

/// An answer that something was not done (RFC 9457), with the sentence in both languages and each refused field.
package struct ProblemDocument: Codable, Sendable {
    /// `urn:securitygateway:problem:` and one of `Kind`.
    package let type: String
    package let title: String
    package let status: Int
    /// The English sentence of `message`.
    package let detail: String
    package let message: LocalizedDocument
    /// Empty when no field is to blame.
    package let errors: [Field]

    package struct Field: Codable, Sendable {
        /// Member, parameter or setting; absent when it concerns the whole.
        package let field: String?
        package let message: LocalizedDocument
    }

    /// Every kind of problem with its status and title.
    enum Kind: String, CaseIterable {
        case malformedRequest = "malformed-request"
        case unauthenticated
        case denied
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case conflict
        case tooLarge = "too-large"
        case unsupportedMediaType = "unsupported-media-type"
        case invalid
        case tooManyAttempts = "too-many-attempts"
        case unavailable

        var status: Int {
            switch self {
            case .malformedRequest: 400
            case .unauthenticated: 401
            case .denied: 403
            case .notFound: 404
            case .methodNotAllowed: 405
            case .conflict: 409
            case .tooLarge: 413
            case .unsupportedMediaType: 415
            case .invalid: 422
            case .tooManyAttempts: 429
            case .unavailable: 503
            }
        }

        var title: String {
            switch self {
            case .malformedRequest: "The request is malformed"
            case .unauthenticated: "Not authenticated"
            case .denied: "Not allowed"
            case .notFound: "Not found"
            case .methodNotAllowed: "Method not allowed"
            case .conflict: "Conflict"
            case .tooLarge: "Body too large"
            case .unsupportedMediaType: "Unsupported media type"
            case .invalid: "The entry is refused"
            case .tooManyAttempts: "Too many attempts"
            case .unavailable: "Unavailable at the moment"
            }
        }
    }

    static func make(_ kind: Kind, _ message: LocalizedText, _ problems: [FieldProblem] = []) -> ProblemDocument {
        ProblemDocument(
            type: "urn:securitygateway:problem:\(kind.rawValue)", title: kind.title, status: kind.status, detail: message.english,
            message: LocalizedDocument(message),
            errors: problems.map { Field(field: $0.field.map(memberName), message: LocalizedDocument($0.message)) })
    }

    private static func memberName(_ field: String) -> String {
        field.hasPrefix("mail-server-") ? "mailServers" : memberNames[field] ?? field
    }

    /// Where Administration names a field as the pages' forms do.
    private static let memberNames = ["mail-server": "mailServers", "client": "clientAddress", "message-id": "messageID"]
}
