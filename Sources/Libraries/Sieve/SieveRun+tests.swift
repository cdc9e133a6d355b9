import Mail

extension SieveRun {
    mutating func holds(_ test: SieveProgram.Test) throws(SieveRunFault) -> Bool {
        try take(1)
        position = test.position
        let result = try answer(test.question)
        note(.test(test.name, result), at: test.position)
        return result
    }

    private mutating func answer(_ question: SieveProgram.Question) throws(SieveRunFault) -> Bool {
        switch question {
        case .always(let answer): return answer
        case .not(let test): return try !holds(test)
        case .all(let tests):
            for test in tests where try !holds(test) { return false }
            return true
        case .any(let tests):
            for test in tests where try holds(test) { return true }
            return false
        case .exists(let names):
            for name in names where values(of: try expand(name)).isEmpty { return false }
            return true
        case .size(let isOver, let bytes): return isOver ? message.sizeBytes > bytes : message.sizeBytes < bytes
        case .header(let names, let matching, let keys):
            var texts: [String] = []
            for name in names { texts += values(of: try expand(name)).map(\.text) }
            return try matches(texts, matching, keys)
        case .address(let part, let names, let matching, let keys):
            var texts: [String] = []
            for name in names {
                for field in values(of: try expand(name)) {
                    try take(field.unfolded.count)
                    texts += AddressList(parsing: field.unfolded).mailboxes.compactMap { Self.part(part, of: $0.address) }
                }
            }
            return try matches(texts, matching, keys)
        case .envelope(let part, let parts, let matching, let keys):
            let texts = parts.map { $0 == .from ? message.envelopeFrom : message.envelopeTo }
            return try matches(texts.compactMap { Self.part(part, of: $0) }, matching, keys)
        case .body(let transform, let matching, let keys): return try matches(try bodyTexts(transform), matching, keys)
        case .string(let sources, let matching, let keys):
            var texts: [String] = []
            for source in sources { texts.append(try expand(source)) }
            // RFC 5229 section 5: empty strings are not counted.
            if case .count = matching.kind { texts.removeAll(where: \.isEmpty) }
            return try matches(texts, matching, keys)
        case .spam(let isPercent, let matching, let key):
            return try matches([Self.spamValue(message.spamPercent, isPercent: isPercent)], matching, [key])
        case .virus(let matching, let key): return try matches([String(message.virus.rawValue)], matching, [key])
        }
    }

    /// RFC 5235: 0 when nobody looked, else 1 to 10, or 0 to 100 in percent.
    static func spamValue(_ percent: Int?, isPercent: Bool) -> String {
        guard let percent = percent.map({ min(100, max(0, $0)) }) else { return "0" }
        return isPercent ? String(percent) : String(1 + percent * 9 / 100)
    }

    private func values(of name: String) -> [SieveMessage.Field] {
        let wanted = name.lowercased()
        return fields.lazy.map(\.field).filter { $0.name.lowercased() == wanted }
    }

    /// `nil` for an address without that part.
    static func part(_ part: SieveProgram.AddressPart, of address: String) -> String? {
        // Who wrote nothing between angle brackets has an address that is empty (RFC 5228 section 5.4).
        guard let at = address.lastIndex(of: "@") else { return part == .all || part == .localpart ? address : part == .domain ? "" : nil }
        let local = address[..<at]
        let plus = local.firstIndex(of: "+")
        switch part {
        case .all: return address
        case .localpart: return String(local)
        case .domain: return String(address[address.index(after: at)...])
        case .user: return String(plus.map { local[..<$0] } ?? local)
        case .detail: return plus.map { String(local[local.index(after: $0)...]) }
        }
    }

    private mutating func bodyTexts(_ transform: SieveProgram.BodyTransform) throws(SieveRunFault) -> [String] {
        guard let body = body() else { throw fault(.messageNotRead) }
        switch transform {
        case .raw: return [body.raw]
        case .text: return body.parts.filter(\.isText).map(\.text)
        case .content(let types):
            return body.parts.filter { part in
                types.contains { $0.isEmpty || $0 == part.mediaType || (!$0.contains("/") && part.mediaType.hasPrefix($0 + "/")) }
            }.map(\.text)
        }
    }

    /// Whether one of the texts matches one of the keys.
    mutating func matches(
        _ texts: [String], _ matching: SieveProgram.Matching, _ keys: [SieveProgram.Key]
    ) throws(SieveRunFault) -> Bool {
        if case .count(let relation) = matching.kind {
            let count = String(texts.count)
            for key in keys where relation.holds(SieveComparator.asciiNumeric.compare(count, try expand(key.text))) { return true }
            return false
        }
        for key in keys {
            let wanted = try expand(key.text)
            var pattern = key.pattern
            if pattern == nil { pattern = try compiled(wanted, matching) }
            let foldedKey = matching.comparator.folded(wanted)
            for text in texts {
                try take(text.utf8.count + wanted.utf8.count + 1)
                if try isMatch(text, matching, wanted, foldedKey, pattern) { return true }
            }
        }
        return false
    }

    private func compiled(_ text: String, _ matching: SieveProgram.Matching) throws(SieveRunFault) -> SievePattern? {
        do throws(SievePatternFault) {
            return try matching.pattern(text, limits)
        } catch {
            throw fault(.badPattern(Self.line(text, 100)))
        }
    }

    private mutating func isMatch(
        _ text: String, _ matching: SieveProgram.Matching, _ key: String, _ foldedKey: [UInt8], _ pattern: SievePattern?
    ) throws(SieveRunFault) -> Bool {
        switch matching.kind {
        case .same: return matching.comparator.compare(text, key) == 0
        case .contains: return SieveSearch.contains(matching.comparator.folded(text), foldedKey)
        case .value(let relation): return relation.holds(matching.comparator.compare(text, key))
        case .count: return false
        case .matches, .regex:
            guard let pattern else { return false }
            let found: [String]?
            do throws(SieveOutOfSteps) {
                found = try pattern.match(text, steps: &steps, wantsGroups: program.extensions.contains("variables"))
            } catch {
                throw fault(.tooManySteps)
            }
            guard let found else { return false }
            groups = found.map { SieveRun.cut($0, limits.variableBytes) }
            return true
        }
    }
}
