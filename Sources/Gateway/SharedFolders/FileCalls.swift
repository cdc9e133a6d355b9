import Foundation
import Glibc
import NIOCore

/// The text of an errno.
func systemErrorText(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
    let known = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return known.isEmpty ? "error \(code)" : String(decoding: known, as: UTF8.self)
}

/// System calls on files, each with a typed error. They block: only on a folder's threads.
enum FileCalls {
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(SharedFolderError) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, mode)
            if descriptor >= 0 { return descriptor }
            if errno == EINTR { continue }
            if errno == ENOENT && flags & O_CREAT == 0 { throw .notFound(path: path) }
            throw .failed(operation: "open", path: path, code: errno)
        }
    }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    static func write(_ buffer: ByteBuffer, to descriptor: Int32, path: String) throws(SharedFolderError) {
        let failure: Int32 = buffer.withUnsafeReadableBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
                if count > 0 {
                    written += count
                } else if count < 0 && errno != EINTR {
                    return errno
                } else if count == 0 {
                    return EIO
                }
            }
            return 0
        }
        if failure != 0 { throw .failed(operation: "write", path: path, code: failure) }
    }

    /// At most `count` bytes at `offset`; fewer at the end of the file.
    static func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws(SharedFolderError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        var failure: Int32 = 0
        var isAtEnd = false
        while buffer.readableBytes < count && failure == 0 && !isAtEnd {
            let position = offset + buffer.readableBytes
            let missing = count - buffer.readableBytes
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: missing) { bytes in
                let got = Glibc.pread(descriptor, bytes.baseAddress, min(bytes.count, missing), off_t(position))
                if got < 0 && errno != EINTR { failure = errno }
                if got == 0 { isAtEnd = true }
                return max(0, got)
            }
        }
        if failure != 0 { throw .failed(operation: "read", path: path, code: failure) }
        return buffer
    }

    static func size(_ descriptor: Int32, path: String) throws(SharedFolderError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .failed(operation: "look at", path: path, code: errno) }
        return Int(status.st_size)
    }

    static func truncate(_ descriptor: Int32, to size: Int, path: String) throws(SharedFolderError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw .failed(operation: "cut", path: path, code: errno) }
    }

    /// What a folder holds, in no order.
    static func names(in folder: String) throws(SharedFolderError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            // A share that stutters is not an absent folder.
            var status = stat()
            guard stat(folder, &status) != 0 else { throw .failed(operation: "list", path: folder, code: EIO) }
            if errno == ENOENT { throw .notFound(path: folder) }
            throw .failed(operation: "list", path: folder, code: errno)
        }
    }

    static func sync(_ descriptor: Int32, path: String) throws(SharedFolderError) {
        while fsync(descriptor) != 0 {
            if errno == EINTR { continue }
            throw .failed(operation: "sync", path: path, code: errno)
        }
    }

    static func syncFolder(_ path: String) throws(SharedFolderError) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        try sync(descriptor, path: path)
    }

    static func rename(_ path: String, to newPath: String) throws(SharedFolderError) {
        guard Glibc.rename(path, newPath) == 0 else { throw .failed(operation: "rename", path: newPath, code: errno) }
    }

    /// - Returns: whether there was such a file.
    @discardableResult
    static func remove(_ path: String) throws(SharedFolderError) -> Bool {
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw .failed(operation: "remove", path: path, code: errno)
    }

    /// Makes one folder below an existing one and syncs its parent. An existing folder is fine.
    static func makeFolder(_ path: String, in parent: String) throws(SharedFolderError) {
        if mkdir(path, 0o750) == 0 { return try syncFolder(parent) }
        guard errno == EEXIST else { throw .failed(operation: "create folder", path: path, code: errno) }
    }
}
