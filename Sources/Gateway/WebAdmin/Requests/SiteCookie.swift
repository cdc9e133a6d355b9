import Hummingbird

/// The cookies of the web interface. Their prefix makes browsers refuse them from other hosts, other paths and unencrypted
/// connections. `Lax` lets a link in a notification mail open a page; no GET changes anything.
enum SiteCookie: String, CaseIterable {
    case session = "__Host-session"
    /// Of a user; never looked at outside his own pages.
    case userSession = "__Host-user-session"
    case formToken = "__Host-form"
    case language = "__Host-language"
    case notice = "__Host-notice"

    /// - Parameter maximumAgeSeconds: `nil`: until the browser is closed.
    func cookie(_ value: String, maximumAgeSeconds: Int? = nil) -> Cookie {
        Cookie(name: rawValue, value: value, maxAge: maximumAgeSeconds, path: "/", secure: true, httpOnly: true, sameSite: .lax)
    }

    var removal: Cookie { cookie("", maximumAgeSeconds: 0) }
}
