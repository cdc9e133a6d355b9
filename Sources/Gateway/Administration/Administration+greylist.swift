import DomainsAndUsers
package import Filtering
package import Settings

extension Administration {
    /// Waiting and passed triplets, newest first.
    package func greylistEntries(
        _ filter: GreylistFilter, after cursor: GreylistCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [GreylistEntry] {
        guard filter.text.utf8.count <= GreylistFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(DirectoryError) {
            return try await ports.filtering.greylist.greylistEntries(
                filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// A deleted triplet is new again, on every node.
    /// - Returns: how many there were.
    package func deleteGreylistEntries(
        _ identifiers: [RecordIdentifier], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> Int {
        guard !identifiers.isEmpty, identifiers.count <= Self.maximumPageSize else {
            throw .invalid([
                FieldProblem("entries", "Select 1 to \(Self.maximumPageSize) entries.", ja: "1～\(Self.maximumPageSize) 件を選択してください。")
            ])
        }
        let named = identifiers.prefix(20).map(\.description).joined(separator: ", ")
        let count: Int
        do throws(DirectoryError) {
            count = try await ports.filtering.greylist.deleteGreylistEntries(
                identifiers, audit: entry(caller, "greylist.delete", named, "\(identifiers.count)"))
        } catch {
            throw AdministrationError(error)
        }
        await ports.node.adoptChanges()
        return count
    }
}

extension Administration {
    /// Whether anybody is delayed at present.
    package var isGreylisting: Bool { current.snapshot.settings.greylisting.isOn }
}
