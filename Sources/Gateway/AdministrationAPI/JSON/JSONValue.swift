import Foundation

/// A JSON value as a request brings it.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// A number that is no integer of 64 bits, as written.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// What it is, for a message in each language.
    var kind: (english: String, japanese: String) {
        switch self {
        case .null: ("null", "null")
        case .boolean: ("a boolean", "真偽値")
        case .integer: ("an integer", "整数")
        case .number: ("a number", "数値")
        case .string: ("a string", "文字列")
        case .array: ("an array", "配列")
        case .object: ("an object", "オブジェクト")
        }
    }
}

/// Why a text is not JSON.
struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    let offset: Int
    let reason: String

    var description: String { "the body is not JSON: \(reason) at byte \(offset)" }
}

/// Writes answers.
enum JSONText {
    /// Members in alphabetical order, so that equal answers are equal bytes.
    static func bytes(of document: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(document))
        } catch {
            // Only a floating-point infinity or a type that encodes nothing fails, and no document of ours has either.
            preconditionFailure("a document cannot be encoded: \(error)")
        }
    }
}
