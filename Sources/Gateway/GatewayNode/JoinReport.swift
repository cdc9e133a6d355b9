package import Settings

/// What a join found, step by step, and whether the node is in.
package struct JoinReport: Sendable {
    package private(set) var rows: [Row] = []
    /// The node was admitted and its home is ready.
    package internal(set) var isJoined = false

    /// One line of the preflight table.
    package struct Row: Sendable, Hashable {
        package let step: Step
        package let state: State
        package let detail: LocalizedText
        /// What to do; for all but good rows.
        package let remedy: LocalizedText?
    }

    package enum State: String, Sendable, Hashable {
        case ok, warning, failed
    }

    /// In the order of the table.
    package enum Step: String, Sendable, Hashable, CaseIterable {
        case home
        case database
        case version
        case registrationKey = "registration-key"
        case nodeName = "node-name"
        case timeZone = "time-zone"
        case clock
        case roundTrip = "round-trip"
        case messageData = "message-data"
    }

    /// Nothing stands in the way; warnings do not.
    package var isClear: Bool { !rows.contains { $0.state == .failed } }

    mutating func ok(_ step: Step, _ english: String, ja japanese: String) {
        rows.append(Row(step: step, state: .ok, detail: LocalizedText(english, ja: japanese), remedy: nil))
    }

    mutating func add(_ step: Step, _ state: State, _ detail: LocalizedText, remedy: LocalizedText) {
        rows.append(Row(step: step, state: state, detail: detail, remedy: remedy))
    }

    mutating func fail(_ step: Step, _ detail: String, remedy: LocalizedText) {
        add(step, .failed, LocalizedText(detail, ja: detail), remedy: remedy)
    }
}
