/// What waits for the writer's next batch, in order of arrival. A value: the writer keeps it under its lock.
struct WriterBacklog {
    private var items: [WriterItem] = []
    private var refusalCount = 0

    var count: Int { items.count }
    var isEmpty: Bool { items.isEmpty }

    mutating func append(_ item: WriterItem) {
        if case .refusal = item.work { refusalCount += 1 }
        items.append(item)
    }

    /// What a retried batch could not do goes first.
    mutating func prepend(_ item: WriterItem) { items.insert(item, at: 0) }

    /// Drops the oldest log rows until at most `maximum` wait.
    /// - Returns: how many were dropped.
    mutating func trimRefusals(to maximum: Int) -> Int {
        guard refusalCount > maximum else { return 0 }
        // A tenth at once, so that dropping one by one does not walk the whole backlog each time.
        let surplus = refusalCount - maximum + maximum / 10
        var left = surplus
        items.removeAll { item in
            guard left > 0, case .refusal = item.work else { return false }
            left -= 1
            return true
        }
        refusalCount -= surplus - left
        return surplus - left
    }

    /// The next batch: the oldest items, at least one, within the limits. What nobody waits for any more is left out.
    mutating func takeBatch(_ limits: WriterLimits) -> [WriterItem] {
        var batch: [WriterItem] = []
        var rows = 0
        var index = 0
        while index < items.count, batch.count < limits.itemsPerBatch {
            let item = items[index]
            guard item.isWanted else {
                index += 1
                continue
            }
            guard batch.isEmpty || rows + item.weight <= limits.rowsPerBatch else { break }
            if case .refusal = item.work { refusalCount -= 1 }
            rows += item.weight
            batch.append(item)
            index += 1
        }
        items.removeFirst(index)
        return batch
    }

    /// Takes out those whose time is over.
    mutating func removeOverdue(at now: ContinuousClock.Instant) -> [WriterItem] {
        guard items.contains(where: { !$0.isUnattended && $0.due <= now }) else { return [] }
        var overdue: [WriterItem] = []
        items.removeAll { item in
            guard !item.isUnattended, item.due <= now else { return false }
            overdue.append(item)
            return true
        }
        return overdue
    }

    mutating func removeAll() -> [WriterItem] {
        defer {
            items = []
            refusalCount = 0
        }
        return items
    }
}
