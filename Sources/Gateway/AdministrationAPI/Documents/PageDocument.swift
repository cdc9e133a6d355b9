/// One page of a list. Also what lists without pages answer; they never have a `next`.
package struct PageDocument<Item: Codable & Sendable>: Codable, Sendable {
    package let items: [Item]
    /// To be given as `cursor` for the page after this; absent when nothing follows.
    package let next: String?
    /// A search that had to look at too many rows stopped here: nothing older was looked at yet, `next` goes on. Absent in complete pages.
    package let searchedBackTo: String?

    init(all items: [Item]) {
        self.items = items
        next = nil
        searchedBackTo = nil
    }
}
