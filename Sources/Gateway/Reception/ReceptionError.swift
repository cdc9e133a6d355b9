package import Settings

/// Why reception cannot start.
package enum ReceptionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// An address and port of the settings cannot be listened on; `reason` is the system's text.
    case cannotListen(ListenAddress, ListenerKind, reason: String)
    /// `start()` or `run()` was called a second time.
    case startedTwice

    package var description: String {
        switch self {
        case .cannotListen(let address, let kind, let reason): "cannot listen on \(address) for \(kind.rawValue): \(reason)"
        case .startedTwice: "reception was started before"
        }
    }
}
