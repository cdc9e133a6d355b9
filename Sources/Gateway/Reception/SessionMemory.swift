import Synchronization

/// What the handler keeps of one session between its calls. Reception makes one for each connection and never looks into it.
package final class SessionMemory: Sendable {
    private let state = Mutex<(any Sendable)?>(nil)

    package init() {}

    /// What was kept, if it is of this type.
    package func value<Value: Sendable>(as type: Value.Type) -> Value? { state.withLock { $0 as? Value } }

    package func keep(_ value: some Sendable) { state.withLock { $0 = value } }
}
