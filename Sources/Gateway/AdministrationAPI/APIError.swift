import Administration
import HTTPTypes
import Hummingbird
import Settings

/// Why a request was not answered as asked; becomes an RFC 9457 problem.
enum APIError: Error, Sendable {
    /// 400: the request itself is wrong (syntax, unknown member, wrong type); each problem names its place.
    case malformed([FieldProblem])
    /// 404: no operation has this path.
    case unknownPath
    case methodNotAllowed([HTTPRequest.Method])
    /// Than so many bytes.
    case tooLarge(Int)
    case unsupportedMediaType
    case administration(AdministrationError)

    var response: Response {
        var answer = APIResponse.json(problem, status: HTTPResponse.Status(code: problem.status), type: "application/problem+json")
        switch self {
        case .methodNotAllowed(let methods): answer.headers[.allow] = methods.map(\.rawValue).sorted().joined(separator: ", ")
        case .administration(.unavailable): answer.headers[.retryAfter] = "5"
        case .administration(.unauthenticated): answer.headers[.wwwAuthenticate] = "Bearer realm=\"SecurityGateway\""
        case .administration(.tooManyAttempts): answer.headers[.retryAfter] = "900"
        case .malformed, .unknownPath, .tooLarge, .unsupportedMediaType, .administration: break
        }
        return answer.response
    }

    var problem: ProblemDocument {
        switch self {
        case .malformed(let problems): .make(.malformedRequest, AdministrationError.invalid(problems).message, problems)
        case .unknownPath:
            .make(.notFound, LocalizedText("The API has nothing at this path.", ja: "API にこのパスはありません。"))
        case .methodNotAllowed:
            .make(.methodNotAllowed, LocalizedText("This path does not know the method.", ja: "このパスではこのメソッドを使えません。"))
        case .tooLarge(let maximum):
            .make(
                .tooLarge, LocalizedText("The body is larger than \(maximum) bytes.", ja: "本文が \(maximum) バイトを超えています。"))
        case .unsupportedMediaType:
            .make(
                .unsupportedMediaType,
                LocalizedText("Send the body as application/json.", ja: "本文は application/json で送信してください。"))
        case .administration(let error): Self.problem(of: error)
        }
    }

    private static func problem(of error: AdministrationError) -> ProblemDocument {
        switch error {
        case .invalid(let problems): .make(.invalid, error.message, problems)
        case .notFound: .make(.notFound, error.message)
        case .conflict: .make(.conflict, error.message)
        case .settingsConflict(let conflict): .make(conflict)
        case .denied: .make(.denied, error.message)
        case .unauthenticated: .make(.unauthenticated, error.message)
        case .tooManyAttempts: .make(.tooManyAttempts, error.message)
        case .unavailable: .make(.unavailable, error.message)
        }
    }
}

extension FieldProblem {
    static func malformedBody(_ english: String, ja japanese: String) -> Self { Self(nil, english, ja: japanese) }
}

extension String {
    /// `application/json`, with or without parameters.
    var isJSONMediaType: Bool {
        let type = split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return type.filter { $0 != " " && $0 != "\t" }.lowercased() == "application/json"
    }
}
