import Glibc
package import Settings

/// Finding content that nothing refers to: left by a crash between the file and its row, or by a write that finished after its caller
/// had gone.
extension MessageDataFolder {
    /// A file of one hour's folder.
    package struct LeftoverFile: Sendable, Hashable {
        /// `nil`: a temporary file, which no row can refer to.
        package let identifier: RecordIdentifier?
        let name: String
    }

    /// Younger files may belong to a transaction that still runs: twice the longest one a setting allows.
    package static let sweepAge = Duration.seconds(2 * 86_400)

    /// Folders of hours that ended before `time`, such as `20261123/10`, oldest first.
    package func hourFolders(before time: UTCTime, deadline: Duration) async throws(SharedFolderError) -> [String] {
        let root = path
        let last = Self.hourFolder(of: time)
        return try await threads.run("list", deadline: deadline) { () throws(SharedFolderError) in
            var result: [String] = []
            for day in try FileCalls.names(in: root) where DigitName.isNumber(day, digits: 8) {
                for hour in try FileCalls.names(in: "\(root)/\(day)") where DigitName.isNumber(hour, digits: 2) && "\(day)/\(hour)" < last {
                    result.append("\(day)/\(hour)")
                }
            }
            return result.sorted()
        }
    }

    /// Content and temporary files of one hour's folder, at most `limit`; other names are not ours and stay.
    package func files(in hourFolder: String, limit: Int, deadline: Duration) async throws(SharedFolderError) -> [LeftoverFile] {
        let folder = "\(path)/\(hourFolder)"
        return try await threads.run("list", deadline: deadline) { () throws(SharedFolderError) in
            var result: [LeftoverFile] = []
            for name in try FileCalls.names(in: folder) {
                guard result.count < limit else { break }
                if name.hasSuffix(".tmp") {
                    result.append(LeftoverFile(identifier: nil, name: name))
                } else if name.hasSuffix(".eml"), let identifier = RecordIdentifier(name.dropLast(4)) {
                    result.append(LeftoverFile(identifier: identifier, name: name))
                }
            }
            return result
        }
    }

    /// Removes files of an hour's folder, and the folder and its day once they are empty.
    package func remove(_ files: [LeftoverFile], in hourFolder: String, deadline: Duration) async throws(SharedFolderError) {
        let folder = "\(path)/\(hourFolder)"
        let day = "\(path)/\(hourFolder.prefix { $0 != "/" })"
        try await threads.run("remove", deadline: deadline) { () throws(SharedFolderError) in
            for file in files { try FileCalls.remove("\(folder)/\(file.name)") }
            // Not empty is the normal case.
            if rmdir(folder) == 0 { rmdir(day) }
        }
    }

    private static func hourFolder(of time: UTCTime) -> String {
        StoredMessage(identifier: RecordIdentifier(milliseconds: time.milliseconds)).folder
    }
}
