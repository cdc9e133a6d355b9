import Mail

/// Runs programs over messages. Pure: what is to be done is returned. A run is bounded by `SieveLimits`, whatever script and message
/// say; one that meets a bound or an error is given up, and the message is kept as it came (RFC 5228 section 2.10.6).
package struct SieveInterpreter: Sendable {
    private let limits: SieveLimits
    /// Whether scripts may not touch fields of a name, given in lower case.
    private let isProtected: @Sendable (String) -> Bool

    package init(limits: SieveLimits = SieveLimits(), isProtected: @escaping @Sendable (String) -> Bool) {
        self.limits = limits
        self.isProtected = isProtected
    }

    /// - Parameter traces: whether every test and action is to be told of.
    package func run(_ program: SieveProgram, _ message: SieveMessage, traces: Bool = false) -> SieveOutcome {
        var run = SieveRun(program: program, message: message, limits: limits, isProtected: isProtected, traces: traces)
        do throws(SieveRunFault) {
            try run.perform(program.steps)
            return run.outcome
        } catch {
            return SieveOutcome(actions: [], isKept: true, edits: SieveOutcome.HeaderEdits(), fault: error, trace: run.trace)
        }
    }
}

/// One run of one program over one message.
struct SieveRun {
    let program: SieveProgram
    let message: SieveMessage
    let limits: SieveLimits
    let isProtected: @Sendable (String) -> Bool
    let traces: Bool
    var trace: [SieveOutcome.Trace] = []
    var steps: Int
    var position = SievePosition.start
    var variables: [String: String] = [:]
    /// Of the last match with groups: `${0}` and so on.
    var groups: [String] = []
    /// The header as it is now.
    var fields: [Field]
    private var actions: [SieveOutcome.Action] = []
    private var isKept = false
    private var isCancelled = false
    private var isStopped = false
    private var editCount = 0
    private var cachedBody: SieveMessage.Body??

    struct Field {
        let field: SieveMessage.Field
        let origin: Origin

        enum Origin: Hashable { case message(Int), first, last }
    }

    init(
        program: SieveProgram, message: SieveMessage, limits: SieveLimits, isProtected: @escaping @Sendable (String) -> Bool, traces: Bool
    ) {
        self.program = program
        self.message = message
        self.limits = limits
        self.isProtected = isProtected
        self.traces = traces
        steps = limits.steps
        fields = message.fields.enumerated().map { Field(field: $1, origin: .message($0)) }
    }

    var outcome: SieveOutcome {
        var edits = SieveOutcome.HeaderEdits()
        var left: Set<Int> = []
        for field in fields {
            let added = SieveOutcome.Field(name: field.field.name, value: String(decoding: field.field.unfolded, as: UTF8.self))
            switch field.origin {
            case .message(let index): left.insert(index)
            case .first: edits.first.append(added)
            case .last: edits.last.append(added)
            }
        }
        edits.deleted = Set(message.fields.indices).subtracting(left)
        return SieveOutcome(actions: actions, isKept: isKept || !isCancelled, edits: edits, fault: nil, trace: trace)
    }

    mutating func body() -> SieveMessage.Body? {
        if let cachedBody { return cachedBody }
        let body = message.body()
        cachedBody = .some(body)
        return body
    }

    func fault(_ problem: SieveRunFault.Problem) -> SieveRunFault { SieveRunFault(problem, at: position) }

    mutating func take(_ count: Int) throws(SieveRunFault) {
        steps -= count
        guard steps > 0 else { throw fault(.tooManySteps) }
    }

    mutating func perform(_ list: [SieveProgram.Step]) throws(SieveRunFault) {
        for step in list where !isStopped {
            try take(1)
            switch step {
            case .choice(let branches, let otherwise): try choose(branches, otherwise)
            case .act(let act, let position):
                self.position = position
                try perform(act)
            }
        }
    }

    private mutating func choose(_ branches: [SieveProgram.Branch], _ otherwise: [SieveProgram.Step]) throws(SieveRunFault) {
        for branch in branches where try holds(branch.test) { return try perform(branch.steps) }
        try perform(otherwise)
    }

    mutating func note(_ step: SieveOutcome.Trace.Step, at position: SievePosition) {
        guard traces, trace.count < limits.traceEntries else { return }
        trace.append(SieveOutcome.Trace(position: position, step: step))
    }

    private mutating func perform(_ act: SieveProgram.Act) throws(SieveRunFault) {
        switch act {
        case .stop:
            isStopped = true
            note(.action("stop"), at: position)
        case .keep:
            try record(.keep, "keep")
            isKept = true
        case .discard:
            try record(.discard, "discard")
            isCancelled = true
        case .fileInto(let folder, let copies):
            let name = Self.line(try expand(folder), limits.reasonBytes)
            try record(.fileInto(name), "fileinto \(copies ? ":copy " : "")\"\(name)\"")
            if !copies { isCancelled = true }
        case .redirect(let target, let copies): try redirect(try expand(target), copies: copies)
        case .reject(let reason):
            let text = Self.line(try expand(reason), limits.reasonBytes)
            try record(.reject(text), "reject \"\(text)\"")
            isCancelled = true
        case .set(let name, let value, let modifiers):
            let text = try modified(try expand(value), modifiers)
            variables[name] = text
            note(.action("set \"\(name)\" \"\(Self.line(text, 100))\""), at: position)
        case .addHeader(let name, let value, let isLast): try addHeader(try expand(name), try expand(value), isLast: isLast)
        case .deleteHeader(let name, let matching, let keys, let index, let isFromEnd):
            try deleteHeader(try expand(name), matching, keys, index: index, isFromEnd: isFromEnd)
        }
    }

    /// Who rejects says that nobody got the message (RFC 5429 section 2.1).
    private mutating func record(_ kind: SieveOutcome.Action.Kind, _ words: String) throws(SieveRunFault) {
        guard actions.count < limits.actions else { throw fault(.tooManyActions(limits.actions)) }
        func isRejection(_ kind: SieveOutcome.Action.Kind) -> Bool { if case .reject = kind { true } else { false } }
        let others = actions.filter { $0.kind != .discard }
        if isRejection(kind) ? !others.isEmpty : kind != .discard && others.contains(where: { isRejection($0.kind) }) {
            throw fault(.rejectWithOthers)
        }
        actions.append(SieveOutcome.Action(kind: kind, position: position))
        note(.action(words), at: position)
    }

    private mutating func redirect(_ target: String, copies: Bool) throws(SieveRunFault) {
        guard let address = try? EmailAddress(target) else { throw fault(.badAddress(Self.line(target, 100))) }
        let kind = SieveOutcome.Action.Kind.redirect(address.description)
        if !copies { isCancelled = true }
        // Once is enough (RFC 5228 section 2.10.3).
        guard !actions.contains(where: { $0.kind == kind }) else { return }
        let present = actions.count { if case .redirect = $0.kind { true } else { false } }
        guard present < limits.redirects else { throw fault(.tooManyRedirects(limits.redirects)) }
        try record(kind, "redirect \(copies ? ":copy " : "")\"\(address)\"")
    }

    private mutating func addHeader(_ name: String, _ value: String, isLast: Bool) throws(SieveRunFault) {
        try guardEdit(name)
        let text = Self.line(value, limits.fieldBytes)
        let field = SieveMessage.Field(name: name, unfolded: Array(text.utf8))
        if isLast {
            fields.append(Field(field: field, origin: .last))
        } else {
            fields.insert(Field(field: field, origin: .first), at: 0)
        }
        note(.action("addheader \"\(name)\" \"\(text)\""), at: position)
    }

    private mutating func deleteHeader(
        _ name: String, _ matching: SieveProgram.Matching, _ keys: [SieveProgram.Key], index: Int?, isFromEnd: Bool
    ) throws(SieveRunFault) {
        try guardEdit(name)
        var places = fields.indices.filter { fields[$0].field.name.lowercased() == name.lowercased() }
        if let index {
            guard index <= places.count else { return }
            places = [isFromEnd ? places[places.count - index] : places[index - 1]]
        }
        var removed: [Int] = []
        for place in places {
            if keys.isEmpty {
                removed.append(place)
            } else if try matches([fields[place].field.text], matching, keys) {
                removed.append(place)
            }
        }
        for place in removed.reversed() { fields.remove(at: place) }
        note(.action("deleteheader \"\(name)\" (\(removed.count))"), at: position)
    }

    private mutating func guardEdit(_ name: String) throws(SieveRunFault) {
        guard SieveFieldName.isValid(name) else { throw fault(.badHeaderName(Self.line(name, 100))) }
        guard !isProtected(name.lowercased()) else { throw fault(.protectedField(name)) }
        editCount += 1
        guard editCount <= limits.headerEdits else { throw fault(.tooManyHeaderEdits(limits.headerEdits)) }
    }

    /// One line without control characters, so that nothing can be smuggled into what it becomes part of.
    static func line(_ text: String, _ maximumBytes: Int) -> String {
        var line = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
            let shown: Unicode.Scalar = isControl ? " " : scalar
            if shown == " ", line.last == " " || line.isEmpty { continue }
            bytes += UTF8.width(shown)
            guard bytes <= maximumBytes else { break }
            line.append(shown)
        }
        if line.last == " " { line.removeLast() }
        return String(line)
    }
}
