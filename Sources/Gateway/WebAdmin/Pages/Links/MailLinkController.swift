import Administration
import DomainsAndUsers
import Hummingbird
import Quarantine
import Settings

/// Pages behind links in mail, for whoever has the link. Opening one does nothing, since programs that look at mail open links too: a
/// button does.
struct MailLinkController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.openPage("link/:token") { request in try await show(request) }
        routes.openForm("link/:token") { request, _ in try await use(request) }
    }

    private func show(_ request: PageRequest) async throws(AdministrationError) -> Response {
        let token = request.parameter("token")
        let language = request.language
        guard token != DigestLinks.previewToken else {
            return page(MailLinkView(title: DigestPageText.preview[language], text: DigestPageText.previewText[language]), request)
        }
        let link = try await services.administration.open(link: token)
        if link.isUsed { return page(.said(.usedTitle, .usedText, language), request, status: .gone) }
        let isAboutMessage = link.purpose == .release || link.purpose == .releaseAndAllow
        if isAboutMessage, link.message == nil { return page(.said(.goneTitle, .goneText, language), request, status: .gone) }
        return page(MailLinkView(link, path: "\(DigestLinks.path)/\(token)", language), request)
    }

    private func use(_ request: PageRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let token = request.parameter("token")
        // What it asked for is said afterwards; a link that is not valid is refused here.
        let purpose = try await services.administration.open(link: token).purpose
        switch try await services.administration.use(link: token) {
        case .alreadyUsed: return page(.said(.usedTitle, .usedText, language), request, status: .gone)
        case .gone: return page(.said(.goneTitle, .goneText, language), request, status: .gone)
        case .full: return page(.said(.fullTitle, .fullText, language), request, status: .conflict)
        case .done: break
        }
        switch purpose {
        case .release: return page(.said(.released, .releasedText, language), request)
        case .releaseAndAllow: return page(.said(.released, .allowedText, language), request)
        case .block: return page(.said(.blocked, .blockedText, language), request)
        case .attachment: throw .notFound(DigestPageText.goneTitle.text)
        case .unsubscribe: return page(.said(.unsubscribed, .unsubscribedText, language), request)
        }
    }

    private func page(_ view: MailLinkView, _ request: PageRequest, status: HTTPResponse.Status = .ok) -> Response {
        // Whoever is signed in at this browser has nothing to do with the link.
        var visitor = request.visitor
        visitor.session = nil
        return services.renderer.page(.mailLink, view, title: view.title, visitor: visitor, status: status)
    }
}

/// A question with a button, or what became of it.
struct MailLinkView: Sendable {
    let title: String
    let text: String
    var form: Form?

    struct Form: Sendable {
        let path: String
        let button: String
        let items: [String]
    }

    static func said(_ title: DigestPageText, _ text: DigestPageText, _ language: Language) -> MailLinkView {
        MailLinkView(title: title[language], text: text[language])
    }

    init(title: String, text: String) {
        self.title = title
        self.text = text
    }

    init(_ link: OpenedLink, path: String, _ language: Language) {
        let (title, text, button): (DigestPageText, DigestPageText, DigestPageText) =
            switch link.purpose {
            case .release: (.releaseTitle, .releaseText, .releaseButton)
            case .releaseAndAllow: (.allowTitle, .allowText, .allowButton)
            case .block: (.blockTitle, .blockText, .blockButton)
            case .attachment: (.goneTitle, .goneText, .releaseButton)
            case .unsubscribe: (.unsubscribeTitle, .unsubscribeText, .unsubscribeButton)
            }
        self.title = title[language]
        self.text = text[language]
        let message = link.message.map { [$0.subject, $0.reversePath].filter { !$0.isEmpty } } ?? []
        form = Form(path: path, button: button[language], items: message + [link.owner])
    }
}
