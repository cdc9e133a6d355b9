import Settings
import Testing

@testable import SharedFolders

/// What the primary does next with a move, by what the nodes reported.
struct FolderMoveCourseTests {
    private static let nodes = (1...3).map {
        FolderMoveCourse.Node(identifier: NodeID(RecordIdentifier(high: 1, low: UInt64($0))), name: "mx\($0)")
    }
    private static let identifier = RecordIdentifier(high: 7, low: 7)
    private static let share = RecordIdentifier(high: 8, low: 8)

    private static func move(_ state: FolderMove.State, step: Int = 2, leavesFiles: Bool = false, forgetsOld: Bool = false) -> FolderMove {
        FolderMove(
            identifier: identifier, folder: .messageData, oldPath: "/srv/old", newPath: "/srv/new",
            newIdentity: RecordIdentifier(high: 9, low: 9), leavesFiles: leavesFiles, forgetsOld: forgetsOld, state: state, step: step)
    }

    private static func member(_ number: Int, step: Int = 2, source: RecordIdentifier? = share, cause: String = "") -> FolderMove.Member {
        var member = FolderMove.Member(move: identifier, node: nodes[number - 1].identifier)
        member.hasProbed = true
        member.adoptedStep = step
        member.source = source
        member.cause = cause
        return member
    }

    private static func next(
        _ move: FolderMove, _ members: [FolderMove.Member], living: [FolderMoveCourse.Node] = nodes, waited: Duration = .zero
    ) -> FolderMoveCourse.Action {
        FolderMoveCourse(move, members: members, living: living, own: nodes[1].identifier).next(waited: waited)
    }

    @Test func `it is announced when every living node has tried the new place`() {
        let two = [Self.member(1), Self.member(2)]
        #expect(Self.next(Self.move(.probing), two) == .wait([.init(Self.nodes[2], .notProbed)]))
        #expect(Self.next(Self.move(.probing), two + [Self.member(3)]) == .advance(to: .announcing))
        #expect(Self.next(Self.move(.probing), two, living: Array(Self.nodes.prefix(2))) == .advance(to: .announcing))
    }

    @Test func `a node that cannot use the new place ends the move with its name and reason`() throws {
        let trouble = FolderTrouble(missing: .create, account: "gateway", cause: "Permission denied")
        guard case .fail(let cause) = Self.next(Self.move(.probing), [Self.member(1), Self.member(2, cause: trouble.packed)]) else {
            Issue.record("the move goes on")
            return
        }
        let text = try #require(FolderTrouble.text(cause, path: "/srv/new"))
        for word in ["mx2", "gateway", "/srv/new", "create", "Permission denied"] { #expect(text.english.contains(word)) }
        #expect(text.japanese.contains("mx2") && text.japanese.contains("権限"))
    }

    @Test func `a living node that says nothing ends the move after a minute`() {
        let members = [Self.member(1), Self.member(2)]
        guard case .wait = Self.next(Self.move(.probing), members, waited: .seconds(59)) else { return #expect(Bool(false)) }
        guard case .fail(let cause) = Self.next(Self.move(.probing), members, waited: FolderMoveCourse.probingPatience) else {
            return #expect(Bool(false))
        }
        #expect(FolderTrouble(packed: cause)?.node == "mx3")
    }

    @Test(arguments: [
        (FolderMove.State.announcing, false, false, FolderMove.State.copying), (.announcing, true, false, .switching),
        (.switching, false, false, .finishing), (.switching, true, false, .reading), (.switching, true, true, .done),
    ])
    func `it goes on when every living node has adopted the step`(
        state: FolderMove.State, leavesFiles: Bool, forgetsOld: Bool, then: FolderMove.State
    ) {
        let move = Self.move(state, leavesFiles: leavesFiles, forgetsOld: forgetsOld)
        let late = [Self.member(1), Self.member(2), Self.member(3, step: 1)]
        #expect(Self.next(move, late) == .wait([.init(Self.nodes[2], .notAdopted)]))
        #expect(Self.next(move, late, living: Array(Self.nodes.prefix(2))) == .advance(to: then))
        #expect(Self.next(move, [1, 2, 3].map { Self.member($0) }) == .advance(to: then))
        #expect(Self.next(move, [Self.member(1), Self.member(2)]) == .wait([.init(Self.nodes[2], .notAdopted)]))
    }

    @Test func `it waits for a node whose new folder has turned bad`() {
        let trouble = FolderTrouble(missing: .mount, account: "gateway", cause: "gone").packed
        let members = [Self.member(1), Self.member(2, cause: trouble), Self.member(3)]
        #expect(Self.next(Self.move(.announcing), members) == .wait([.init(Self.nodes[1], .trouble(trouble))]))
    }

    @Test func `the primary copies a folder that all share, and each node one of its own`() {
        let shared = [1, 2, 3].map { Self.member($0) }
        #expect(Self.next(Self.move(.copying), shared) == .assign([Self.nodes[1].identifier], round: 1))
        let own = [1, 2, 3].map { Self.member($0, source: RecordIdentifier(high: 8, low: UInt64($0))) }
        guard case .assign(let nodes, 1) = Self.next(Self.move(.copying), own) else { return #expect(Bool(false)) }
        #expect(Set(nodes) == Set(Self.nodes.map(\.identifier)))
    }

    @Test func `it is switched when the copy is done, and a dead copier's work is given to another`() {
        var members = [1, 2, 3].map { Self.member($0) }
        members[0].round = FolderMove.Round(assigned: 1)
        #expect(Self.next(Self.move(.copying), members) == .wait([.init(Self.nodes[0], .copying)]))
        #expect(
            Self.next(Self.move(.copying), members, living: Array(Self.nodes.dropFirst()))
                == .assign([Self.nodes[1].identifier], round: 1))
        members[0].round.isDone = true
        #expect(Self.next(Self.move(.copying), members) == .advance(to: .switching))
        #expect(Self.next(Self.move(.copying), members, living: Array(Self.nodes.dropFirst())) == .advance(to: .switching))
        // Another round is another copy.
        #expect(Self.next(Self.move(.finishing), members) == .assign([Self.nodes[1].identifier], round: 2))
    }

    @Test func `a node that came after the switch has nothing to copy`() {
        var members = [Self.member(1), Self.member(2), Self.member(3, source: nil)]
        members[1].round = FolderMove.Round(assigned: 2)
        members[1].round.isDone = true
        #expect(Self.next(Self.move(.finishing), members) == .advance(to: .done))
    }

    @Test func `it does not end while the old place that only dead nodes had is not copied anew`() {
        let dead = (1...2).map { Self.member($0) }
        let late = Self.member(3, source: nil)
        let living = [Self.nodes[2]]
        guard case .wait(let waiting) = Self.next(Self.move(.finishing), dead + [late], living: living) else {
            Issue.record("the move went on")
            return
        }
        #expect(waiting.map(\.node.identifier) == Self.nodes.prefix(2).map(\.identifier))
        var reaching = late
        reaching.source = Self.share
        #expect(
            Self.next(Self.move(.finishing), dead + [reaching], living: living) == .assign([Self.nodes[2].identifier], round: 2))
        reaching.round = FolderMove.Round(assigned: 2)
        reaching.round.isDone = true
        #expect(Self.next(Self.move(.finishing), dead + [reaching], living: living) == .advance(to: .done))
    }

    @Test(arguments: [FolderMove.State.reading, .done, .cancelled, .failed]) func `nothing follows by itself on the end`(
        state: FolderMove.State
    ) {
        #expect(Self.next(Self.move(state), [1, 2, 3].map { Self.member($0) }) == .wait([]))
    }

    /// The heart of it: nodes are at most one step apart, and what one of them writes all others can read.
    @Test(arguments: [
        [FolderMove.State.probing, .announcing, .copying, .switching, .finishing, .done],
        [.probing, .announcing, .switching, .reading, .done],
        [.probing, .announcing, .copying, .cancelled],
    ])
    func `whatever node is a step behind, each reads what every other writes`(states: [FolderMove.State]) {
        var present = FolderPlaces(present: "/srv/old")
        var places = [present]
        for state in states {
            let next = FolderPlaces(present: present.present).during(Self.move(state), oldPath: "/srv/old")
            places.append(next)
            present = next
        }
        for (behind, ahead) in zip(places, places.dropFirst()) {
            #expect(([behind.present] + behind.others).contains(ahead.present), "\(behind) reads what \(ahead) writes")
            #expect(
                ([ahead.present] + ahead.others).contains(behind.present) || ahead.others.isEmpty && behind.others.contains(ahead.present))
        }
    }
}
