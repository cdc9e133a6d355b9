import DomainsAndUsers
package import Filtering
import Mail
package import Quarantine
package import Screening
package import Settings

extension Administration {
    /// The ports of filtering.
    package struct FilteringPorts: Sendable {
        package let accessLists: any AccessListStore
        package let contentRules: any ContentRuleStore
        package let sieveScripts: any SieveScriptStore
        package let quarantine: any QuarantineStore
        package let contents: any StoredContentSource
        package let greylist: any GreylistAdministrationStore
        package let bans: any BanStore

        package init(
            accessLists: any AccessListStore, contentRules: any ContentRuleStore, sieveScripts: any SieveScriptStore,
            quarantine: any QuarantineStore,
            contents: any StoredContentSource,
            greylist: any GreylistAdministrationStore, bans: any BanStore
        ) {
            self.accessLists = accessLists
            self.contentRules = contentRules
            self.sieveScripts = sieveScripts
            self.quarantine = quarantine
            self.contents = contents
            self.greylist = greylist
            self.bans = bans
        }
    }
}

/// An entry of the allow or block list as it is entered.
package struct AccessListInput: Sendable, Hashable {
    package var list: AccessListEntry.List
    package var kind: AccessListEntry.Kind
    package var value: String
    /// A protected domain, or empty for everybody.
    package var domain: String
    package var note: String

    package init(list: AccessListEntry.List, kind: AccessListEntry.Kind, value: String, domain: String = "", note: String = "") {
        self.list = list
        self.kind = kind
        self.value = value
        self.domain = domain
        self.note = note
    }
}

extension Administration {
    package func accessListEntries(
        _ filter: AccessListFilter, after cursor: AccessListCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [AccessListEntry] {
        guard filter.text.utf8.count <= AccessListFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(DirectoryError) {
            return try await ports.filtering.accessLists.accessListEntries(
                filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func accessListEntry(
        _ identifier: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> AccessListEntry {
        do throws(DirectoryError) {
            if let entry = try await ports.filtering.accessLists.accessListEntry(identifier) { return entry }
        } catch {
            throw AdministrationError(error)
        }
        throw .notFound(LocalizedText("There is no such entry (any more).", ja: "この項目はありません。"))
    }

    package func addAccessListEntry(
        _ input: AccessListInput, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> AccessListEntry {
        let new = try await validated(input, caller)
        do throws(DirectoryError) {
            try await ports.filtering.accessLists.insert(new, audit: entry(caller, "access-list.add", new.value, Self.detail(new)))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return new
    }

    package func setAccessListNote(
        _ note: String, of identifier: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> AccessListEntry {
        var present = try await accessListEntry(identifier, caller)
        if let problem = Self.noteProblem(note) { throw .invalid([problem]) }
        let audit = entry(
            caller, "access-list.change", present.value, "\(Self.detail(present)): “\(present.note)” → “\(note)”",
            before: "\(Self.detail(present)): “\(present.note)”", after: "\(Self.detail(present)): “\(note)”")
        do throws(DirectoryError) {
            try await ports.filtering.accessLists.setAccessListNote(note, of: identifier, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        present.note = note
        return present
    }

    /// - Returns: how many there were.
    package func deleteAccessListEntries(
        _ identifiers: [RecordIdentifier], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Int {
        guard !identifiers.isEmpty, identifiers.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) entries.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
        var names: [String] = []
        for identifier in identifiers.prefix(20) {
            do throws(DirectoryError) {
                if let found = try await ports.filtering.accessLists.accessListEntry(identifier) {
                    names.append("\(found.value) (\(Self.detail(found)))")
                }
            } catch {
                throw AdministrationError(error)
            }
        }
        let audit = entry(caller, "access-list.delete", names.joined(separator: ", "), "\(identifiers.count)")
        let count: Int
        do throws(DirectoryError) {
            count = try await ports.filtering.accessLists.deleteAccessListEntries(identifiers, audit: audit)
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return count
    }

    private func validated(
        _ input: AccessListInput, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> AccessListEntry {
        // Without a domain none is asked for.
        let names = input.domain.isEmpty ? [] : Set(try await domains(caller).map(\.name))
        return try Self.validated(input, domains: names)
    }

    /// - Parameter names: the protected domains.
    static func validated(_ input: AccessListInput, domains names: Set<DomainName>) throws(AdministrationError) -> AccessListEntry {
        var problems: [FieldProblem] = []
        let value = AccessListEntry.canonical(input.kind, input.value)
        if value == nil {
            problems.append(FieldProblem(field: "value", message: input.kind.expectation(input.value)))
        } else if input.kind == .network, let range = NetworkRange(input.value), range.prefixLength < (range.address.isIPv4 ? 8 : 16) {
            problems.append(
                FieldProblem(
                    "value", "\(range) is a large part of the Internet; at least /8 (IPv6: /16) is required.",
                    ja: "\(range) は範囲が広すぎます。/8（IPv6 は /16）以上のプレフィックス長を指定してください。"))
        }
        var domain: DomainName?
        if !input.domain.isEmpty {
            // What is no domain name is no protected domain either.
            domain = (try? DomainName(input.domain)).flatMap { names.contains($0) ? $0 : nil }
            if domain == nil {
                problems.append(
                    FieldProblem("domain", "“\(input.domain)” is not a protected domain.", ja: "「\(input.domain)」は保護対象ドメインではありません。"))
            }
        }
        if let problem = noteProblem(input.note) { problems.append(problem) }
        guard problems.isEmpty, let value else { throw .invalid(problems) }
        return AccessListEntry(
            identifier: RecordIdentifier(milliseconds: UTCTime.now().milliseconds), list: input.list, kind: input.kind, value: value,
            domain: domain, note: input.note)
    }

    private static func noteProblem(_ note: String) -> FieldProblem? {
        guard note.utf8.count > AccessListEntry.maximumNoteBytes else { return nil }
        return FieldProblem("note", "The note is too long.", ja: "メモが長すぎます。")
    }

    static func detail(_ entry: AccessListEntry) -> String {
        "\(entry.list.rawValue) \(entry.kind.rawValue)" + (entry.domain.map { " for \($0.ascii)" } ?? "")
    }
}

extension AccessListEntry.Kind {
    /// What should have been typed.
    fileprivate func expectation(_ text: String) -> LocalizedText {
        switch self {
        case .sender:
            LocalizedText(
                "“\(text)” is not an address such as someone@example.com.", ja: "「\(text)」はメールアドレス（例: someone@example.com）ではありません。")
        case .senderDomain, .host:
            LocalizedText("“\(text)” is not a name such as mail.example.com.", ja: "「\(text)」は名前（例: mail.example.com）ではありません。")
        case .network:
            LocalizedText(
                "“\(text)” is not an address or network such as 192.0.2.0/24.", ja: "「\(text)」はアドレスまたはネットワーク（例: 192.0.2.0/24）ではありません。")
        }
    }
}
