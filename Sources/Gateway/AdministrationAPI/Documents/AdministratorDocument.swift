import Administration
import DomainsAndUsers
import Settings

/// Someone who may sign in.
package struct AdministratorDocument: Codable, Sendable {
    package let identifier: String
    package let name: String
    package let role: String
    package let language: String
    package let createdAt: String

    init(_ administrator: Administrator) {
        identifier = administrator.identifier.description
        name = administrator.name
        role = administrator.role.rawValue
        language = administrator.language.rawValue
        createdAt = TimeText.text(administrator.createdAt)
    }
}

/// Body of `POST /administrators`.
package struct NewAdministratorDocument: Codable, Sendable {
    package let name: String
    package let password: String
    /// `en` or `ja`; `en` when absent.
    package let language: String?

    package init(name: String, password: String, language: String?) {
        self.name = name
        self.password = password
        self.language = language
    }
}

/// Body of `PUT /administrators/{name}/password`.
package struct PasswordDocument: Codable, Sendable {
    package let password: String

    package init(password: String) { self.password = password }
}

/// A row of the audit log.
package struct AuditDocument: Codable, Sendable {
    package let identifier: String
    package let time: String
    package let timeMilliseconds: Int64
    /// `administrator:NAME`, `command:uid=NUMBER` or `node`.
    package let actor: String
    package let node: String
    package let action: String
    package let target: String
    package let detail: String

    init(_ record: AuditRecord) {
        identifier = record.identifier.description
        time = TimeText.text(record.time)
        timeMilliseconds = record.time.milliseconds
        actor = record.actor
        node = record.node.description
        action = record.action
        target = record.target
        detail = record.detail
    }
}
