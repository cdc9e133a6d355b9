/// Numbers that should not leave a firm, told from other numbers by their check digits. What is found is counted; the numbers themselves
/// are kept no longer than the look takes and are written nowhere.
package enum SensitiveData: String, Sendable, Hashable, CaseIterable {
    /// Japan's number of a person, 12 digits.
    case myNumber = "my-number"
    /// Japan's number of a legal person, 13 digits.
    case corporateNumber = "corporate-number"
    /// Payment cards by issuer and Luhn's digit (ISO/IEC 7812-1).
    case card
    /// Bank accounts (ISO 13616).
    case iban

    /// More of one message are not counted.
    package static let maximumCount = 1_000

    /// How many different ones are in a text. Full-width digits are digits, and blanks and hyphens may stand between groups.
    package func count(in text: FoldedText) -> Int {
        var found: Set<[UInt8]> = []
        if self == .iban {
            IBANScan(text.scalars).each { found.insert($0) }
        } else {
            NumberScan(text.scalars).each { groups in
                let digits = groups.flatMap { $0 }
                guard isOne(digits, groups.map(\.count)) else { return false }
                if found.count < Self.maximumCount { found.insert(digits) }
                return true
            }
        }
        return min(found.count, Self.maximumCount)
    }

    private func isOne(_ digits: [UInt8], _ groups: [Int]) -> Bool {
        // The same digit throughout is a placeholder.
        guard Set(digits).count > 1 else { return false }
        switch self {
        case .myNumber: return (groups == [12] || groups == [4, 4, 4]) && Self.isMyNumber(digits)
        case .corporateNumber: return (groups == [13] || groups == [1, 4, 4, 4]) && Self.isCorporateNumber(digits)
        case .card: return groups.allSatisfy { $0 >= 3 } && Self.isCard(digits)
        case .iban: return false
        }
    }

    /// Ordinance of the Ministry of Internal Affairs on individual numbers, article 5: weights 2 to 7 and 2 to 6 from the lowest digit.
    static func isMyNumber(_ digits: [UInt8]) -> Bool {
        guard digits.count == 12 else { return false }
        var sum = 0
        for place in 1...11 { sum += Int(digits[11 - place]) * (place <= 6 ? place + 1 : place - 5) }
        let rest = sum % 11
        return Int(digits[11]) == (rest <= 1 ? 0 : 11 - rest)
    }

    /// Ordinance of the Ministry of Finance on corporate numbers, article 2: the check digit stands first.
    static func isCorporateNumber(_ digits: [UInt8]) -> Bool {
        guard digits.count == 13 else { return false }
        var sum = 0
        for place in 1...12 { sum += Int(digits[13 - place]) * (place % 2 == 1 ? 1 : 2) }
        return Int(digits[0]) == 9 - sum % 9
    }

    static func isCard(_ digits: [UInt8]) -> Bool { hasIssuer(digits) && isLuhn(digits) }

    private static func hasIssuer(_ digits: [UInt8]) -> Bool {
        guard (13...19).contains(digits.count) else { return false }
        let four = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        switch four {
        case 4000...4999: return [13, 16, 19].contains(digits.count)  // Visa
        case 5100...5599, 2221...2720: return digits.count == 16  // Mastercard
        case 3400...3499, 3700...3799: return digits.count == 15  // American Express
        case 3528...3589: return digits.count >= 16  // JCB
        case 3600...3699, 3800...3999, 3000...3059: return digits.count >= 14  // Diners Club
        case 6011, 6440...6499, 6500...6599, 6200...6299: return digits.count >= 16  // Discover, UnionPay
        default: return false
        }
    }

    private static func isLuhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place % 2 == 1 ? Int(digit) * 2 : Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }
}

/// Groups of digits with one separator between them.
private struct NumberScan {
    private let scalars: [UInt32]

    /// A card has 19 digits.
    private static let maximumDigits = 19

    init(_ scalars: [UInt32]) { self.scalars = scalars }

    /// Hands over each run of neighbouring groups that has 12 to 19 digits; when it is taken, its groups are not part of another.
    func each(_ take: ([[UInt8]]) -> Bool) {
        var index = 0
        while index < scalars.count {
            guard digit(index) != nil else {
                index += 1
                continue
            }
            // Digits that go on a word belong to it; those behind a blank do not.
            let isPartOfWord = index > 0 && isLetter(scalars[index - 1])
            let groups = run(&index)
            look(isPartOfWord ? Array(groups.dropFirst()) : groups, take)
        }
    }

    private func look(_ groups: [[UInt8]], _ take: ([[UInt8]]) -> Bool) {
        var start = 0
        while start < groups.count {
            var end = start
            var count = 0
            var isTaken = false
            while end < groups.count, count + groups[end].count <= Self.maximumDigits {
                count += groups[end].count
                end += 1
                if count >= 12, take(Array(groups[start..<end])) {
                    isTaken = true
                    break
                }
            }
            start = isTaken ? end : start + 1
        }
    }

    private func run(_ index: inout Int) -> [[UInt8]] {
        var groups: [[UInt8]] = []
        while let first = digit(index) {
            var group = [first]
            index += 1
            while let next = digit(index) {
                // Longer ones are none of ours; their length still tells.
                if group.count <= Self.maximumDigits { group.append(next) }
                index += 1
            }
            groups.append(group)
            guard index + 1 < scalars.count, Self.isSeparator(scalars[index]), digit(index + 1) != nil else { break }
            index += 1
        }
        return groups
    }

    private func digit(_ index: Int) -> UInt8? {
        guard index < scalars.count, scalars[index] >= 0x30, scalars[index] <= 0x39 else { return nil }
        return UInt8(scalars[index] - 0x30)
    }

    private func isLetter(_ scalar: UInt32) -> Bool { (0x61...0x7A).contains(scalar) }

    /// Blank, hyphens and dashes of every width, full stop, and the long vowel mark, which is typed for a hyphen in Japanese.
    private static func isSeparator(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x20, 0x2D, 0x2E, 0x2010...0x2015, 0x2212, 0x30FC, 0xFF70, 0xFE63: true
        default: false
        }
    }
}

/// Account numbers: a country, two check digits, then as many letters and digits as the country has.
private struct IBANScan {
    private let scalars: [UInt32]

    init(_ scalars: [UInt32]) { self.scalars = scalars }

    func each(_ take: ([UInt8]) -> Void) {
        var index = 0
        while index + 4 <= scalars.count {
            if index == 0 || !isWord(scalars[index - 1]), let (number, end) = number(at: index) {
                take(number)
                index = end
            } else {
                index += 1
            }
        }
    }

    private func number(at start: Int) -> ([UInt8], Int)? {
        guard isLetter(scalars[start]), isLetter(scalars[start + 1]), isDigit(scalars[start + 2]), isDigit(scalars[start + 3]) else {
            return nil
        }
        let country = String(String.UnicodeScalarView([scalars[start], scalars[start + 1]].compactMap { Unicode.Scalar($0) }))
        guard let length = Self.lengths[country] else { return nil }
        var number: [UInt8] = []
        var index = start
        while number.count < length, index < scalars.count {
            if isWord(scalars[index]) {
                number.append(UInt8(scalars[index]))
            } else if scalars[index] != 0x20 && scalars[index] != 0x2D || number.count % 4 != 0 {
                return nil
            }
            index += 1
        }
        guard number.count == length, index == scalars.count || !isWord(scalars[index]), Self.isValid(number) else { return nil }
        return (number, index)
    }

    /// ISO 7064, modulo 97: the first four go to the end, letters count 10 to 35.
    private static func isValid(_ number: [UInt8]) -> Bool {
        var rest = 0
        for byte in number[4...] + number[..<4] {
            rest = byte >= 0x61 ? (rest * 100 + Int(byte) - 0x57) % 97 : (rest * 10 + Int(byte) - 0x30) % 97
        }
        return rest == 1
    }

    private func isLetter(_ scalar: UInt32) -> Bool { (0x61...0x7A).contains(scalar) }
    private func isDigit(_ scalar: UInt32) -> Bool { (0x30...0x39).contains(scalar) }
    private func isWord(_ scalar: UInt32) -> Bool { isLetter(scalar) || isDigit(scalar) }

    /// Of the registry's countries.
    private static let lengths: [String: Int] = [
        "ad": 24, "ae": 23, "al": 28, "at": 20, "az": 28, "ba": 20, "be": 16, "bg": 22, "bh": 22, "br": 29, "by": 28, "ch": 21, "cr": 22,
        "cy": 28, "cz": 24, "de": 22, "dk": 18, "do": 28, "ee": 20, "eg": 29, "es": 24, "fi": 18, "fo": 18, "fr": 27, "gb": 22, "ge": 22,
        "gi": 23, "gl": 18, "gr": 27, "gt": 28, "hr": 21, "hu": 28, "ie": 22, "il": 23, "iq": 23, "is": 26, "it": 27, "jo": 30, "kw": 30,
        "kz": 20, "lb": 28, "lc": 32, "li": 21, "lt": 20, "lu": 20, "lv": 21, "mc": 27, "md": 24, "me": 22, "mk": 19, "mr": 27, "mt": 31,
        "mu": 30, "nl": 18, "no": 15, "pk": 24, "pl": 28, "ps": 29, "pt": 25, "qa": 29, "ro": 24, "rs": 22, "sa": 24, "sc": 31, "se": 24,
        "si": 19, "sk": 24, "sm": 27, "st": 25, "sv": 28, "tl": 23, "tn": 24, "tr": 26, "ua": 29, "va": 22, "vg": 24, "xk": 20,
    ]
}
