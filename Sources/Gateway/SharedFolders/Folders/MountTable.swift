import Foundation

/// Which file system a path lies on, as the kernel tells it (proc(5), mountinfo).
enum MountTable {
    /// Such as `ext4` or `nfs4`; empty when it cannot be found out. Blocks a little, never on a share.
    /// - Parameter path: with its symbolic links followed.
    static func fileSystem(of path: String) -> String {
        guard let data = FileManager.default.contents(atPath: "/proc/self/mountinfo") else { return "" }
        return fileSystem(of: path, in: String(decoding: data, as: UTF8.self))
    }

    /// Of several mounts on one place the last counts.
    static func fileSystem(of path: String, in table: String) -> String {
        var best = (length: -1, name: "")
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let separator = fields.firstIndex(of: "-"), fields.count > separator + 1, fields.count > 4 else { continue }
            let place = String(fields[4]).replacing("\\040", with: " ")
            if place.utf8.count >= best.length, FolderPaths.isInside(path, place) {
                best = (place.utf8.count, String(fields[separator + 1]))
            }
        }
        return best.name
    }
}
