package import Settings

/// Where one round of indexing the log's texts stands. Each case is one short transaction away from the next.
package enum TextIndexTurn: Sendable, Hashable {
    /// Says up to which time messages may be indexed from now on.
    case begin
    /// Waits until every writer that may not have heard of it has ended; `barrier` is the first transaction that has.
    case settle(horizon: UTCTime, barrier: Int)
    /// Adds messages that came late to the segment they belong to.
    case addLate(horizon: UTCTime)
    case build(horizon: UTCTime)
    case merge(horizon: UTCTime)
    /// Removes segments whose messages are all gone.
    case remove
    /// Nothing is left to do for now.
    case done
}

/// How far the text index reaches.
package struct TextIndexReach: Sendable, Hashable {
    /// Messages received before are searched by it; `nil` while it is empty.
    package let until: UTCTime?
    /// From when on.
    package let from: UTCTime?
    /// Late messages that are not yet in it, counted up to some hundreds; searches look at their surroundings besides.
    package let lateMessages: Int

    package init(from: UTCTime?, until: UTCTime?, lateMessages: Int) {
        self.from = from
        self.until = until
        self.lateMessages = lateMessages
    }
}

/// The index by which searches for an address, a client, a Message-ID or a part of a text leave out what cannot have it. Implemented by GatewayDatabase.
package protocol TextIndexStore: Sendable {
    /// Performs one step in a transaction of well under a second; the primary's fence is asserted in it.
    /// - Returns: the next step. The same `.settle` again: somebody may still be writing, look again later.
    func perform(_ turn: TextIndexTurn, now: UTCTime) async throws(MessageLogError) -> TextIndexTurn
}
