import Foundation
import Glibc
import Synchronization

/// The folder an embedded engine lives in: its configuration, character sets, lock files and sort files.
///
/// The engine reads the process's environment at the first call of the library, so prepare this early in `main`,
/// before other threads run and before anything else of this module is used. A process has one engine, so one
/// environment.
package struct EmbeddedFirebirdEnvironment: Sendable, Equatable {
    /// The folder with `firebird.conf`.
    package let root: String

    private static let prepared = Mutex<EmbeddedFirebirdEnvironment?>(nil)

    /// Makes or updates the folder and points this process's engine to it.
    ///
    /// `firebird.conf` is written anew when it differs; the character sets (`intl`) are copied from the package, since
    /// a link is not enough. Lock files get a folder of their own: with the default one, whoever came first owns it.
    /// - Parameters:
    ///   - root: an absolute path; made with mode 0700.
    ///   - cachePages: pages of 16 KiB the engine keeps for each database.
    ///   - internationalFolder: the package's `intl` folder, searched for when nil.
    /// - Throws: `environment` when a file cannot be written, the package's folder is missing, or another root is in use.
    package static func prepare(root: String, cachePages: Int = 4_096, internationalFolder: String? = nil) throws(FirebirdError)
        -> EmbeddedFirebirdEnvironment
    {
        let environment = EmbeddedFirebirdEnvironment(root: root)
        try prepared.withLock { current throws(FirebirdError) in
            if let current, current != environment {
                throw FirebirdError(.environment, "this process has its engine in \(current.root) already")
            }
            do { try environment.write(cachePages, internationalFolder) } catch let error as FirebirdError { throw error } catch {
                throw FirebirdError(.environment, "the engine's folder cannot be prepared: \(error.localizedDescription)")
            }
            environment.export()
            current = environment
        }
        return environment
    }

    private func folder(_ name: String) -> String { root + "/" + name }

    private func write(_ cachePages: Int, _ internationalFolder: String?) throws {
        guard root.hasPrefix("/"), !root.contains("\n") else {
            throw FirebirdError(.environment, "the engine's folder needs an absolute path")
        }
        for path in [root, folder("lock"), folder("temporary")] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        try replace("firebird.conf", with: configuration(cachePages))
        try replace("databases.conf", with: "")
        try copyInternational(from: internationalFolder ?? Self.packagedInternationalFolder())
    }

    /// `Super` guards a file against a second process; `DeadlockTimeout` is how long a real deadlock stays unseen.
    private func configuration(_ cachePages: Int) -> String {
        """
        ServerMode = Super
        DefaultDbCachePages = \(max(64, cachePages))
        DeadlockTimeout = 1
        UdfAccess = None
        TempDirectories = \(folder("temporary"))

        """
    }

    private func replace(_ name: String, with content: String) throws {
        let path = folder(name)
        guard FileManager.default.contents(atPath: path) != Data(content.utf8) else { return }
        try Data(content.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private func copyInternational(from source: String?) throws {
        guard let source else { throw FirebirdError(.environment, "the engine's package (firebird3.0-server-core) is not installed") }
        let target = folder("intl")
        guard !Self.haveSameFiles(source, target) else { return }
        let copy = folder("intl.new")
        let files = FileManager.default
        if files.fileExists(atPath: copy) { try files.removeItem(atPath: copy) }
        try files.createDirectory(atPath: copy, withIntermediateDirectories: false)
        for name in try files.contentsOfDirectory(atPath: source) {
            let file = URL(fileURLWithPath: source + "/" + name).resolvingSymlinksInPath().path
            try files.copyItem(atPath: file, toPath: copy + "/" + name)
        }
        if files.fileExists(atPath: target) { try files.removeItem(atPath: target) }
        try files.moveItem(atPath: copy, toPath: target)
    }

    /// The same names and sizes: a package update changes them.
    private static func haveSameFiles(_ left: String, _ right: String) -> Bool {
        let sizes = [left, right].map { folder in
            (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
                "\(name) \(fileSize(folder + "/" + name))"
            })
        }
        return sizes[0] != nil && sizes[0] == sizes[1]
    }

    private static func fileSize(_ path: String) -> Int64 {
        var information = stat()
        return stat(path, &information) == 0 ? Int64(information.st_size) : -1
    }

    /// Debian puts it under the folder of the machine's architecture.
    private static func packagedInternationalFolder() -> String? {
        let libraries = "/usr/lib"
        // An unreadable folder is the same as no package.
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: libraries)) ?? []
        return folders.sorted().map { "\(libraries)/\($0)/firebird/3.0/intl" }.first {
            FileManager.default.fileExists(atPath: $0 + "/fbintl.conf")
        }
    }

    private func export() {
        setenv("FIREBIRD", root, 1)
        setenv("FIREBIRD_LOCK", folder("lock"), 1)
        setenv("FIREBIRD_TMP", folder("temporary"), 1)
    }
}
