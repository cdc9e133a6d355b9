/// Names under which a part, or files within it, might be saved: each once, up to a limit.
package struct FileNameList: Sendable, Hashable {
    package private(set) var names: [String] = []
    /// Whether names were left out: a sender can hide one behind many.
    package private(set) var isCut = false
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func add(_ name: String) {
        guard !names.contains(name) else { return }
        guard names.count < limit else { return leaveOut() }
        names.append(name)
    }

    mutating func leaveOut() { isCut = true }
}
