import Settings

/// Why what concerns learning could not be read or written: the database is away, or this node is not the primary (any more). Transient as
/// far as anybody knows.
package enum LearningError: Error, Sendable, Hashable, CustomStringConvertible {
    case unavailable(cause: String)
    case folder(cause: String)
    /// What was learned before cannot be read; an administrator may decide to go on without.
    case samplesLost(generation: String)

    package var description: String {
        switch self {
        case .unavailable(let cause), .folder(let cause): cause
        case .samplesLost(let generation): LearningNote.samplesLost(generation: generation).text.english
        }
    }
}
