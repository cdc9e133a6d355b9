import DomainsAndUsers
import Filtering
import Mail
import Settings

// MARK: - users

extension ConfigurationPlanner {
    mutating func readAccounts(_ domains: [ConfigurationFile.Domain]) {
        let known = Dictionary(
            present.accounts.map { ($0.user.address.lookupKey, $0) }, uniquingKeysWith: { first, _ in first })
        var wanted: [(place: String, account: ConfigurationContents.Account, old: ConfigurationContents.Account?)] = []
        for (index, domain) in domains.enumerated() {
            for (position, account) in (domain.users ?? []).enumerated() {
                let place = "domains[\(index)].users[\(position)]"
                guard let address = try? EmailAddress(account.address), let name = address.domainName,
                    name == (try? DomainName(domain.name))
                else {
                    note(
                        "\(place).address", "“\(account.address)” is not an address of \(domain.name).",
                        ja: "「\(account.address)」は \(domain.name) のアドレスではありません。")
                    continue
                }
                let old = known[address.lookupKey]
                if let new = self.account(account, address, old, place) { wanted.append((place, new, old)) }
            }
        }
        checkOwners(wanted.map { ($0.place, $0.account.user) })
        for (_, new, old) in wanted { write(new, over: old) }
    }

    private mutating func account(
        _ account: ConfigurationFile.Account, _ address: EmailAddress, _ old: ConfigurationContents.Account?, _ place: String
    ) -> ConfigurationContents.Account? {
        var verifier: SCRAMVerifier?
        if let text = account.verifier {
            // What is wrong with a secret is not told.
            guard let read = try? SCRAMVerifier(text: text) else {
                note("\(place).verifier", "This is not a stored password of this product.", ja: "この製品のパスワード情報ではありません。")
                return nil
            }
            verifier = read
        }
        let input = UserEntry(
            displayName: account.displayName ?? old?.user.displayName ?? "", isEnabled: account.isEnabled ?? old?.user.isEnabled ?? true,
            aliases: account.aliases ?? old?.user.aliases.map(\.description) ?? [])
        let names = domainNames
        let aliases = checked(place) { () throws(AdministrationError) in
            try Administration.validated(input, of: address, domains: names)
        }
        guard let aliases else { return nil }
        let user = User(
            identifier: old?.user.identifier ?? RecordIdentifier(milliseconds: now.milliseconds), address: old?.user.address ?? address,
            displayName: input.displayName, isEnabled: input.isEnabled, hasPassword: verifier != nil || old?.user.hasPassword ?? false,
            aliases: aliases, createdAt: old?.user.createdAt ?? now)
        return ConfigurationContents.Account(user: user, verifier: verifier)
    }

    /// An address belongs to one user, as his own or as an alias, when all is written.
    private mutating func checkOwners(_ wanted: [(place: String, user: User)]) {
        var owners: [String: String] = [:]
        let replaced = Set(wanted.map(\.user.address.lookupKey))
        for account in present.accounts where !replaced.contains(account.user.address.lookupKey) {
            for key in account.user.addressKeys { owners[key] = account.user.address.description }
        }
        for (place, user) in wanted {
            for key in user.addressKeys.sorted() {
                if let owner = owners[key] {
                    note(place, "“\(key)” belongs to the user \(owner) already.", ja: "「\(key)」はすでにユーザー \(owner) のアドレスです。")
                } else {
                    owners[key] = user.address.description
                }
            }
        }
    }

    private mutating func write(_ new: ConfigurationContents.Account, over old: ConfigurationContents.Account?) {
        let name = new.user.address.description
        let after = Administration.detail(new.user)
        guard let old else {
            differ(.user, name, nil, after)
            let words = entry("user.add", name, nil, after)
            return edit {
                $0.newAccounts.append(new)
                $0.history.append(words)
            }
        }
        let hasNewPassword = new.verifier != nil && new.verifier != old.verifier
        guard !Self.isAlike(old.user, new.user) || hasNewPassword else { return }
        let before = Administration.detail(old.user)
        differ(.user, name, before, hasNewPassword ? "\(after); password changed" : after)
        let words = entry("user.change", name, before, after)
        let written = ConfigurationContents.Account(user: new.user, verifier: hasNewPassword ? new.verifier : nil)
        edit {
            $0.changedAccounts.append(written)
            $0.history.append(words)
        }
    }
}

extension ConfigurationPlanner {
    /// In what a file can say of a user.
    private static func isAlike(_ left: User, _ right: User) -> Bool {
        left.displayName == right.displayName && left.isEnabled == right.isEnabled && left.addressKeys == right.addressKeys
    }
}

// MARK: - access lists

extension ConfigurationPlanner {
    mutating func readAccessLists(_ entries: [ConfigurationFile.Entry]) {
        var known = Dictionary(present.accessList.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        for (index, line) in entries.enumerated() {
            let place = "accessLists[\(index)]"
            guard let list = AccessListEntry.List(rawValue: line.list), let kind = AccessListEntry.Kind(rawValue: line.kind) else {
                note(place, "“\(line.list)” or “\(line.kind)” is not known.", ja: "「\(line.list)」または「\(line.kind)」は指定できません。")
                continue
            }
            let input = AccessListInput(list: list, kind: kind, value: line.value, domain: line.domain ?? "", note: line.note ?? "")
            let names = domainNames
            let new = checked(place) { () throws(AdministrationError) in try Administration.validated(input, domains: names) }
            guard let new else { continue }
            let old = known[Self.key(new)]
            known[Self.key(new)] = old ?? new
            write(new, over: old, keepsNote: line.note == nil)
        }
    }

    private mutating func write(_ new: AccessListEntry, over old: AccessListEntry?, keepsNote: Bool) {
        let detail = Administration.detail(new)
        guard var old else {
            differ(.accessList, new.value, nil, detail)
            let words = entry("access-list.add", new.value, nil, detail)
            return edit {
                $0.newEntries.append(new)
                $0.history.append(words)
            }
        }
        guard !keepsNote, old.note != new.note else { return }
        let (before, after) = ("\(detail): “\(old.note)”", "\(detail): “\(new.note)”")
        differ(.accessList, new.value, before, after)
        let words = entry("access-list.change", new.value, before, after)
        old.note = new.note
        let changed = old
        edit {
            $0.changedEntries.append(changed)
            $0.history.append(words)
        }
    }

    private static func key(_ entry: AccessListEntry) -> String {
        "\(entry.list.rawValue) \(entry.kind.rawValue) \(entry.value) \(entry.domain?.ascii ?? "")"
    }
}
