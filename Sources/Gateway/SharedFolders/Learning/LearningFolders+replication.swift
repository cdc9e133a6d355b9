import Foundation
import Glibc
import Settings

/// BayesReplication: files the primary publishes and every node reads. Each is written whole under its final name and never changed.
extension LearningFolders {
    /// What a slow share moves in a second.
    private static let slowBytesPerSecond = 2 << 20
    /// Temporary files are of nobody's any more after so many seconds.
    private static let oldTemporarySeconds = 86_400

    private static func deadline(bytes: Int) -> Duration { deadline + .seconds(bytes / slowBytesPerSecond) }

    /// Writes a file and syncs it and the folder; durable when it returns. Once it has failed the file does not appear by itself, unless the
    /// share hung in the very last step.
    /// - Throws: `.failed` when there is one of that name: none is ever replaced.
    package func publish(_ bytes: [UInt8], as name: String) async throws(SharedFolderError) {
        let folder = places(.bayesReplication).present
        let path = "\(folder)/\(name)"
        try await threads.run("publish", deadline: Self.deadline(bytes: bytes.count)) { isWaited throws(SharedFolderError) in
            try self.checkMarker(.bayesReplication, folder)
            guard access(path, F_OK) != 0 else { throw .failed(operation: "publish", path: path, code: EEXIST) }
            try Self.write(bytes, to: path, in: folder, isWanted: isWaited)
        }
    }

    /// Removes what programs that were killed in the middle of a write left in the three folders.
    package func removeTemporaryFiles() async throws(SharedFolderError) {
        for kind in [SharedFolderKind.bayesHam, .bayesSpam, .bayesReplication] {
            let folder = places(kind).present
            try await run("tidy") { () throws(SharedFolderError) in
                try self.checkMarker(kind, folder)
                for name in try FileCalls.names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
                    var status = stat()
                    guard lstat("\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                        time(nil) - status.st_mtim.tv_sec > Self.oldTemporarySeconds
                    else { continue }
                    try FileCalls.remove("\(folder)/\(name)")
                }
            }
        }
    }

    /// A published file whole.
    /// - Throws: `.notFound`; `.damaged` when it is larger than `maximumBytes`; `.notMounted`.
    package func published(_ name: String, maximumBytes: Int) async throws(SharedFolderError) -> [UInt8] {
        let places = places(.bayesReplication)
        return try await threads.run("read", deadline: Self.deadline(bytes: maximumBytes)) { _ throws(SharedFolderError) in
            for folder in [places.present] + places.others where access("\(folder)/\(name)", F_OK) == 0 {
                return try Self.bytes(of: "\(folder)/\(name)", maximumBytes: maximumBytes)
            }
            try self.checkMarker(.bayesReplication, places.present)
            return try Self.bytes(of: "\(places.present)/\(name)", maximumBytes: maximumBytes)
        }
    }

    /// The names of all files there, hidden ones left out, in no order.
    package func publishedNames() async throws(SharedFolderError) -> [String] {
        let folder = places(.bayesReplication).present
        return try await run("list") { () throws(SharedFolderError) in
            try self.checkMarker(.bayesReplication, folder)
            return try FileCalls.names(in: folder).filter { !$0.hasPrefix(".") }
        }
    }

    package func removePublished(_ name: String) async throws(SharedFolderError) {
        let places = places(.bayesReplication)
        try await run("remove") { () throws(SharedFolderError) in
            try self.checkMarker(.bayesReplication, places.present)
            for folder in [places.present] + places.others { try FileCalls.remove("\(folder)/\(name)") }
        }
    }
}
