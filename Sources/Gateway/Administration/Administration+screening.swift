import DomainsAndUsers
import Mail
package import Screening
package import Settings

/// A ban as it is entered.
package struct BanInput: Sendable, Hashable {
    /// An address, a network, or a user's address.
    package var subject: String
    /// `nil`: until it is lifted.
    package var minutes: Int?
    package var note: String

    package static let longestMinutes = 5_256_000

    package init(subject: String, minutes: Int? = nil, note: String = "") {
        self.subject = subject
        self.minutes = minutes
        self.note = note
    }
}

extension Administration {
    /// Bans in force, newest first.
    package func bans(
        _ filter: BanFilter, after cursor: ScreeningCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [Ban] {
        try Self.checkSearch(filter.text, maximum: BanFilter.maximumTextBytes)
        do throws(DirectoryError) {
            return try await ports.filtering.bans.bans(filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// In force on this node when it returns, on the others within moments.
    package func addBan(_ input: BanInput, _ caller: AdministrationCaller) async throws(AdministrationError) -> Ban {
        let subject = try await subject(of: input)
        let now = UTCTime.now()
        let new = Ban(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), subject: subject, reason: .manual, note: input.note, node: nodeID,
            begunAt: now, until: input.minutes.map { now.advanced(by: .seconds($0 * 60)) })
        let detail = new.until.map { "until \($0)" } ?? "until lifted"
        do throws(DirectoryError) {
            try await ports.filtering.bans.insert(new, audit: entry(caller, "ban.add", subject.description, detail))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return new
    }

    /// - Returns: how many were in force.
    package func liftBans(_ identifiers: [RecordIdentifier], _ caller: AdministrationCaller) async throws(AdministrationError) -> Int {
        guard !identifiers.isEmpty, identifiers.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) entries.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
        var names: [String] = []
        let count: Int
        do throws(DirectoryError) {
            for identifier in identifiers.prefix(20) {
                if let ban = try await ports.filtering.bans.ban(identifier) { names.append(ban.subject.description) }
            }
            count = try await ports.filtering.bans.lift(
                identifiers, audit: entry(caller, "ban.lift", names.joined(separator: ", "), "\(identifiers.count)"))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return count
    }

    /// Traces of refused sign-ins of all nodes, newest first.
    package func signInRefusals(
        _ filter: SignInRefusalFilter, after cursor: ScreeningCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [SignInRefusal] {
        try Self.checkSearch(filter.text, maximum: SignInRefusalFilter.maximumTextBytes)
        do throws(DirectoryError) {
            return try await ports.filtering.bans.signInRefusals(filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Whether addresses are banned by themselves at present.
    package var isScreening: Bool { current.snapshot.settings.screening.isOn }

    private static func checkSearch(_ text: String, maximum: Int) throws(AdministrationError) {
        guard text.utf8.count > maximum else { return }
        throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
    }

    private func subject(of input: BanInput) async throws(AdministrationError) -> BanSubject {
        var problems: [FieldProblem] = []
        if input.note.utf8.count > Ban.maximumNoteBytes { problems.append(FieldProblem("note", "The note is too long.", ja: "メモが長すぎます。")) }
        if let minutes = input.minutes, !(1...BanInput.longestMinutes).contains(minutes) {
            problems.append(
                FieldProblem(
                    "minutes", "1 to \(BanInput.longestMinutes) minutes are expected.", ja: "1～\(BanInput.longestMinutes) 分の範囲で指定してください。"))
        }
        let subject: BanSubject?
        do throws(FieldProblem) {
            subject = try await input.subject.contains("@") ? user(input.subject) : network(input.subject)
        } catch {
            problems.append(error)
            subject = nil
        }
        guard problems.isEmpty, let subject else { throw .invalid(problems) }
        return subject
    }

    private func user(_ text: String) async throws(FieldProblem) -> BanSubject {
        // Why an address is none helps nobody more than the address itself.
        guard let address = try? EmailAddress(text) else {
            throw FieldProblem("subject", "“\(text)” is not a user's address.", ja: "「\(text)」はユーザーのアドレスではありません。")
        }
        return .user(address.lookupKey)
    }

    private func network(_ text: String) async throws(FieldProblem) -> BanSubject {
        guard let subject = BanSubject(.network, text), case .network(let range) = subject else {
            throw FieldProblem(
                "subject", "“\(text)” is not an address or network such as 192.0.2.0/24.",
                ja: "「\(text)」はアドレスまたはネットワーク（例: 192.0.2.0/24）ではありません。")
        }
        guard range.prefixLength >= (range.address.isIPv4 ? 8 : 16) else {
            throw FieldProblem(
                "subject", "\(range) is a large part of the Internet; at least /8 (IPv6: /16) is required.",
                ja: "\(range) は範囲が広すぎます。/8（IPv6 は /16）以上のプレフィックス長を指定してください。")
        }
        if range.prefixLength == range.address.bytes.count * 8, ports.isNeverBanned(range.address, current.snapshot.settings) {
            throw FieldProblem(
                "subject", "\(range) is this host, a load balancer, in a trusted network or on the allow list, and is never banned.",
                ja: "\(range) はこのホスト、ロードバランサー、信頼するネットワーク、または許可リストに該当するため、制限できません。")
        }
        return subject
    }
}

/// Where refused sign-ins leave their trace.
package protocol SignInRefusalRecorder: Sendable {
    /// Never waits. - Parameter name: what is no possible name is given as `?`.
    func note(_ way: SignInRefusal.Way, name: String, address: String)
}

extension SignInTrace: SignInRefusalRecorder {
    package func note(_ way: SignInRefusal.Way, name: String, address: String) { note(way, name: name, address: address, at: .now()) }
}

/// For tools without a node: no trace is left.
package struct NoSignInTrace: SignInRefusalRecorder {
    package init() {}
    package func note(_ way: SignInRefusal.Way, name: String, address: String) {}
}
