/// The entries of the users' menu.
enum OwnNavigationItem: String, Sendable, CaseIterable {
    case quarantine, account

    var path: String {
        switch self {
        case .quarantine: OwnPath.quarantine
        case .account: OwnPath.account
        }
    }

    var text: OwnPagesText {
        switch self {
        case .quarantine: .menuQuarantine
        case .account: .menuAccount
        }
    }
}
