import Crypto
import Foundation
import Glibc
import NIOCore
import Settings

/// Copies a folder's files into another, in steps of about a second, each of which can be the last: what is there already is passed over.
///
/// Message content and everything else immutable is written under a temporary name, synced, read back and compared by SHA-256, and only then
/// renamed. Transcripts grow: they are continued where the copy ends, with the same bytes at the same places, so that two who copy at once
/// do no harm. Files whose names begin with a dot and files that are still temporary are not the folder's.
package actor FolderCopy {
    private let kind: SharedFolderKind
    private let source: String
    private let target: String
    private let threads: FolderThreads
    private var folders: [String]?
    private var files: [String] = []
    private var folder = ""
    private var isCounted = false
    package private(set) var progress = FolderMove.Round()

    /// Enough for a share's latency; more only take the disk from mail.
    private static let threadCount = 4
    private static let filesPerJob = 16
    private static let stepDuration = Duration.milliseconds(800)
    /// Of one job, besides what its bytes may take.
    private static let deadline = Duration.seconds(30)
    /// A share slower than this is no use to mail.
    private static let slowestBytesPerSecond = 1 << 20
    static let temporarySuffix = ".moving"

    package init(_ kind: SharedFolderKind, from source: String, to target: String, round: Int) {
        self.kind = kind
        self.source = source
        self.target = target
        threads = FolderThreads(name: "folder-copy", threadCount: Self.threadCount)
        progress.number = round
    }

    deinit { threads.close() }

    /// Copies for about a second.
    /// - Throws: what went wrong with a file; the next step tries it again.
    package func step() async throws(SharedFolderError) {
        guard !progress.isDone else { return }
        try await checkMarkers()
        if !isCounted { try await count() }
        let end = ContinuousClock.now + Self.stepDuration
        repeat {
            if files.isEmpty {
                guard try await openNextFolder() else { return try await finish() }
            }
            try await copyBatch()
        } while ContinuousClock.now < end && !Task.isCancelled
    }

    /// Neither is read nor written beneath a mount point.
    private func checkMarkers() async throws(SharedFolderError) {
        let (kind, source, target) = (kind, source, target)
        try await threads.run("look", deadline: Self.deadline) { () throws(SharedFolderError) in
            for path in [source, target] where FolderMarker.state(of: kind, in: path) != .present { throw .notMounted(path: path) }
        }
    }

    /// For the page's per cent; what comes meanwhile is copied all the same.
    private func count() async throws(SharedFolderError) {
        let folders = try await allFolders()
        var totals = (files: Int64(0), bytes: Int64(0))
        for folder in folders {
            let (kind, path) = (kind, Self.join(source, folder))
            let found = try await threads.run("list", deadline: Self.deadline) { () throws(SharedFolderError) in
                try Self.fileNames(in: path, kind).map { Self.size(of: "\(path)/\($0)") ?? 0 }
            }
            totals.files += Int64(found.count)
            totals.bytes += found.reduce(0, +)
        }
        (progress.totalFiles, progress.totalBytes) = totals
        isCounted = true
    }

    /// The last round removes what broken off copies have left; a copy that another still makes there is made again.
    private func finish() async throws(SharedFolderError) {
        // Had a share gone meanwhile, its folders would have looked empty.
        do throws(SharedFolderError) {
            try await checkMarkers()
        } catch {
            folders = nil
            throw error
        }
        if progress.number > 1 {
            for folder in try await allFolders() {
                let path = Self.join(target, folder)
                try await threads.run("remove", deadline: Self.deadline) { () throws(SharedFolderError) in
                    for name in try Self.names(in: path, type: S_IFREG) where name.hasSuffix(Self.temporarySuffix) {
                        try FileCalls.remove("\(path)/\(name)")
                    }
                }
            }
        }
        progress.isDone = true
    }

    private func openNextFolder() async throws(SharedFolderError) -> Bool {
        if folders == nil { folders = try await allFolders() }
        while let next = folders?.last {
            let (kind, path) = (kind, Self.join(source, next))
            let names = try await threads.run("list", deadline: Self.deadline) { () throws(SharedFolderError) in
                try Self.fileNames(in: path, kind)
            }
            if names.isEmpty {
                try await checkMarkers()
            } else {
                let (target, next) = (target, next)
                try await threads.run("create folder", deadline: Self.deadline) { () throws(SharedFolderError) in
                    try Self.makeFolders(next, in: target)
                }
            }
            folder = next
            files = names
            folders?.removeLast()
            if !names.isEmpty { return true }
        }
        return false
    }

    /// Relative paths of all folders, the source itself as an empty one, deepest last.
    private func allFolders() async throws(SharedFolderError) -> [String] {
        var found = [""]
        var next = 0
        while next < found.count {
            let folder = found[next]
            let (path, kind) = (Self.join(source, folder), kind)
            let below = try await threads.run("list", deadline: Self.deadline) { () throws(SharedFolderError) in
                try Self.folderNames(in: path, kind)
            }
            found += below.sorted().map { Self.join(folder, $0) }
            next += 1
        }
        return found
    }

    private func copyBatch() async throws(SharedFolderError) {
        let batch = Array(files.suffix(Self.filesPerJob * Self.threadCount))
        let (kind, from, to) = (kind, Self.join(source, folder), Self.join(target, folder))
        let jobs = stride(from: 0, to: batch.count, by: Self.filesPerJob).map { Array(batch[$0..<min($0 + Self.filesPerJob, batch.count)]) }
        let threads = threads
        let results = await withTaskGroup(of: Result<Int64, SharedFolderError>.self) { group in
            for names in jobs { group.addTask { await Self.copy(names, kind, from: from, to: to, threads) } }
            var results: [Result<Int64, SharedFolderError>] = []
            for await result in group { results.append(result) }
            return results
        }
        var bytes: Int64 = 0
        for result in results { bytes += try result.get() }
        // Only now are the names durable.
        try await threads.run("sync", deadline: Self.deadline) { () throws(SharedFolderError) in try FileCalls.syncFolder(to) }
        // What is gone was removed by age or delivered, but only if the folder itself is still there.
        try await checkMarkers()
        files.removeLast(batch.count)
        progress.files += Int64(batch.count)
        progress.bytes += bytes
    }

    private static func copy(
        _ names: [String], _ kind: SharedFolderKind, from: String, to: String, _ threads: FolderThreads
    ) async -> Result<Int64, SharedFolderError> {
        do throws(SharedFolderError) {
            let sizes = try await threads.run("look", deadline: deadline) { () throws(SharedFolderError) in
                names.map { size(of: "\(from)/\($0)") ?? 0 }
            }
            let total = sizes.reduce(0, +)
            let limit = deadline + .seconds(total / Int64(slowestBytesPerSecond))
            try await threads.run("copy", deadline: limit) { () throws(SharedFolderError) in
                for name in names {
                    if kind == .transcripts {
                        try GrowingFile.copy("\(from)/\(name)", to: "\(to)/\(name)")
                    } else {
                        try ImmutableFile.copy("\(from)/\(name)", to: "\(to)/\(name)")
                    }
                }
            }
            return .success(total)
        } catch {
            return .failure(error)
        }
    }

    private static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : name.isEmpty ? folder : "\(folder)/\(name)"
    }

    /// Texts of transcripts before the indexes that lead to them: the last is copied first.
    private static func fileNames(in path: String, _ kind: SharedFolderKind) throws(SharedFolderError) -> [String] {
        try names(in: path, type: S_IFREG).filter { !$0.hasSuffix(".tmp") && !$0.hasSuffix(temporarySuffix) }.sorted()
    }

    /// A volume's own folders (`lost+found`) are not ours.
    private static func folderNames(in path: String, _ kind: SharedFolderKind) throws(SharedFolderError) -> [String] {
        try names(in: path, type: S_IFDIR).filter { name in
            switch kind {
            case .messageData, .transcripts: name.utf8.allSatisfy { (0x30...0x39).contains($0) }
            case .attachments, .bayesHam, .bayesSpam, .bayesReplication: name != "lost+found"
            }
        }
    }

    /// Symbolic links are not followed and not copied. One that vanished meanwhile has nothing left to copy.
    private static func names(in path: String, type: mode_t) throws(SharedFolderError) -> [String] {
        let all: [String]
        do throws(SharedFolderError) {
            all = try FileCalls.names(in: path)
        } catch {
            if case .notFound = error { return [] }
            throw error
        }
        var found: [String] = []
        for name in all where !name.hasPrefix(".") {
            var status = stat()
            if lstat("\(path)/\(name)", &status) == 0 {
                if status.st_mode & S_IFMT == type { found.append(name) }
            } else if errno != ENOENT {
                throw .failed(operation: "look at", path: "\(path)/\(name)", code: errno)
            }
        }
        return found
    }

    static func size(of file: String) -> Int64? {
        var status = stat()
        return stat(file, &status) == 0 ? Int64(status.st_size) : nil
    }

    private static func makeFolders(_ relative: String, in root: String) throws(SharedFolderError) {
        var path = root
        for part in relative.split(separator: "/") {
            try FileCalls.makeFolder("\(path)/\(part)", in: path)
            path += "/\(part)"
        }
    }
}

/// A file that never changes once it has its name.
enum ImmutableFile {
    private static let chunkBytes = 256 << 10

    /// A source that is gone was removed meanwhile and needs no copy. Blocks.
    static func copy(_ source: String, to target: String) throws(SharedFolderError) {
        let input: Int32
        do throws(SharedFolderError) {
            input = try FileCalls.open(source, O_RDONLY)
        } catch {
            if case .notFound = error { return }
            throw error
        }
        defer { FileCalls.close(input) }
        let size = try FileCalls.size(input, path: source)
        if FolderCopy.size(of: target) == Int64(size) { return }
        let name = "\(target)-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))\(FolderCopy.temporarySuffix)"
        do throws(SharedFolderError) {
            try write(input, source, to: name, size: size)
            try FileCalls.rename(name, to: target)
        } catch {
            // It is of no use; what matters is why it could not be copied.
            _ = try? FileCalls.remove(name)
            throw error
        }
    }

    private static func write(_ input: Int32, _ source: String, to name: String, size: Int) throws(SharedFolderError) {
        let expected = try transfer(input, source, to: name, size: size)
        guard try digest(of: name, upTo: size) == expected else {
            throw .failed(operation: "verify the copy", path: name, code: EIO)
        }
    }

    private static func transfer(_ input: Int32, _ source: String, to name: String, size: Int) throws(SharedFolderError) -> SHA256.Digest {
        let output = try FileCalls.open(name, O_WRONLY | O_CREAT | O_EXCL)
        defer { FileCalls.close(output) }
        var hash = SHA256()
        var offset = 0
        while true {
            let chunk = try FileCalls.read(input, at: offset, count: chunkBytes, path: source)
            if chunk.readableBytes == 0 { break }
            chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            try FileCalls.write(chunk, to: output, path: name)
            offset += chunk.readableBytes
        }
        guard offset == size else { throw .damaged(path: source, expected: size, found: offset) }
        try FileCalls.sync(output, path: name)
        // What is read back comes from the disk or the share, as far as the system lets us ask for it.
        posix_fadvise(output, 0, 0, POSIX_FADV_DONTNEED)
        return hash.finalize()
    }

    static func digest(of file: String, upTo size: Int) throws(SharedFolderError) -> SHA256.Digest {
        let descriptor = try FileCalls.open(file, O_RDONLY)
        defer { FileCalls.close(descriptor) }
        var hash = SHA256()
        var offset = 0
        while offset < size {
            let chunk = try FileCalls.read(descriptor, at: offset, count: min(chunkBytes, size - offset), path: file)
            if chunk.readableBytes == 0 { break }
            chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            offset += chunk.readableBytes
        }
        guard offset == size else { throw .damaged(path: file, expected: size, found: offset) }
        return hash.finalize()
    }
}

/// A file that is only appended to, and only in the folder it was begun in: a copy is a beginning of it.
enum GrowingFile {
    private static let chunkBytes = 256 << 10

    /// Blocks.
    static func copy(_ source: String, to target: String) throws(SharedFolderError) {
        let input: Int32
        do throws(SharedFolderError) {
            input = try FileCalls.open(source, O_RDONLY)
        } catch {
            // Removed by age.
            if case .notFound = error { return }
            throw error
        }
        defer { FileCalls.close(input) }
        let size = try FileCalls.size(input, path: source)
        let present = Int(FolderCopy.size(of: target) ?? 0)
        // Longer: the file was begun there and came back.
        guard present < size else { return }
        try extend(target, from: present, to: size, with: input, source)
        guard try ImmutableFile.digest(of: target, upTo: size) == ImmutableFile.digest(of: source, upTo: size) else {
            throw .failed(operation: "verify the copy", path: target, code: EIO)
        }
    }
}

extension GrowingFile {
    private static func extend(
        _ target: String, from present: Int, to size: Int, with input: Int32, _ source: String
    ) throws(SharedFolderError) {
        let output = try FileCalls.open(target, O_WRONLY | O_CREAT)
        defer { FileCalls.close(output) }
        var offset = present
        while offset < size {
            let chunk = try FileCalls.read(input, at: offset, count: min(chunkBytes, size - offset), path: source)
            if chunk.readableBytes == 0 { break }
            try FileCalls.write(chunk, to: output, at: offset, path: target)
            offset += chunk.readableBytes
        }
        try FileCalls.sync(output, path: target)
        posix_fadvise(output, 0, 0, POSIX_FADV_DONTNEED)
    }
}

extension FileCalls {
    /// At a place in the file, wherever it ends.
    fileprivate static func write(_ buffer: ByteBuffer, to descriptor: Int32, at offset: Int, path: String) throws(SharedFolderError) {
        let failure: Int32 = buffer.withUnsafeReadableBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.pwrite(
                    descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset + written))
                if count > 0 {
                    written += count
                } else if count == 0 || errno != EINTR {
                    return count == 0 ? EIO : errno
                }
            }
            return 0
        }
        if failure != 0 { throw .failed(operation: "write", path: path, code: failure) }
    }
}
