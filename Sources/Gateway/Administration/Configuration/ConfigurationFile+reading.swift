import Foundation

/// Why a file is not read at all.
package enum ConfigurationFileError: Error, Sendable, Hashable {
    case tooLarge
    case notJSON(String)
    /// Not one of ours.
    case foreign
    case unknownVersion(Int)
    /// Place and what is wrong there.
    case malformed(place: String, reason: String)
}

extension ConfigurationFile {
    /// - Throws: why it is not read; nothing of it may be used then.
    package init(bytes: some Sequence<UInt8>) throws(ConfigurationFileError) {
        let data = Data(bytes)
        guard data.count <= Self.maximumBytes else { throw .tooLarge }
        do {
            // What it is, first: a file of another version has members this one does not know.
            let head = try JSONDecoder().decode(Head.self, from: data)
            guard head.format == Self.formatName, let version = head.version else { throw ConfigurationFileError.foreign }
            guard version == Self.currentVersion else { throw ConfigurationFileError.unknownVersion(version) }
            self = try JSONDecoder().decode(ConfigurationFile.self, from: data)
        } catch let error as ConfigurationFileError {
            throw error
        } catch let error as DecodingError {
            throw ConfigurationFileError(error)
        } catch {
            throw .notJSON("\(error)")
        }
    }

    /// Members in alphabetical order, so that two exports of the same state are the same but for their time.
    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return Array(try encoder.encode(self))
        } catch {
            // Only a floating-point infinity or a type that encodes nothing fails, and the file has neither.
            preconditionFailure("an export cannot be encoded: \(error)")
        }
    }

    private struct Head: Decodable {
        let format: String?
        let version: Int?
    }
}

extension ConfigurationFileError {
    fileprivate init(_ error: DecodingError) {
        func place(_ path: [any CodingKey]) -> String {
            path.reduce("") { text, key in
                key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            self = .malformed(place: place(context.codingPath + [key]), reason: "it is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            self = .malformed(place: place(context.codingPath), reason: "it has another type than expected")
        case .dataCorrupted(let context):
            self =
                context.codingPath.isEmpty
                ? .notJSON(context.debugDescription) : .malformed(place: place(context.codingPath), reason: context.debugDescription)
        @unknown default: self = .notJSON("\(error)")
        }
    }
}

// MARK: - strict members

/// A member whatever its name.
private struct AnyMember: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
}

extension Decoder {
    /// A container of known members. - Throws: when there is any other.
    func members<Key: CodingKey>(_ type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        for member in try container(keyedBy: AnyMember.self).allKeys where Key(stringValue: member.stringValue) == nil {
            let path = codingPath + [AnyMember(stringValue: String(member.stringValue.prefix(100)))]
            throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: "it is not known here"))
        }
        return try container(keyedBy: type)
    }
}

extension KeyedDecodingContainer {
    /// `null` is a value, and of another type: it does not count as not there.
    func decodeIfThere<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        contains(key) ? try decode(type, forKey: key) : nil
    }
}
