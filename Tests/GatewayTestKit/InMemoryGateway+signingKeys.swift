package import DomainsAndUsers
package import Mail
import SenderAuthentication
package import Settings

extension InMemoryGateway: SigningKeyStore {
    package func insertSigningKey(_ key: DomainSigningKey, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try changeKeys(of: name, audit) { keys throws(DirectoryError) in
            guard !keys.contains(where: { $0.selector == key.selector }) else { throw .alreadyExists(key.selector) }
            keys.append(key)
        }
    }

    package func activateSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try changeKeys(of: name, audit) { keys throws(DirectoryError) in
            guard let kind = keys.first(where: { $0.selector == selector })?.key.kind else { throw .notFound(selector) }
            for index in keys.indices where keys[index].key.kind == kind { keys[index].isActive = keys[index].selector == selector }
        }
    }

    package func deleteSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try changeKeys(of: name, audit) { keys throws(DirectoryError) in
            guard let index = keys.firstIndex(where: { $0.selector == selector }) else { throw .notFound(selector) }
            keys.remove(at: index)
        }
    }

    private func changeKeys(
        of name: DomainName, _ audit: AuditEntry, _ change: (inout [DomainSigningKey]) throws(DirectoryError) -> Void
    ) throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.domains.firstIndex(where: { $0.name == name }) else { throw .notFound(name.ascii) }
            try change(&state.domains[index].signingKeys)
            state.audit.append(audit)
        }
    }
}
