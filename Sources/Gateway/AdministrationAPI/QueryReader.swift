import Administration
import Foundation
import Settings

/// Query parameters, read strictly: each at most once, all of them known to the route.
struct QueryReader: Sendable {
    private let texts: [String: String]

    /// Bound of the whole query; the longest use is a search text of 200 bytes, escaped, with a cursor.
    static let maximumBytes = 8192

    /// - Throws: `.malformed` for a bad escape, a repeated name, or a query beyond `maximumBytes`.
    init(_ text: String) throws(APIError) {
        guard text.utf8.count <= Self.maximumBytes else { throw Self.problem(nil, "the query is too long", ja: "クエリが長すぎます") }
        var texts: [String: String] = [:]
        for item in text.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let written = parts.count == 2 ? String(parts[1]).replacing("+", with: " ") : ""
            guard let first = parts.first, let name = String(first).removingPercentEscapes, let value = written.removingPercentEscapes,
                !value.utf8.contains(0)
            else { throw Self.problem(String(item.prefix(50)), "a bad percent escape", ja: "パーセントエスケープが正しくありません") }
            guard texts.updateValue(value, forKey: name) == nil else {
                throw Self.problem(name, "the parameter stands twice", ja: "パラメーターが重複しています")
            }
        }
        self.texts = texts
    }

    /// - Throws: `.malformed` naming the first parameter that is none of `names`.
    func allow(_ names: String...) throws(APIError) {
        guard let unknown = texts.keys.sorted().first(where: { !names.contains($0) }) else { return }
        throw Self.problem(unknown, "there is no parameter “\(unknown)” here", ja: "パラメーター「\(unknown)」はありません")
    }

    func text(_ name: String) -> String? { texts[name] }

    /// 1 to the largest page; 50 when not given.
    func limit(maximum: Int = Administration.maximumPageSize) throws(APIError) -> Int {
        guard let text = texts["limit"] else { return 50 }
        guard let number = Int(text), (1...maximum).contains(number) else {
            throw Self.problem(
                "limit", "a number from 1 to \(maximum) is expected",
                ja: "1 から \(maximum) までの数を指定してください")
        }
        return number
    }

    func cursor<Position: Decodable>(_ type: Position.Type) throws(APIError) -> Position? {
        guard let text = texts["cursor"] else { return nil }
        guard let position = PageCursor.position(type, from: text) else {
            throw Self.wrongCursor
        }
        return position
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws(APIError) -> Value? where Value.RawValue == String {
        guard let text = texts[name] else { return nil }
        if let value = Value(rawValue: text) { return value }
        let list = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw Self.problem(name, "one of \(list) is expected", ja: "\(list) のいずれかを指定してください")
    }

    /// A node's identifier.
    func node(_ name: String) throws(APIError) -> NodeID? {
        guard let text = texts[name] else { return nil }
        if let node = NodeID(text) { return node }
        throw Self.problem(name, "a node's identifier is expected", ja: "ノードの識別子を指定してください")
    }

    func identifier(_ name: String) throws(APIError) -> RecordIdentifier? {
        guard let text = texts[name] else { return nil }
        guard let identifier = RecordIdentifier(text) else {
            throw Self.problem(name, "An identifier is expected.", ja: "識別子を指定してください。")
        }
        return identifier
    }

    /// A number of bytes or the like.
    func quantity(_ name: String) throws(APIError) -> Int? {
        guard let text = texts[name] else { return nil }
        if let number = Int(text), number >= 0 { return number }
        throw Self.problem(name, "a number from 0 on is expected", ja: "0 以上の数を指定してください")
    }

    /// RFC 3339 or UTC milliseconds.
    func time(_ name: String) throws(APIError) -> UTCTime? {
        guard let text = texts[name] else { return nil }
        if let time = TimeText.time(text) { return time }
        throw Self.problem(
            name, "a time such as 2026-11-23T10:15:00Z, or UTC milliseconds, is expected",
            ja: "2026-11-23T10:15:00Z の形式、または UTC ミリ秒で指定してください")
    }

    static func problem(_ field: String?, _ english: String, ja japanese: String) -> APIError {
        .malformed([FieldProblem(field, english, ja: japanese)])
    }
}

extension String {
    /// Percent-decoded UTF-8; `nil` when an escape is broken.
    var removingPercentEscapes: String? { removingPercentEncoding }
}
