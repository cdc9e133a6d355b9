import Foundation
import Glibc

/// The node's own certificate folder: `certificate.pem` (chain, own certificate first) and `private-key.pem` (mode 0600). All calls
/// block and belong on a thread that may.
struct CertificateFolder: Sendable {
    let path: String

    /// A chain of a dozen RSA-4096 certificates is below 64 KiB.
    static let maximumBytes = 1 << 20

    var certificatePath: String { "\(path)/certificate.pem" }
    var keyPath: String { "\(path)/private-key.pem" }

    /// What `stat` says of both files: changes when a file is replaced or written.
    struct Stamp: Equatable, Sendable {
        fileprivate let words: [Int]
    }

    /// - Parameter other: a further file that is watched with the two.
    func stamp(and other: String?) -> Stamp {
        var words: [Int] = []
        for file in [certificatePath, keyPath, other ?? certificatePath] {
            guard let status = Self.status(file) else {
                words.append(-1)
                continue
            }
            words += [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size), Int(truncatingIfNeeded: status.st_ino)]
        }
        return Stamp(words: words)
    }

    func exists(_ file: String) -> Bool { access(file, F_OK) == 0 }

    /// Whether somebody else than the owner may read the key.
    var isKeyOpenToOthers: Bool { Self.status(keyPath).map { $0.st_mode & 0o077 != 0 } ?? false }

    private static func status(_ file: String) -> stat? {
        var status = stat()
        return stat(file, &status) == 0 ? status : nil
    }

    func read(_ file: String) throws(TransportSecurityError) -> [UInt8] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: file, reason: Self.systemErrorText()) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: file, reason: Self.systemErrorText()) }
            if count == 0 { return content }
            content += chunk[..<count]
            guard content.count <= Self.maximumBytes else { throw .tooLong(path: file) }
        }
    }

    func makeFolder() throws(TransportSecurityError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .unwritable(path: path, reason: Self.systemErrorText()) }
    }

    /// Replaces a file as a whole: temporary name, sync, rename. A crash leaves the old file or the new one.
    func write(_ text: String, to file: String, mode: mode_t) throws(TransportSecurityError) {
        let temporary = file + ".new"
        unlink(temporary)  // of an earlier start that did not finish
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .unwritable(path: temporary, reason: Self.systemErrorText()) }
        let isWritten = Self.writeAll(Array(text.utf8), to: descriptor) && fsync(descriptor) == 0
        let reason = Self.systemErrorText()
        close(descriptor)
        guard isWritten else { throw .unwritable(path: temporary, reason: reason) }
        guard rename(temporary, file) == 0 else { throw .unwritable(path: file, reason: Self.systemErrorText()) }
        try syncFolder()
    }

    private func syncFolder() throws(TransportSecurityError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: Self.systemErrorText()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unwritable(path: path, reason: Self.systemErrorText()) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func systemErrorText() -> String {
        let code = errno
        return strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
