import Administration
import HTTPTypes
import Hummingbird
import Logging
import Settings

/// Turns whatever went wrong below it into a page in the visitor's language that says what to do. The cause goes to the log only.
struct ErrorPages: RouterMiddleware {
    typealias Context = AdminRequestContext

    let renderer: PageRenderer

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let fault = PageFault(error)
            log(fault, error, request, context)
            return renderer.errorPage(fault, visitor: context.visitor)
        }
    }

    private func log(_ fault: PageFault, _ error: any Error, _ request: Request, _ context: AdminRequestContext) {
        guard fault.status.kind == .serverError else { return }
        renderer.logger.error(
            "a page could not be shown", metadata: ["path": "\(request.uri.path)", "status": "\(fault.status.code)", "cause": "\(error)"])
    }
}

/// What pages themselves refuse.
enum PageError: Error {
    case notFound
    /// A form without the browser's token, or sent from another site.
    case foreignForm
    case requestTooLarge
    /// A form that no page of ours sends.
    case malformedForm
}

/// What the error page shows.
struct PageFault: Sendable {
    let status: HTTPResponse.Status
    let title: LocalizedText
    let advice: LocalizedText

    init(_ error: any Error) {
        switch error {
        case let error as AdministrationError: self.init(error)
        case let error as PageError: self.init(error)
        case let error as any HTTPResponseError: self.init(status: error.status)
        default: self.init(status: .internalServerError)
        }
    }

    private init(_ error: AdministrationError) {
        switch error {
        case .invalid: self.init(status: .badRequest, advice: error.message)
        case .notFound: self.init(status: .notFound, advice: error.message)
        case .conflict, .settingsConflict: self.init(status: .conflict, advice: error.message)
        case .denied, .unauthenticated: self.init(status: .forbidden, advice: error.message)
        case .tooManyAttempts: self.init(status: .tooManyRequests, advice: error.message)
        case .unavailable: self.init(status: .serviceUnavailable)
        }
    }

    private init(_ error: PageError) {
        switch error {
        case .notFound: self.init(status: .notFound)
        case .foreignForm: self.init(status: .forbidden)
        case .requestTooLarge: self.init(status: .contentTooLarge)
        case .malformedForm: self.init(status: .badRequest)
        }
    }

    private init(status: HTTPResponse.Status, advice: LocalizedText? = nil) {
        self.status = status
        let (title, usual) = Self.texts(status)
        self.title = title.text
        self.advice = advice ?? usual.text
    }

    private static func texts(_ status: HTTPResponse.Status) -> (title: ErrorText, advice: ErrorText) {
        switch status {
        case .notFound, .methodNotAllowed: (.notFoundTitle, .notFoundAdvice)
        case .forbidden: (.forbiddenTitle, .forbiddenAdvice)
        case .contentTooLarge, .uriTooLong: (.tooLargeTitle, .tooLargeAdvice)
        case .conflict: (.conflictTitle, .badRequestAdvice)
        case .tooManyRequests: (.tooManyTitle, .badRequestAdvice)
        case .serviceUnavailable: (.unavailableTitle, .unavailableAdvice)
        case let status where status.kind == .clientError: (.badRequestTitle, .badRequestAdvice)
        default: (.internalTitle, .internalAdvice)
        }
    }
}
