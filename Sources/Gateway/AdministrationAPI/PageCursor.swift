import Foundation

/// A position in a list as an opaque word: base64url of its JSON. Callers hand it back unread.
enum PageCursor {
    /// Longest word that is looked at; the longest position is an e-mail address.
    static let maximumBytes = 1200

    static func word(for position: some Encodable) -> String {
        Data(JSONText.bytes(of: position)).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func position<Position: Decodable>(_ type: Position.Type, from word: String) -> Position? {
        guard word.utf8.count <= maximumBytes else { return nil }
        var text = word.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: text) else { return nil }
        // A cursor of another list or of nobody is answered like any other wrong word; the decoder's reason helps no caller.
        return try? JSONDecoder().decode(type, from: data)
    }
}

/// Makes the page that a route answers.
extension PageDocument {
    /// - Parameters:
    ///   - rows: what was read with this `limit`; a full page has a cursor even when nothing follows it.
    init<Row>(_ rows: [Row], limit: Int, item: (Row) -> Item, cursor: (Row) -> String) {
        items = rows.map(item)
        next = rows.count == limit ? rows.last.map(cursor) : nil
        searchedBackTo = nil
    }
}
