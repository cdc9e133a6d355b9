import Synchronization

/// What the handler keeps of one session between its calls: one value of each type. Reception makes one for each connection and never
/// looks into it.
package final class SessionMemory: Sendable {
    private let state = Mutex<[ObjectIdentifier: any Sendable]>([:])

    package init() {}

    /// What was kept of this type.
    package func value<Value: Sendable>(as type: Value.Type) -> Value? { state.withLock { $0[ObjectIdentifier(type)] as? Value } }

    /// Takes the place of what was kept of this type.
    package func keep<Value: Sendable>(_ value: Value) { state.withLock { $0[ObjectIdentifier(Value.self)] = value } }
}
