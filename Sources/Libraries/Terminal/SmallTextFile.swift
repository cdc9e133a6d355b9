import Foundation

/// A bounded text file, such as one that holds a password.
package enum SmallTextFile {
    /// Longer files are not password files.
    package static let maximumSecretBytes = 4096

    /// The whole file.
    /// - Throws: what is wrong with it, with its path.
    package static func text(of path: String, maximumBytes: Int) throws(SmallTextFileError) -> String {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }  // opened for reading: nothing can be lost
            data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        guard data.count <= maximumBytes else { throw .tooLarge(path: path, maximumBytes: maximumBytes) }
        guard let text = String(data: data, encoding: .utf8) else { throw .notText(path: path) }
        return text
    }

    /// The first line, without its end: a password never comes as an argument, where every user of the machine could read it.
    /// - Throws: `.emptyLine` too.
    package static func firstLine(of path: String) throws(SmallTextFileError) -> String {
        let text = try text(of: path, maximumBytes: maximumSecretBytes)
        guard let line = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).first, !line.isEmpty else {
            throw .emptyLine(path: path)
        }
        return String(line)
    }
}

/// Why a small text file is not used.
package enum SmallTextFileError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case tooLarge(path: String, maximumBytes: Int)
    case notText(path: String)
    case emptyLine(path: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .tooLarge(let path, let maximumBytes): "\(path) is larger than \(maximumBytes) bytes"
        case .notText(let path): "\(path) is not UTF-8 text"
        case .emptyLine(let path): "the first line of \(path) is empty"
        }
    }
}
