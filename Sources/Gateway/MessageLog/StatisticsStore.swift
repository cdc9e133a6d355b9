package import Settings

/// Messages of one direction and result that came in one period, of all nodes.
package struct MailFigure: Sendable, Hashable {
    /// Beginning of the period.
    package let start: UTCTime
    package let direction: MailDirection
    package let result: MessageResult
    package let messages: Int
    /// Of the contents as received.
    package let sizeBytes: Int

    package init(start: UTCTime, direction: MailDirection, result: MessageResult, messages: Int, sizeBytes: Int) {
        self.start = start
        self.direction = direction
        self.result = result
        self.messages = messages
        self.sizeBytes = sizeBytes
    }
}

/// On which side of a message an address stands.
package enum CorrespondentSide: String, Sendable, Hashable, Codable, CaseIterable {
    case sender, recipient
}

/// An address and how much accepted mail it sent or got.
package struct Correspondent: Sendable, Hashable {
    /// In lower case; empty: the null reverse-path.
    package let address: String
    package let messages: Int
    package let sizeBytes: Int

    package init(address: String, messages: Int, sizeBytes: Int) {
        self.address = address
        self.messages = messages
        self.sizeBytes = sizeBytes
    }
}

/// Which correspondents are asked for.
package struct CorrespondentQuery: Sendable, Hashable {
    package let side: CorrespondentSide
    package let direction: MailDirection?
    /// Whole days in UTC: the one this lies in is the first.
    package let from: UTCTime
    /// The day before this, or the day it lies in, is the last.
    package let until: UTCTime
    /// 1 to `maximumLimit`.
    package let limit: Int

    /// As many as a node keeps for a day; further ones would not be the next ones.
    package static var maximumLimit: Int { 100 }

    package init(side: CorrespondentSide, direction: MailDirection?, from: UTCTime, until: UTCTime, limit: Int) {
        self.side = side
        self.direction = direction
        self.from = from
        self.until = until
        self.limit = min(max(1, limit), Self.maximumLimit)
    }
}

/// Where rolled-up figures are read. Implemented by GatewayDatabase; the work depends on the number of periods and nodes, never on the
/// number of messages.
package protocol StatisticsStore: Sendable {
    /// Figures of the periods that begin in the range, oldest first; periods without mail are missing.
    func mailFigures(
        _ period: StatisticsPeriod, from: UTCTime, until: UTCTime, direction: MailDirection?
    ) async throws(MessageLogError) -> [MailFigure]
    /// Those with the most messages, most first.
    func correspondents(_ query: CorrespondentQuery) async throws(MessageLogError) -> [Correspondent]
}
