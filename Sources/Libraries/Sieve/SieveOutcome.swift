/// What a script wants done with a message.
package struct SieveOutcome: Sendable, Hashable {
    /// In the order in which the script took them; without `keep`, and without those of a run that was given up.
    package let actions: [Action]
    /// Whether the message stays on its way: by `keep`, or because nothing else was done with it.
    package let isKept: Bool
    package let edits: HeaderEdits
    /// Why the run was given up; the message is kept as it came then.
    package let fault: SieveRunFault?
    /// What happened, in order; empty unless it was asked for.
    package let trace: [Trace]

    package struct Action: Sendable, Hashable {
        package let kind: Kind
        package let position: SievePosition

        package enum Kind: Sendable, Hashable {
            case keep
            case fileInto(String)
            /// A syntactically valid address.
            case redirect(String)
            case discard
            /// One line.
            case reject(String)
        }
    }

    /// What becomes of the header.
    package struct HeaderEdits: Sendable, Hashable {
        /// Positions of the message's fields that are taken away.
        package var deleted: Set<Int> = []
        /// Put in front, the topmost first.
        package var first: [Field] = []
        /// Put at the end of the header.
        package var last: [Field] = []

        package var isEmpty: Bool { deleted.isEmpty && first.isEmpty && last.isEmpty }

        package init() {}
    }

    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Trace: Sendable, Hashable {
        package let position: SievePosition
        package let step: Step

        package enum Step: Sendable, Hashable {
            case test(String, Bool)
            /// As the script says it.
            case action(String)
        }
    }
}
