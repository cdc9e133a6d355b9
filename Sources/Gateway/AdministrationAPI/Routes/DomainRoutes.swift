import Administration
import DomainsAndUsers
import Mail
import Settings

/// Protected domains and their mail servers.
extension AdministrationAPI {
    var domainRoutes: [APIRoute] {
        [
            .get("/domains") { call async throws(APIError) in
                try call.query.allow()
                let domains = try await ask { () async throws(AdministrationError) in try await administration.domains(call.caller) }
                return .json(PageDocument(all: domains.map(DomainDocument.init)))
            },
            .post("/domains") { call async throws(APIError) in
                try call.query.allow()
                let entry = try Self.domainEntry(call.body, name: nil)
                let domain = try await ask { () async throws(AdministrationError) in try await administration.addDomain(entry, call.caller)
                }
                return .created(DomainDocument(domain), at: "/domains/\(domain.name.ascii)")
            },
            .get("/domains/{name}") { call async throws(APIError) in
                try call.query.allow()
                return .json(DomainDocument(try await domain(call)))
            },
            .put("/domains/{name}") { call async throws(APIError) in
                try call.query.allow()
                let present = try await domain(call)
                let entry = try Self.domainEntry(call.body, name: present.name.ascii)
                let domain = try await ask { () async throws(AdministrationError) in
                    try await administration.updateDomain(entry, call.caller)
                }
                return .json(DomainDocument(domain))
            },
            .delete("/domains/{name}") { call async throws(APIError) in
                try call.query.allow()
                let present = try await domain(call)
                try await ask { () async throws(AdministrationError) in
                    try await administration.deleteDomain(present.name.ascii, call.caller)
                }
                return .noContent
            },
        ]
    }

    /// The domain of the path; what is no domain name is not found either.
    func domain(_ call: APICall) async throws(APIError) -> ProtectedDomain {
        let name = call.parameter("name")
        do throws(APIError) {
            return try await ask { () async throws(AdministrationError) in try await administration.domain(name, call.caller) }
        } catch {
            guard case .administration(.invalid) = error else { throw error }
            throw .administration(.notFound(LocalizedText("There is no domain “\(name)”.", ja: "ドメイン「\(name)」はありません。")))
        }
    }

    /// - Parameter name: the path's, when the body has none.
    private static func domainEntry(_ body: JSONValue, name: String?) throws(APIError) -> DomainEntry {
        var reader = try JSONObjectReader(body)
        let name = name ?? reader.requiredString("name")
        let note = reader.string("note") ?? ""
        let servers = reader.requiredObjects("mailServers") { mailServer(&$0) }
        try reader.finish()
        return DomainEntry(name: name, note: note, mailServers: servers)
    }

    private static func mailServer(_ reader: inout JSONObjectReader) -> MailServerEntry {
        let host = reader.requiredString("host")
        let port = reader.integer("port", in: 1...65_535)
        // Written by us in answers, so that an answer may be sent back.
        _ = reader.boolean("hasPassword")
        return MailServerEntry(
            host: port.map { HostAndPort(host: host, port: $0).description } ?? host,
            priority: reader.integer("priority", in: 0...65_535) ?? 10,
            security: reader.choice("security", ConnectionSecurity.self) ?? .opportunistic, userName: reader.string("userName") ?? "",
            password: reader.string("password") ?? "")
    }
}

/// Listed recipients of a domain.
extension AdministrationAPI {
    var recipientRoutes: [APIRoute] {
        [
            .get("/domains/{name}/recipients") { call async throws(APIError) in
                try call.query.allow("text", "cursor", "limit")
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(String.self)
                let name = try await domain(call).name.ascii
                let addresses = try await ask { () async throws(AdministrationError) in
                    try await administration.recipients(
                        of: name, containing: call.query.text("text") ?? "", after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(addresses, limit: limit, item: \.description, cursor: { PageCursor.word(for: $0.lookupKey) }))
            },
            .post("/domains/{name}/recipients") { call async throws(APIError) in
                try call.query.allow()
                let recipients = try Self.recipients(call.body)
                let name = try await domain(call).name.ascii
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.addRecipients(recipients, to: name, call.caller)
                }
                return .json(RecipientCountDocument(count: count))
            },
            .post("/domains/{name}/recipients/remove") { call async throws(APIError) in
                try call.query.allow()
                let recipients = try Self.recipients(call.body)
                let name = try await domain(call).name.ascii
                let count = try await ask { () async throws(AdministrationError) in
                    try await administration.removeRecipients(recipients, from: name, call.caller)
                }
                return .json(RecipientCountDocument(count: count))
            },
        ]
    }

    private static func recipients(_ body: JSONValue) throws(APIError) -> [String] {
        var reader = try JSONObjectReader(body)
        let recipients = reader.requiredStrings("recipients")
        try reader.finish()
        return recipients
    }
}
