/// One page of a list. Also what lists without pages answer; they never have a `next`.
package struct PageDocument<Item: Codable & Sendable>: Codable, Sendable {
    package let items: [Item]
    /// To be given as `cursor` for the page after this; absent when nothing follows.
    package let next: String?

    init(all items: [Item]) {
        self.items = items
        next = nil
    }
}
