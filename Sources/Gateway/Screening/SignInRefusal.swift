import MessageLog
package import Settings
import Synchronization

/// A sign-in that was refused, with those like it within some seconds.
package struct SignInRefusal: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// Of the last one.
    package let time: UTCTime
    package let way: Way
    /// As it was typed if it can be a name at all, else `?`: people type passwords into the wrong field.
    package let name: String
    package let address: String
    package let tries: Int
    package let node: NodeID

    package enum Way: String, Sendable, Hashable, Codable, CaseIterable {
        /// SMTP AUTH.
        case smtp
        /// An administrator's sign-in.
        case administrator
        /// A user's sign-in to his own pages.
        case user
        /// A key of the REST API.
        case apiKey = "api-key"
    }

    package static let maximumNameBytes = 254

    package init(
        identifier: RecordIdentifier, time: UTCTime, way: Way, name: String, address: String, tries: Int, node: NodeID
    ) {
        self.identifier = identifier
        self.time = time
        self.way = way
        self.name = name
        self.address = address
        self.tries = tries
        self.node = node
    }
}

/// Which refused sign-ins a page shows. Empty conditions select everything.
package struct SignInRefusalFilter: Sendable, Hashable {
    package var way: SignInRefusal.Way?
    /// Part of name or address.
    package var text = ""

    package static let maximumTextBytes = 200

    package init() {}
}

/// Collects refused sign-ins until they are written: those of one name and address become one row, and a flood of names becomes a
/// bounded number of rows.
package final class SignInTrace: Sendable {
    private struct Key: Hashable {
        let way: SignInRefusal.Way
        let name: String
        let address: String
    }

    private struct Tries {
        var count = 0
        var last = UTCTime(milliseconds: 0)
    }

    private let state = Mutex<[Key: Tries]>([:])
    private let node: NodeID
    private let maximumKeys: Int

    /// Stands for all names beyond the bound.
    static let others = "…"

    /// - Parameter maximumKeys: rows written at once.
    package init(node: NodeID, maximumKeys: Int = 1_000) {
        self.node = node
        self.maximumKeys = maximumKeys
    }

    package func note(_ way: SignInRefusal.Way, name: String, address: String, at time: UTCTime = .now()) {
        let typed = Key(way: way, name: name.cut(to: SignInRefusal.maximumNameBytes), address: address.cut(to: 45))
        state.withLock { state in
            // One of each way, so there are few beyond the bound.
            let key = state[typed] != nil || state.count < maximumKeys ? typed : Key(way: way, name: Self.others, address: Self.others)
            state[key, default: Tries()].count += 1
            state[key, default: Tries()].last = time
        }
    }

    /// What was collected; empty from now on.
    func take() -> [SignInRefusal] {
        let taken = state.withLock { state in
            defer { state = [:] }
            return state
        }
        return taken.map { key, tries in
            SignInRefusal(
                identifier: RecordIdentifier(milliseconds: tries.last.milliseconds), time: tries.last, way: key.way, name: key.name,
                address: key.address, tries: tries.count, node: node)
        }
    }
}
