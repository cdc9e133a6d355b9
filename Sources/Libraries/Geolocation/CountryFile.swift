import CMaxMindDB
import Glibc

/// A private copy of a file in memory: whoever shortens or overwrites the file later does not pull pages from under a running process,
/// as he would with a file that is mapped itself.
final class CountryFile: Sendable {
    /// Databases of countries have some 10 MiB, those of cities 150.
    static let maximumBytes = 512 << 20

    let descriptor: Int32
    let bytes: Int

    /// Blocks for as long as reading takes.
    init(_ path: String) throws(CountryDatabaseError) {
        let source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard source >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, cause: String(cString: strerror(errno)))
        }
        defer { close(source) }
        var status = stat()
        guard fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, cause: "it is no regular file")
        }
        let target = memfd_create("countries", sg_memfd_close_on_exec)
        guard target >= 0 else { throw .unreadable(path: path, cause: String(cString: strerror(errno))) }
        do throws(CountryDatabaseError) {
            bytes = try Self.copy(source, to: target, path)
        } catch {
            close(target)
            throw error
        }
        descriptor = target
    }

    deinit { close(descriptor) }

    /// Where the copy can be opened.
    var path: String { "/proc/self/fd/\(descriptor)" }

    /// A file of `.mmdb` has its metadata behind this mark, near its end (MaxMind DB File Format, version 2.0).
    var isMaxMind: Bool {
        let mark: [UInt8] = [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        let length = min(bytes, Self.longestMetadata)
        var end = [UInt8](repeating: 0, count: length)
        guard pread(descriptor, &end, length, bytes - length) == length, length >= mark.count else { return false }
        return memmem(end, length, mark, mark.count) != nil
    }

    private static let longestMetadata = 128 << 10
    private static let chunkBytes = 1 << 20

    private static func copy(_ source: Int32, to target: Int32, _ path: String) throws(CountryDatabaseError) -> Int {
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var total = 0
        while true {
            let count = read(source, &chunk, chunkBytes)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, cause: String(cString: strerror(errno))) }
            if count == 0 { return total }
            total += count
            guard total <= maximumBytes else { throw .tooLarge(path: path) }
            var written = 0
            while written < count {
                let step = chunk.withUnsafeBytes { write(target, $0.baseAddress?.advanced(by: written), count - written) }
                guard step > 0 else { throw .unreadable(path: path, cause: String(cString: strerror(errno))) }
                written += step
            }
        }
    }
}
