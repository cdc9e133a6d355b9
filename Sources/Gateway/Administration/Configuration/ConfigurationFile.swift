/// The file of an export: JSON, described in the manual. Read strictly: a member that is not known is refused, so that a misspelt one
/// is not silently left out.
package struct ConfigurationFile: Sendable, Equatable {
    package var format = ConfigurationFile.formatName
    package var version = ConfigurationFile.currentVersion
    /// For people; not read.
    package var exportedAt: String?
    package var product: String?
    package var settings: [Section] = []
    package var domains: [Domain] = []
    package var accessLists: [Entry] = []

    package static let formatName = "securitygateway-configuration"
    /// Raised when an older program would misunderstand the file.
    package static let currentVersion = 1
    /// A larger file is refused unread: some 50,000 users with aliases fit.
    package static let maximumBytes = 16 << 20
    /// Recipients, users and list entries of a file, each.
    package static let maximumEntries = 100_000

    /// A section of the cluster, or of the domain that is named.
    package struct Section: Sendable, Equatable {
        package var section: String
        package var domain: String?
        /// By field, as commands write them; `null`: the default.
        package var values: [String: String?]
    }

    package struct Domain: Sendable, Equatable {
        package var name: String
        package var note: String?
        package var mailServers: [Server]
        package var recipients: [String]?
        package var users: [Account]?
    }

    package struct Server: Sendable, Equatable {
        /// With port unless it is 25.
        package var host: String
        package var priority: Int?
        package var security: String?
        package var userName: String?
        /// A secret; without it the stored one of this name at this host stays.
        package var password: String?
    }

    package struct Account: Sendable, Equatable {
        package var address: String
        package var displayName: String?
        package var isEnabled: Bool?
        package var aliases: [String]?
        /// A secret: what is stored of the password. Without it a present user keeps his own.
        package var verifier: String?
    }

    package struct Entry: Sendable, Equatable {
        package var list: String
        package var kind: String
        package var value: String
        package var domain: String?
        package var note: String?
    }
}

// MARK: - members, each container refusing what it does not know

extension ConfigurationFile: Codable {
    private enum CodingKeys: String, CodingKey {
        case format, version, exportedAt, product, settings, domains, accessLists
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        format = try members.decode(String.self, forKey: .format)
        version = try members.decode(Int.self, forKey: .version)
        exportedAt = try members.decodeIfThere(String.self, forKey: .exportedAt)
        product = try members.decodeIfThere(String.self, forKey: .product)
        settings = try members.decodeIfThere([Section].self, forKey: .settings) ?? []
        domains = try members.decodeIfThere([Domain].self, forKey: .domains) ?? []
        accessLists = try members.decodeIfThere([Entry].self, forKey: .accessLists) ?? []
    }
}

extension ConfigurationFile.Section: Codable {
    private enum CodingKeys: String, CodingKey {
        case section, domain, values
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        section = try members.decode(String.self, forKey: .section)
        domain = try members.decodeIfThere(String.self, forKey: .domain)
        values = try members.decode([String: String?].self, forKey: .values)
    }
}

extension ConfigurationFile.Domain: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, note, mailServers, recipients, users
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        name = try members.decode(String.self, forKey: .name)
        note = try members.decodeIfThere(String.self, forKey: .note)
        mailServers = try members.decode([ConfigurationFile.Server].self, forKey: .mailServers)
        recipients = try members.decodeIfThere([String].self, forKey: .recipients)
        users = try members.decodeIfThere([ConfigurationFile.Account].self, forKey: .users)
    }
}

extension ConfigurationFile.Server: Codable {
    private enum CodingKeys: String, CodingKey {
        case host, priority, security, userName, password
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        host = try members.decode(String.self, forKey: .host)
        priority = try members.decodeIfThere(Int.self, forKey: .priority)
        security = try members.decodeIfThere(String.self, forKey: .security)
        userName = try members.decodeIfThere(String.self, forKey: .userName)
        password = try members.decodeIfThere(String.self, forKey: .password)
    }
}

extension ConfigurationFile.Account: Codable {
    private enum CodingKeys: String, CodingKey {
        case address, displayName, isEnabled, aliases, verifier
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        address = try members.decode(String.self, forKey: .address)
        displayName = try members.decodeIfThere(String.self, forKey: .displayName)
        isEnabled = try members.decodeIfThere(Bool.self, forKey: .isEnabled)
        aliases = try members.decodeIfThere([String].self, forKey: .aliases)
        verifier = try members.decodeIfThere(String.self, forKey: .verifier)
    }
}

extension ConfigurationFile.Entry: Codable {
    private enum CodingKeys: String, CodingKey {
        case list, kind, value, domain, note
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.members(CodingKeys.self)
        list = try members.decode(String.self, forKey: .list)
        kind = try members.decode(String.self, forKey: .kind)
        value = try members.decode(String.self, forKey: .value)
        domain = try members.decodeIfThere(String.self, forKey: .domain)
        note = try members.decodeIfThere(String.self, forKey: .note)
    }
}
