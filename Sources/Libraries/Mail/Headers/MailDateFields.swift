/// The parts of a date field while it is being read, in whatever order the writer put them.
struct MailDateFields {
    private var day: Int?
    private var month: Int?
    private var year: Int?
    private var clock: [Int] = []
    private(set) var zoneMinutes = 0
    private var hasZone = false

    /// Real dates have a dozen words; hostile ones are not read to their end.
    private static let maximumBytes = 256

    /// Sorts the words of a field body; false when day, month or year is missing.
    mutating func read(_ bytes: [UInt8]) -> Bool {
        for word in Self.words(bytes) where !take(word) { return false }
        return day != nil && month != nil && year != nil
    }

    var secondsSince1970: Int64? {
        guard let day, let month, let year, (1...31).contains(day), (0...9999).contains(year) else { return nil }
        let days = CivilCalendar.days(year: year, month: month, day: day)
        let seconds = clock.count == 3 ? clock[0] * 3600 + clock[1] * 60 + clock[2] : 0
        return days * 86_400 + Int64(seconds - zoneMinutes * 60)
    }

    /// Words between blanks and commas; comments left out, blanks around colons too.
    private static func words(_ bytes: [UInt8]) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var current: [UInt8] = []
        var depth = 0
        for byte in bytes.prefix(maximumBytes) {
            if byte == 0x28 { depth += 1 }
            if byte == 0x29, depth > 0 {
                depth -= 1
                continue
            }
            guard depth == 0 else { continue }
            if byte.isBlankOrLineEnd || byte == 0x2C {
                if !current.isEmpty { words.append(current) }
                current = []
            } else {
                current.append(byte.asciiLowercased)
            }
        }
        if !current.isEmpty { words.append(current) }
        return joinedClocks(words)
    }

    /// The obsolete syntax allows `09 : 55 : 06`.
    private static func joinedClocks(_ words: [[UInt8]]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for word in words {
            if let last = result.last, last.last == 0x3A || word.first == 0x3A {
                result[result.count - 1] += word
            } else {
                result.append(word)
            }
        }
        return result
    }

    /// False when the word makes the whole no date.
    private mutating func take(_ word: [UInt8]) -> Bool {
        if word.contains(0x3A) { return takeClock(word) }
        if let first = word.first, first == 0x2B || first == 0x2D { return takeOffset(word) }
        if word.contains(0x2D) { return word.split(separator: 0x2D).allSatisfy { take(Array($0)) } }
        if let number = Self.number(word) { return takeNumber(number, digits: word.count) }
        takeName(word)
        return true
    }

    private mutating func takeNumber(_ number: Int, digits: Int) -> Bool {
        if day == nil, digits <= 2 {
            day = number
        } else if year == nil {
            year = Self.year(number, digits: digits)
        } else {
            return hasZone || !clock.isEmpty
        }
        return true
    }

    /// RFC 5322 §4.3: two digits below 50 are of this century, others and three digits count from 1900.
    private static func year(_ number: Int, digits: Int) -> Int {
        if digits <= 2 { return number < 50 ? 2000 + number : 1900 + number }
        return digits == 3 ? 1900 + number : number
    }

    private mutating func takeClock(_ word: [UInt8]) -> Bool {
        guard clock.isEmpty else { return true }
        // A zone glued to the seconds is common in machine-made dates.
        let body = word.prefix { $0 == 0x3A || $0.isASCIIDigit || $0 == 0x2E }
        let parts = body.split(separator: 0x3A).map { Self.number(Array($0.prefix(while: \.isASCIIDigit))) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], let second = parts.count == 3 ? parts[2] : 0 else {
            return false
        }
        guard hour <= 24, minute <= 59, second <= 60 else { return false }
        clock = [hour, minute, second]
        return body.count == word.count || take(Array(word[body.count...]))
    }

    private mutating func takeOffset(_ word: [UInt8]) -> Bool {
        guard !hasZone else { return true }
        let digits = word.dropFirst().prefix(while: \.isASCIIDigit)
        guard let value = Self.number(Array(digits.prefix(4))) else { return true }
        let minutes = digits.count <= 2 ? value * 60 : value / 100 * 60 + value % 100
        hasZone = true
        zoneMinutes = word.first == 0x2D ? -minutes : minutes
        return true
    }

    private mutating func takeName(_ word: [UInt8]) {
        let name = String(decoding: word, as: UTF8.self)
        if month == nil, let index = CivilCalendar.monthNames.firstIndex(where: { name.hasPrefix($0.lowercased()) }) {
            month = index + 1
        } else if !hasZone, !clock.isEmpty, let hours = Self.zones[String(name.prefix(while: \.isLetter))] {
            hasZone = true
            zoneMinutes = hours * 60
        } else if clock.count == 3, name == "pm" || name == "am" {
            if name == "pm", clock[0] < 12 { clock[0] += 12 }
            if name == "am", clock[0] == 12 { clock[0] = 0 }
        }
    }

    /// RFC 5322 §4.3; military letters and unknown names count as -0000.
    private static let zones = [
        "ut": 0, "gmt": 0, "utc": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
        "jst": 9,
    ]

    private static func number(_ word: [UInt8]) -> Int? {
        guard !word.isEmpty, word.count <= 6, word.allSatisfy(\.isASCIIDigit) else { return nil }
        return word.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
