import HTTPTypes
import Hummingbird
import Settings

/// Finds out language, form token and pending notice from the request alone; never fails.
struct VisitorPreferences: RouterMiddleware {
    typealias Context = AdminRequestContext

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let cookies = request.cookies
        let chosen = LanguageChoice.inQuery(of: request)
        context.visitor.language = chosen ?? LanguageChoice.language(cookies: cookies, headers: request.headers)
        if request.method == .get { context.visitor.target = SitePath.local(request.uri.string) }
        context.visitor.notice = cookies[SiteCookie.notice.rawValue].flatMap { Notice(cookieText: $0.value) }
        if let token = cookies[SiteCookie.formToken.rawValue]?.value, FormGuard.isToken(token) {
            context.visitor.formToken = token
        } else {
            context.visitor.formToken = FormGuard.freshToken()
            context.visitor.isFormTokenFresh = true
        }
        var response = try await next(request, context)
        if let chosen { response.setCookie(SiteCookie.language.cookie(chosen.rawValue, maximumAgeSeconds: LanguageChoice.cookieSeconds)) }
        return response
    }
}

/// Which language a visitor reads who is not signed in.
enum LanguageChoice {
    /// A year.
    static let cookieSeconds = 31_536_000
    static let queryName = "lang"

    /// From a link such as `/sign-in?lang=ja`.
    static func inQuery(of request: Request) -> Language? {
        guard let query = request.uri.query else { return nil }
        return FormValues(urlEncoded: query)[queryName].flatMap(Language.init(rawValue:))
    }

    static func language(cookies: Cookies, headers: HTTPFields) -> Language {
        if let value = cookies[SiteCookie.language.rawValue]?.value, let language = Language(rawValue: value) { return language }
        return preferred(headers[.acceptLanguage] ?? "") ?? .english
    }

    /// The known language with the highest weight (RFC 9110 section 12.5.4); of equal ones the first.
    static func preferred(_ header: String) -> Language? {
        var best: (language: Language, weight: Double)?
        for item in header.prefix(1000).split(separator: ",").prefix(20) {
            let parts = item.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
            guard let tag = parts.first, let language = Language(rawValue: String(tag.prefix { $0 != "-" })) else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            if weight > 0, weight > best?.weight ?? 0 { best = (language, weight) }
        }
        return best?.language
    }
}
