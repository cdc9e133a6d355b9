import Foundation
import Glibc
import NIOCore
import Settings

/// The folders of Bayesian learning: samples in BayesHam and BayesSpam, what was learned in BayesReplication. Everything that blocks runs
/// on threads of its own, each call with a deadline.
///
/// Samples come from anybody: from the gateway's nodes, from administrators' hands, from other programs. Only regular files that are not
/// links are looked at; hidden and temporary ones, and folders, are passed over.
package final class LearningFolders: Sendable {
    let threads: FolderThreads
    /// Where a folder is now, and where it is read besides while it is being moved.
    let places: @Sendable (SharedFolderKind) -> FolderPlaces
    let mustBeMarked: Bool

    /// Below a folder of samples: files nothing could be learned from, each with its reason beside it.
    package static let setAsideName = "set-aside"
    private static let reasonSuffix = ".reason.txt"
    static let deadline = Duration.seconds(30)
    /// One may hang in each of the three folders.
    private static let threadCount = 4
    /// Files of one listing; the rest waits for the next run.
    package static let maximumListed = 20_000

    /// - Parameters:
    ///   - places: of `bayesHam`, `bayesSpam` and `bayesReplication`; asked at each use.
    ///   - mustBeMarked: whether a folder is used only while its marker is there; so it is where a share may be mounted.
    package init(mustBeMarked: Bool = true, places: @escaping @Sendable (SharedFolderKind) -> FolderPlaces) {
        self.mustBeMarked = mustBeMarked
        self.places = places
        threads = FolderThreads(name: "learning", threadCount: Self.threadCount)
    }

    /// Lets the threads end; hung ones are left behind.
    package func close() { threads.close() }

    /// Files to learn from, in the order of their time, at most `maximumListed`.
    /// - Throws: `.notMounted` when the marker is missing.
    package func samples(_ kind: SharedFolderKind) async throws(SharedFolderError) -> [SampleFile] {
        let places = places(kind)
        return try await run("list") { () throws(SharedFolderError) in
            try self.checkMarker(kind, places.present)
            var found: [SampleFile] = []
            for folder in [places.present] + places.others { found += try Self.list(folder, kind) }
            return found.sorted { ($0.modifiedNanoseconds, $0.name) < ($1.modifiedNanoseconds, $1.name) }
        }
    }

    /// What a file held when it was looked into.
    package enum Examined<Value: Sendable>: Sendable {
        case value(Value)
        /// Somebody has written to it since it was listed, or it is gone: not now.
        case changed
        case tooLarge
        case unreadable(SharedFolderError)
    }

    /// Reads a listed file whole and looks into it on the folder's thread.
    /// - Parameter body: gets the file's bytes; work in proportion to them is welcome there.
    package func examine<Value: Sendable>(
        _ file: SampleFile, maximumBytes: Int, _ body: @escaping @Sendable ([UInt8]) -> Value
    ) async throws(SharedFolderError) -> Examined<Value> {
        try await run("read") { () throws(SharedFolderError) in
            guard file.sizeBytes <= maximumBytes else { return .tooLarge }
            guard Self.state(of: file) == file else { return .changed }
            do throws(SharedFolderError) {
                let bytes = try Self.bytes(of: file.path, maximumBytes: maximumBytes)
                guard Self.state(of: file) == file, bytes.count == file.sizeBytes else {
                    return .changed
                }
                return .value(body(bytes))
            } catch {
                if case .notFound = error { return .changed }
                return .unreadable(error)
            }
        }
    }

    /// Removes a file unless it has been written to since it was listed.
    /// - Returns: whether there is no such file any more.
    /// - Throws: `.notMounted` when the marker is missing.
    package func remove(_ file: SampleFile) async throws(SharedFolderError) -> Bool {
        let places = places(file.kind)
        return try await run("remove") { () throws(SharedFolderError) in
            try self.checkMarker(file.kind, places.present)
            guard let present = Self.state(of: file) else { return true }
            guard present == file else { return false }
            try FileCalls.remove(file.path)
            return true
        }
    }

    /// Puts a file nothing can be learned from into the folder `setAsideName`, with the reason in a text beside it. It keeps its name
    /// unless that is taken there, or too long to have the text beside it.
    package func setAside(_ file: SampleFile, reason: String) async throws(SharedFolderError) {
        try await run("set aside") { () throws(SharedFolderError) in
            guard Self.state(of: file) == file else { return }
            let folder = "\(file.folder)/\(Self.setAsideName)"
            try FileCalls.makeFolder(folder, in: file.folder)
            var target = "\(folder)/\(file.name)"
            if file.name.utf8.count + Self.reasonSuffix.utf8.count > Int(NAME_MAX) || access(target, F_OK) == 0 {
                target = "\(folder)/\(Self.shortened(file.name))-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
            }
            // The reason first: a file without one would be the worse half.
            try Self.write(Array("\(reason)\n".utf8), to: "\(target)\(Self.reasonSuffix)", in: folder)
            try FileCalls.rename(file.path, to: target)
            try FileCalls.syncFolder(folder)
        }
    }

    /// The beginning of a name that leaves room for an identifier and the reason's suffix; whole letters.
    private static func shortened(_ name: String) -> String {
        let maximum = Int(NAME_MAX) - reasonSuffix.utf8.count - 1 - 2 * RecordIdentifier.byteCount
        var result = Substring(name)
        while result.utf8.count > maximum { result.removeLast() }
        return String(result)
    }

    /// Stores a sample under a name of ours; durable when it returns. One that is there already is left as it is.
    package func store(_ bytes: [UInt8], named name: String, in kind: SharedFolderKind) async throws(SharedFolderError) {
        let folder = places(kind).present
        try await run("store") { () throws(SharedFolderError) in
            try self.checkMarker(kind, folder)
            guard access("\(folder)/\(name)", F_OK) != 0 else { return }
            try Self.write(bytes, to: "\(folder)/\(name)", in: folder)
        }
    }

    /// Removes a sample that has not been learned, by the name it was stored under.
    /// - Throws: `.notMounted` when the marker is missing.
    package func removeStored(named name: String, in kind: SharedFolderKind) async throws(SharedFolderError) {
        let places = places(kind)
        try await run("remove") { () throws(SharedFolderError) in
            try self.checkMarker(kind, places.present)
            for folder in [places.present] + places.others { try FileCalls.remove("\(folder)/\(name)") }
        }
    }

    func run<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable () throws(SharedFolderError) -> Value
    ) async throws(SharedFolderError) -> Value { try await threads.run(operation, deadline: Self.deadline, body) }

    func checkMarker(_ kind: SharedFolderKind, _ path: String) throws(SharedFolderError) {
        guard mustBeMarked, FolderMarker.state(of: kind, in: path) != .present else { return }
        throw .notMounted(path: path)
    }

    /// Temporary name, sync, rename, folder synced: nobody ever reads half of it.
    /// - Parameter isWanted: asked before the file gets its name; what nobody waits for any more is thrown away.
    static func write(
        _ bytes: [UInt8], to path: String, in folder: String, isWanted: () -> Bool = { true }
    ) throws(SharedFolderError) {
        let temporary = "\(folder)/.\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds)).tmp"
        let descriptor = try FileCalls.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
        defer { FileCalls.close(descriptor) }
        do throws(SharedFolderError) {
            try FileCalls.write(ByteBuffer(bytes: bytes), to: descriptor, path: temporary)
            try FileCalls.sync(descriptor, path: temporary)
            guard isWanted() else { throw .deadlineExceeded(operation: "write") }
            try FileCalls.rename(temporary, to: path)
        } catch {
            // It is of no use; what matters is why it could not be written.
            _ = try? FileCalls.remove(temporary)
            throw error
        }
        try FileCalls.syncFolder(folder)
    }

    /// - Throws: `.damaged` when it is larger than allowed.
    static func bytes(of path: String, maximumBytes: Int) throws(SharedFolderError) -> [UInt8] {
        let descriptor = try FileCalls.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { FileCalls.close(descriptor) }
        let size = try FileCalls.size(descriptor, path: path)
        guard size <= maximumBytes else { throw .damaged(path: path, expected: maximumBytes, found: size) }
        let buffer = try FileCalls.read(descriptor, at: 0, count: size, path: path)
        return Array(buffer.readableBytesView)
    }
}

/// A file to learn from as it was when it was listed.
package struct SampleFile: Sendable, Hashable {
    package let kind: SharedFolderKind
    /// In which it lies.
    let folder: String
    package let name: String
    package let sizeBytes: Int
    package let modifiedNanoseconds: Int64
    /// When it was put there, whatever time it carries.
    package let changedNanoseconds: Int64
    let inode: UInt64

    package var path: String { "\(folder)/\(name)" }
}

extension LearningFolders {
    /// Reads at most `maximumListed` names, however many there are.
    private static func list(_ folder: String, _ kind: SharedFolderKind) throws(SharedFolderError) -> [SampleFile] {
        guard let handle = opendir(folder) else {
            if errno == ENOENT { throw .notFound(path: folder) }
            throw .failed(operation: "list", path: folder, code: errno)
        }
        defer { closedir(handle) }
        var found: [SampleFile] = []
        while found.count < maximumListed, let entry = readdir(handle) {
            let file = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { Self.state(of: $0, in: handle, folder, kind) }
            }
            if let file { found.append(file) }
        }
        return found
    }

    /// One that is listed. A name that is not UTF-8 is told as it can be shown: no file is found by that, so it counts as left.
    private static func state(
        of bytes: UnsafePointer<CChar>, in handle: OpaquePointer, _ folder: String, _ kind: SharedFolderKind
    ) -> SampleFile? {
        let name = String(cString: bytes)
        var status = stat()
        guard !isPassedOver(name), fstatat(dirfd(handle), bytes, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return SampleFile(kind, folder, name, status)
    }

    /// Hidden files, and what programs write that have not finished.
    private static func isPassedOver(_ name: String) -> Bool {
        name.hasPrefix(".") || [".tmp", ".part", ".partial", "~"].contains { name.hasSuffix($0) }
    }

    /// `nil` for what is no regular file, or gone.
    private static func state(of file: SampleFile) -> SampleFile? {
        var status = stat()
        guard lstat(file.path, &status) == 0 else { return nil }
        return SampleFile(file.kind, file.folder, file.name, status)
    }
}

extension SampleFile {
    /// `nil` for what is no regular file.
    fileprivate init?(_ kind: SharedFolderKind, _ folder: String, _ name: String, _ status: stat) {
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        self.init(
            kind: kind, folder: folder, name: name, sizeBytes: Int(status.st_size), modifiedNanoseconds: Self.nanoseconds(status.st_mtim),
            changedNanoseconds: Self.nanoseconds(status.st_ctim), inode: UInt64(status.st_ino))
    }

    private static func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec) }
}
