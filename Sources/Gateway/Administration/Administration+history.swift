import Cluster
import DomainsAndUsers
import Mail
package import Settings

/// The settings' history: what was changed, what two revisions differ in, and the way back.
extension Administration {
    /// Changes that one comparison looks at; each is a row of a few hundred bytes.
    package static var maximumComparedChanges: Int { 20_000 }

    package func settingsHistory(
        _ filter: SettingsHistoryFilter, before cursor: SettingsHistoryCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [SettingsHistoryEntry] {
        guard filter.actor.utf8.count <= SettingsHistoryFilter.maximumActorBytes else {
            throw .invalid([FieldProblem("actor", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(SettingsError) {
            return try await ports.settings.settingsHistory(filter, before: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// What leads from one revision to another, earlier or later.
    /// - Parameter to: `nil`: the present one.
    package func settingsDifference(
        from: SettingsRevision, to: SettingsRevision?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SettingsDifference {
        do throws(SettingsError) {
            let present = try await ports.settings.currentRevision()
            let oldest = try await ports.settings.oldestKnownRevision()
            return try await difference(from: from, to: to ?? present, oldest: oldest, present: present)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// What going back to a revision would change now. Nothing is written.
    package func settingsReturn(
        to revision: SettingsRevision, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SettingsReturn {
        let owners = try await owners(caller)
        do throws(SettingsError) {
            let stored = try await ports.settings.load()
            let oldest = try await ports.settings.oldestKnownRevision()
            let difference = try await difference(from: stored.revision, to: revision, oldest: oldest, present: stored.revision)
            return SettingsReturn(difference, present: stored.rows, owners: owners)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Puts back every setting that can be, as one new revision. Domains, users and lists stay as they are.
    /// - Parameter basedOn: the revision at which the difference was looked at; `nil`: the present one, whatever it is.
    /// - Throws: `.conflict` when anything was changed since; `.invalid` when there is nothing that can be put back.
    package func returnSettings(
        to revision: SettingsRevision, basedOn: SettingsRevision?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> (revision: SettingsRevision, done: SettingsReturn) {
        let plan = try await settingsReturn(to: revision, caller)
        guard basedOn == nil || basedOn == plan.difference.from else { throw Self.changedMeanwhile }
        guard !plan.returned.isEmpty else {
            throw .invalid([
                FieldProblem(
                    "revision", "No setting differs from revision \(revision) that could be put back.",
                    ja: "リビジョン \(revision) に戻せる設定はありません。")
            ])
        }
        try await checkDirectories(in: plan.changes)
        let audit = entry(
            caller, "settings.return", "revision \(revision)",
            "from \(plan.difference.from): \(plan.returned.count) put back, \(plan.obstacles.count) left")
        let saved: SettingsRevision
        do throws(SettingsError) {
            saved = try await ports.settings.save(plan.changes, ifRevisionIs: plan.difference.from, audit: audit)
        } catch .revisionConflict {
            throw Self.changedMeanwhile
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return (saved, plan)
    }

    static var changedMeanwhile: AdministrationError {
        .conflict(
            LocalizedText(
                "Settings were changed meanwhile. Nothing was written; look at the difference again.",
                ja: "その間に設定が変更されました。何も書き込んでいません。差分をもう一度確認してください。"))
    }

    private func owners(_ caller: AdministrationCaller) async throws(AdministrationError) -> SettingsReturn.Owners {
        let domains = try await domains(caller).map(\.name.ascii)
        let nodes = try await clusterNodes().map(\.node)
        return SettingsReturn.Owners(domains: Set(domains), nodes: Set(nodes + [nodeID]))
    }

    private func difference(
        from: SettingsRevision, to: SettingsRevision, oldest: SettingsRevision, present: SettingsRevision
    ) async throws(SettingsError) -> SettingsDifference {
        for revision in [from, to] where revision < oldest || revision > present {
            throw .invalid([
                SettingsProblem(
                    section: "", field: "revision",
                    message: LocalizedText(
                        "revision \(revision) is not kept; the history goes from \(oldest) to \(present)",
                        ja: "リビジョン \(revision) の記録はありません。履歴は \(oldest) から \(present) までです"))
            ])
        }
        let changes = try await ports.settings.settingsChanges(
            after: min(from, to), upTo: max(from, to), limit: Self.maximumComparedChanges + 1)
        guard changes.count <= Self.maximumComparedChanges else {
            throw .invalid([
                SettingsProblem(
                    section: "", field: "revision",
                    message: LocalizedText(
                        "more than \(Self.maximumComparedChanges) changes lie between the two; choose nearer revisions",
                        ja: "2 つのリビジョンの間の変更が \(Self.maximumComparedChanges) 件を超えています。より近いリビジョンを指定してください"))
            ])
        }
        return SettingsDifference(from: from, to: to, changes: changes)
    }
}
