package import Settings

/// What the primary does next with a move, decided from what the nodes reported. Pure: it reads no clock and no folder.
package struct FolderMoveCourse: Sendable {
    package struct Node: Sendable, Hashable {
        package let identifier: NodeID
        package let name: String

        package init(identifier: NodeID, name: String) {
            self.identifier = identifier
            self.name = name
        }
    }

    package enum Action: Sendable, Hashable {
        /// Nothing can be done before these nodes have done their part.
        case wait([Waiting])
        case advance(to: FolderMove.State)
        case fail(String)
        /// These nodes copy.
        case assign([NodeID], round: Int)
    }

    /// Whom a move waits for, and why.
    package struct Waiting: Sendable, Hashable {
        package enum Reason: Sendable, Hashable {
            /// It has not reported that it tried the new folder.
            case notProbed
            /// It has not adopted the present step.
            case notAdopted
            case copying
            /// It cannot use a folder: its own words.
            case trouble(String)
        }

        package let node: Node
        package let reason: Reason

        package init(_ node: Node, _ reason: Reason) {
            self.node = node
            self.reason = reason
        }
    }

    /// How long every living node may take to try the new folder before the move is given up.
    package static let probingPatience = Duration.seconds(60)

    private let move: FolderMove
    private let living: [Node]
    private let members: [NodeID: FolderMove.Member]
    private let own: NodeID

    /// - Parameters:
    ///   - living: nodes that are not stopped; a node that died takes no part, and reads the settings when it returns.
    ///   - own: the primary, which copies itself what it can.
    package init(_ move: FolderMove, members: [FolderMove.Member], living: [Node], own: NodeID) {
        self.move = move
        self.living = living.sorted { $0.name < $1.name }
        self.members = Dictionary(members.map { ($0.node, $0) }, uniquingKeysWith: { first, _ in first })
        self.own = own
    }

    /// - Parameter waited: how long this primary has seen the move in its present state.
    package func next(waited: Duration) -> Action {
        switch move.state {
        case .probing: probing(waited)
        case .announcing: afterAdoption(move.leavesFiles ? .switching : .copying)
        case .copying: copying(then: .switching)
        case .switching: afterAdoption(!move.leavesFiles ? .finishing : move.forgetsOld ? .done : .reading)
        case .finishing: copying(then: .done)
        case .reading, .done, .cancelled, .failed: .wait([])
        }
    }

    private func probing(_ waited: Duration) -> Action {
        for node in living {
            guard let member = members[node.identifier], member.hasProbed, !member.cause.isEmpty else { continue }
            return .fail(FolderTrouble.named(node.name, member.cause))
        }
        let missing = living.filter { members[$0.identifier]?.hasProbed != true }
        guard let first = missing.first else { return .advance(to: .announcing) }
        if waited >= Self.probingPatience {
            return .fail(FolderTrouble(missing: .answer, account: "", cause: "the node has not tried it", node: first.name).packed)
        }
        return .wait(missing.map { Waiting($0, .notProbed) })
    }

    /// Every living node has the present step in force and can use the new folder.
    private func afterAdoption(_ state: FolderMove.State) -> Action {
        let waiting = unready
        return waiting.isEmpty ? .advance(to: state) : .wait(waiting)
    }

    private var unready: [Waiting] {
        living.compactMap { node in
            guard let member = members[node.identifier] else { return Waiting(node, .notAdopted) }
            if !member.cause.isEmpty { return Waiting(node, .trouble(member.cause)) }
            return member.adoptedStep < move.step ? Waiting(node, .notAdopted) : nil
        }
    }

    private func copying(then state: FolderMove.State) -> Action {
        let unassigned = groups.filter { copier(of: $0) == nil && !isCopied($0) }
        if !unassigned.isEmpty { return .assign(unassigned.map(chosen), round: move.state.copyRound) }
        let busy = groups.filter { !isCopied($0) }.compactMap(copier).map { node in
            Waiting(node, members[node.identifier].flatMap { $0.cause.isEmpty ? nil : .trouble($0.cause) } ?? .copying)
        }
        let waiting = busy + unready.filter { waiting in !busy.contains { $0.node == waiting.node } } + orphans
        return waiting.isEmpty ? .advance(to: state) : .wait(waiting)
    }

    /// Living nodes by the old folder they have; those of one folder need one copier. Who came after the switch has one
    /// only if he reaches the others'.
    private var groups: [[Node]] {
        let known = living.filter { node in
            members[node.identifier].map { $0.source != nil || !move.state.isSwitched } ?? false
        }
        let bySource = Dictionary(grouping: known) { node in
            members[node.identifier]?.source?.description ?? node.identifier.description
        }
        return bySource.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Nodes that are gone with an old place of Message Data that nobody living has and nobody has copied: what came into it before the
    /// switch is mail. One of them must return, or a node that came later must reach the place.
    private var orphans: [Waiting] {
        guard move.folder == .messageData, move.state == .finishing else { return [] }
        let reached = Set(living.compactMap { members[$0.identifier]?.source })
        let missing = members.values.filter { member in
            guard let source = member.source, !reached.contains(source) else { return false }
            return !members.values.contains { $0.source == source && isCopied(by: $0) }
        }
        return missing.map { Waiting(Node(identifier: $0.node, name: $0.node.description), .notAdopted) }
            .sorted { $0.node.name < $1.node.name }
    }

    private func copier(of group: [Node]) -> Node? {
        group.first { members[$0.identifier]?.round.number == move.state.copyRound }
    }

    /// By anyone, a node that has died since too.
    private func isCopied(_ group: [Node]) -> Bool {
        guard let source = group.first.flatMap({ members[$0.identifier]?.source }) else {
            return group.contains { isCopied(by: members[$0.identifier]) }
        }
        return members.values.contains { $0.source == source && isCopied(by: $0) }
    }

    private func isCopied(by member: FolderMove.Member?) -> Bool {
        guard let member else { return false }
        return member.round.number == move.state.copyRound && member.round.isDone
    }

    private func chosen(_ group: [Node]) -> NodeID { (group.first { $0.identifier == own } ?? group[0]).identifier }
}
