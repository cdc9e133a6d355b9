import Foundation
import Glibc

/// BayesReplication: files the primary publishes and every node reads. Each is written whole under its final name and never changed.
extension LearningFolders {
    /// Writes a file and syncs it and the folder; durable when it returns.
    package func publish(_ bytes: [UInt8], as name: String) async throws(SharedFolderError) {
        let folder = places(.bayesReplication).present
        try await run("publish") { () throws(SharedFolderError) in
            try self.checkMarker(.bayesReplication, folder)
            try Self.write(bytes, to: "\(folder)/\(name)", in: folder)
        }
    }

    /// A published file whole.
    /// - Throws: `.notFound`; `.damaged` when it is larger than `maximumBytes`; `.notMounted`.
    package func published(_ name: String, maximumBytes: Int) async throws(SharedFolderError) -> [UInt8] {
        let places = places(.bayesReplication)
        return try await run("read") { () throws(SharedFolderError) in
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
            for folder in [places.present] + places.others { try FileCalls.remove("\(folder)/\(name)") }
        }
    }
}
