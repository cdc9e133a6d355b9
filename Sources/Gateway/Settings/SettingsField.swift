/// One setting of a section: its name, what it means, its bounds, and how its value is read and written as text. Pages,
/// commands, the API and the manual are all made from this description, so no setting can lack one of them.
package struct SettingsField<Section: Sendable>: Sendable {
    package let name: String
    package let title: LocalizedText
    /// What the setting does, its unit, and the reason of its default.
    package let documentation: LocalizedText
    package let kind: SettingsFieldKind
    let read: @Sendable (Section) -> String
    let write: @Sendable (inout Section, String) throws(SettingsValueError) -> Void
    /// It says what a finding counts, or whether it is looked for at all: then the Scoring page shows it.
    package private(set) var isWeight = false

    /// The same field, shown on the Scoring page; scores are without being told so.
    package var weighing: Self {
        var field = self
        field.isWeight = true
        return field
    }
}

/// What sort of value a setting takes; decides the form control and the bounds shown.
package enum SettingsFieldKind: Sendable, Hashable {
    case integer(minimum: Int, maximum: Int, unit: SettingsUnit)
    case text(maximumBytes: Int)
    case boolean
    case choice([SettingsChoice])
    /// Several values, one a line on a page, separated by commas in a command.
    case list(maximumCount: Int)
    /// Any number of many named values.
    case selection([SettingsChoice])
}

package struct SettingsChoice: Sendable, Hashable {
    package let value: String
    package let title: LocalizedText

    package init(_ value: String, _ title: LocalizedText) {
        self.value = value
        self.title = title
    }
}

package enum SettingsUnit: String, Sendable, Hashable {
    case count, bytes, milliseconds, seconds, minutes, hours

    package var title: LocalizedText {
        switch self {
        case .count: LocalizedText("", ja: "")
        case .bytes: LocalizedText("bytes", ja: "バイト")
        case .milliseconds: LocalizedText("milliseconds", ja: "ミリ秒")
        case .seconds: LocalizedText("seconds", ja: "秒")
        case .minutes: LocalizedText("minutes", ja: "分")
        case .hours: LocalizedText("hours", ja: "時間")
        }
    }
}

/// Why a text is not a value of a setting.
package struct SettingsValueError: Error, Sendable, Hashable {
    package let message: LocalizedText

    package init(_ message: LocalizedText) { self.message = message }
    package init(_ english: String, ja japanese: String) { message = LocalizedText(english, ja: japanese) }
}

extension SettingsField {
    /// A whole number within bounds.
    package static func integer(
        _ name: String, _ path: any WritableKeyPath<Section, Int> & Sendable, _ bounds: ClosedRange<Int>, _ unit: SettingsUnit = .count,
        title: LocalizedText, _ documentation: LocalizedText
    ) -> Self {
        Self(
            name: name, title: title, documentation: documentation,
            kind: .integer(minimum: bounds.lowerBound, maximum: bounds.upperBound, unit: unit),
            read: { String($0[keyPath: path]) },
            write: { (section, text) throws(SettingsValueError) in
                guard let number = Int(text.trimmed), bounds.contains(number) else {
                    throw SettingsValueError(
                        "a whole number from \(bounds.lowerBound) to \(bounds.upperBound) is expected",
                        ja: "\(bounds.lowerBound) から \(bounds.upperBound) までの整数を入力してください")
                }
                section[keyPath: path] = number
            })
    }

    /// `true` or `false` (also `yes`, `no`, `on`, `off`, `1`, `0`).
    package static func boolean(
        _ name: String, _ path: any WritableKeyPath<Section, Bool> & Sendable, title: LocalizedText, _ documentation: LocalizedText
    ) -> Self {
        Self(
            name: name, title: title, documentation: documentation, kind: .boolean,
            read: { $0[keyPath: path] ? "true" : "false" },
            write: { (section, text) throws(SettingsValueError) in
                switch text.trimmed.lowercased() {
                case "true", "yes", "on", "1": section[keyPath: path] = true
                case "false", "no", "off", "0": section[keyPath: path] = false
                default: throw SettingsValueError("“true” or “false” is expected", ja: "true または false を入力してください")
                }
            })
    }

    /// A value with a text form of its own, such as a host with a port.
    package static func value<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable, maximumBytes: Int = 255, title: LocalizedText,
        _ documentation: LocalizedText, format: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(SettingsValueError) -> Value
    ) -> Self {
        Self(
            name: name, title: title, documentation: documentation, kind: .text(maximumBytes: maximumBytes),
            read: { format($0[keyPath: path]) },
            write: { (section, text) throws(SettingsValueError) in
                guard text.utf8.count <= maximumBytes else { throw .tooLong(maximumBytes) }
                section[keyPath: path] = try parse(text.trimmed)
            })
    }

    /// Several values of one form. Empty items are dropped.
    package static func list<Value: Sendable>(
        _ name: String, _ path: any WritableKeyPath<Section, [Value]> & Sendable, maximumCount: Int, title: LocalizedText,
        _ documentation: LocalizedText, format: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) throws(SettingsValueError) -> Value
    ) -> Self {
        Self(
            name: name, title: title, documentation: documentation, kind: .list(maximumCount: maximumCount),
            read: { $0[keyPath: path].map(format).joined(separator: ",") },
            write: { (section, text) throws(SettingsValueError) in
                let items = text.split(whereSeparator: { $0 == "," || $0.isNewline }).map { String($0).trimmed }.filter { !$0.isEmpty }
                guard items.count <= maximumCount else {
                    throw SettingsValueError("at most \(maximumCount) entries are allowed", ja: "登録できるのは \(maximumCount) 件までです")
                }
                var values: [Value] = []
                for item in items { values.append(try parse(item)) }
                section[keyPath: path] = values
            })
    }

    /// Any number of many named values, each once, in the order of `choices`.
    package static func selection<Value: Sendable & Hashable>(
        _ name: String, _ path: any WritableKeyPath<Section, [Value]> & Sendable,
        _ choices: [(value: Value, text: String, title: LocalizedText)],
        title: LocalizedText, _ documentation: LocalizedText, parse: @escaping @Sendable (String) throws(SettingsValueError) -> Value
    ) -> Self {
        let texts = Dictionary(choices.map { ($0.value, $0.text) }, uniquingKeysWith: { first, _ in first })
        let order = choices.map(\.value)
        return Self(
            name: name, title: title, documentation: documentation, kind: .selection(choices.map { SettingsChoice($0.text, $0.title) }),
            read: { $0[keyPath: path].compactMap { texts[$0] }.joined(separator: ",") },
            write: { (section, text) throws(SettingsValueError) in
                let items = text.split(whereSeparator: { $0 == "," || $0.isNewline }).map { String($0).trimmed }.filter { !$0.isEmpty }
                guard items.count <= 2 * choices.count else {
                    throw SettingsValueError("at most \(choices.count) entries are allowed", ja: "登録できるのは \(choices.count) 件までです")
                }
                var chosen: Set<Value> = []
                for item in items { chosen.insert(try parse(item)) }
                section[keyPath: path] = order.filter(chosen.contains)
            })
    }

    /// One of a few named values.
    package static func choice<Value: RawRepresentable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Section, Value> & Sendable, _ choices: [(Value, LocalizedText)],
        title: LocalizedText, _ documentation: LocalizedText
    ) -> Self where Value.RawValue == String {
        let known = choices.map { SettingsChoice($0.0.rawValue, $0.1) }
        return Self(
            name: name, title: title, documentation: documentation, kind: .choice(known),
            read: { $0[keyPath: path].rawValue },
            write: { (section, text) throws(SettingsValueError) in
                guard known.contains(where: { $0.value == text.trimmed }), let value = Value(rawValue: text.trimmed) else {
                    let list = known.map(\.value).joined(separator: ", ")
                    throw SettingsValueError("one of \(list) is expected", ja: "\(list) のいずれかを入力してください")
                }
                section[keyPath: path] = value
            })
    }
}

extension SettingsValueError {
    package static func tooLong(_ maximumBytes: Int) -> Self {
        Self("at most \(maximumBytes) bytes are allowed", ja: "\(maximumBytes) バイト以内で入力してください")
    }
}

extension String {
    /// Without white space at both ends.
    package var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}
