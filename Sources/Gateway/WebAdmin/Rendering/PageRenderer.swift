import Administration
import DomainsAndUsers
import HTTPTypes
import Hummingbird
import Logging
import Mail
import Settings

/// Makes the answer of a page: its template within the common frame.
struct PageRenderer: Sendable {
    let templates: TemplateLibrary
    let assets: SiteAssets
    let nodeName: String
    let logger: Logger

    /// The root object of every template: `page` is the page's own view, `t` the texts.
    private struct Root {
        let layout: LayoutView
        let page: Any
        let t: PageTexts
    }

    /// - Parameter content: the view that the template's `{{#page}}` shows.
    func page(
        _ template: PageTemplate, _ content: any Sendable, title: String, in item: NavigationItem? = nil, visitor: Visitor,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        page(template, content, title: title, activePath: item?.path, visitor, status)
    }

    /// A page of users.
    func page(
        _ template: PageTemplate, _ content: any Sendable, title: String, inOwn item: OwnNavigationItem, visitor: Visitor,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        page(template, content, title: title, activePath: item.path, visitor, status)
    }

    private func page(
        _ template: PageTemplate, _ content: any Sendable, title: String, activePath: String?, _ visitor: Visitor,
        _ status: HTTPResponse.Status
    ) -> Response {
        let layout = LayoutView(title: title, activePath: activePath, visitor: visitor, nodeName: nodeName, assets: assets)
        let html = templates.render(template, Root(layout: layout, page: content, t: PageTexts(language: visitor.language)))
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .contentLanguage: visitor.language.rawValue],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        if visitor.isFormTokenFresh { response.setCookie(SiteCookie.formToken.cookie(visitor.formToken)) }
        if visitor.notice != nil { response.setCookie(SiteCookie.notice.removal) }
        return response
    }

    func errorPage(_ fault: PageFault, visitor: Visitor) -> Response {
        let language = visitor.language
        let view = ErrorView(
            title: fault.title[language], advice: fault.advice[language], status: ErrorText.status.filled(language, fault.status.code),
            homeText: (visitor.userSession == nil ? ErrorText.toDashboard.text : OwnPagesText.toQuarantine.text)[language])
        return page(.error, view, title: view.title, visitor: visitor, status: fault.status)
    }

    private struct ErrorView {
        let title: String
        let advice: String
        let status: String
        let homeText: String
    }
}

/// What surrounds every page.
struct LayoutView: Sendable {
    let language: String
    let title: String
    let nodeName: String
    let bootstrap: String
    let site: String
    let icon: String
    let navigation: [Group]
    /// Name of who is signed in, an administrator or a user.
    let person: String?
    /// His first page and his account.
    let homePath: String
    let accountPath: String
    let signOutPath: String
    let formToken: String
    let notice: String?
    let otherLanguage: String
    let otherLanguageName: String
    /// The same page in the other language, for visitors without a session.
    let languageLink: String
    /// Where to come back to after the language was changed.
    let returnPath: String

    /// Entries of the menu that stand together.
    struct Group: Sendable {
        /// `nil` for entries that need no heading.
        let title: String?
        let links: [Link]
    }

    struct Link: Sendable {
        let path: String
        let text: String
        let icon: String
        let isActive: Bool
    }

    init(title: String, activePath: String?, visitor: Visitor, nodeName: String, assets: SiteAssets) {
        language = visitor.language.rawValue
        self.title = title
        self.nodeName = nodeName
        bootstrap = assets.link(SiteAssets.bootstrap)
        site = assets.link(SiteAssets.site)
        icon = assets.link(SiteAssets.icon)
        if let user = visitor.userSession?.principal.user {
            let links = OwnNavigationItem.allCases.map {
                Link(path: $0.path, text: $0.text[visitor.language], icon: $0.rawValue, isActive: $0.path == activePath)
            }
            navigation = [Group(title: nil, links: links)]
            person = user.address.description
            (homePath, accountPath, signOutPath) = (OwnPath.quarantine, OwnPath.account, OwnPath.signOut)
        } else {
            navigation = NavigationGroup.allCases.map { group in
                let links = group.items.map {
                    Link(path: $0.path, text: $0.text[visitor.language], icon: $0.rawValue, isActive: $0.path == activePath)
                }
                return Group(title: group.text?[visitor.language], links: links)
            }
            person = visitor.session?.administrator.name
            (homePath, accountPath, signOutPath) = (SitePath.dashboard, SitePath.account, SitePath.signOut)
        }
        formToken = visitor.formToken
        notice = visitor.notice?.text(visitor.language)
        let other: Language = visitor.language == .english ? .japanese : .english
        otherLanguage = other.rawValue
        otherLanguageName = (other == .english ? CommonText.english : .japanese)[other]
        languageLink = Self.link(visitor.target, language: other)
        returnPath = visitor.target
    }

    private static func link(_ target: String, language: Language) -> String {
        let parts = target.split(separator: "?", maxSplits: 1)
        let path = String(parts.first ?? "/")
        let kept = parts.dropFirst().first?.split(separator: "&").filter { !$0.hasPrefix("\(LanguageChoice.queryName)=") } ?? []
        return path + "?" + (kept + ["\(LanguageChoice.queryName)=\(language.rawValue)"]).joined(separator: "&")
    }
}
