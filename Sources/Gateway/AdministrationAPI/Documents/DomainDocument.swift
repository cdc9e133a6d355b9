import DomainsAndUsers
import Mail
import Settings

/// A protected domain.
package struct DomainDocument: Codable, Sendable {
    package let identifier: String
    /// Lower case, A-labels.
    package let name: String
    /// As people write it.
    package let unicodeName: String
    package let note: String
    package let mailServers: [MailServerDocument]

    init(_ domain: ProtectedDomain) {
        identifier = domain.identifier.description
        name = domain.name.ascii
        unicodeName = domain.name.unicode
        note = domain.note
        mailServers = domain.mailServers.map(MailServerDocument.init)
    }
}

/// A next hop of a domain; the same in requests and answers.
package struct MailServerDocument: Codable, Sendable, Hashable {
    /// In requests also with a port, `mail.example.com:2525`, when there is no `port`.
    package var host: String
    package var port: Int?
    package var priority: Int?
    /// `none`, `opportunistic`, `required`, `verified`, `implicit`.
    package var security: String?
    /// What the gateway signs in as.
    package var userName: String?
    /// Only in requests; absent there: the one that is stored for this user name at this host stays.
    package var password: String?
    /// Only in answers, beside a user name.
    package var hasPassword: Bool?

    package init(
        host: String, port: Int?, priority: Int?, security: String?, userName: String? = nil, password: String? = nil,
        hasPassword: Bool? = nil
    ) {
        self.host = host
        self.port = port
        self.priority = priority
        self.security = security
        self.userName = userName
        self.password = password
        self.hasPassword = hasPassword
    }

    init(_ server: MailServer) {
        self.init(
            host: server.endpoint.host, port: server.endpoint.port, priority: server.priority, security: server.security.rawValue,
            userName: server.credential?.userName, hasPassword: server.credential.map { _ in true })
    }
}

/// Body of `POST /domains`, and without a name of `PUT /domains/{name}`.
package struct DomainEntryDocument: Codable, Sendable {
    package let name: String?
    package let note: String?
    package let mailServers: [MailServerDocument]

    package init(name: String?, note: String?, mailServers: [MailServerDocument]) {
        self.name = name
        self.note = note
        self.mailServers = mailServers
    }
}

/// Body of the two actions on a domain's listed recipients.
package struct RecipientsDocument: Codable, Sendable {
    package let recipients: [String]

    package init(recipients: [String]) { self.recipients = recipients }
}

/// How many addresses an action concerned.
package struct RecipientCountDocument: Codable, Sendable {
    package let count: Int
}
