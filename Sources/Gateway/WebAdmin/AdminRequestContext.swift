import Administration
import DomainsAndUsers
package import Hummingbird
import NIOCore
import Settings

/// What is known of one request: where it comes from, who is signed in, which language.
package struct AdminRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Address of the client without port, which is the peer, or whom a trusted load balancer names; empty when there is none (tests).
    package let remoteAddress: String
    /// Filled in by the middleware `VisitorPreferences` and `SignedInVisitor`.
    var visitor = Visitor()

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = ProxiedClient.current?.address ?? source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// The browser's side of a request.
struct Visitor: Sendable {
    var language = Language.english
    /// On administrators' pages only.
    var session: BrowserSession?
    /// On users' pages only.
    var userSession: UserBrowserSession?
    /// Secret of this browser that every form carries; see `FormGuard`.
    var formToken = ""
    /// The browser does not have the token yet: the answer must set its cookie.
    var isFormTokenFresh = false
    /// Path and query of the page asked for; `/` for forms.
    var target = SitePath.dashboard
    /// What the action before this page did.
    var notice: Notice?
}

/// A valid session of a user.
struct UserBrowserSession: Sendable {
    let principal: UserPrincipal
    let token: String
}

/// A valid session and whose it is.
struct BrowserSession: Sendable {
    let administrator: Administrator
    let token: String
}
