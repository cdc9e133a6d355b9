/// What to look for in the engine's plans.
enum TestPlan {
    /// A walk along an index that is filtered by rows collected along others before: its cost grows with the table.
    nonisolated(unsafe) static let collectsFirst = /ORDER \S+ INDEX/
}
