/// A section behind one reference: every message takes the settings in force along, and so copies a few dozen references instead of all
/// the lists and texts in them.
@propertyWrapper
package struct SharedSection<Section: Sendable & Equatable>: Sendable, Equatable {
    private final class Box: Sendable {
        let section: Section

        init(_ section: Section) { self.section = section }
    }

    private var box: Box

    package init(wrappedValue: Section) { box = Box(wrappedValue) }

    package var wrappedValue: Section {
        get { box.section }
        set { box = Box(newValue) }
    }

    package static func == (first: Self, second: Self) -> Bool { first.box === second.box || first.box.section == second.box.section }
}
