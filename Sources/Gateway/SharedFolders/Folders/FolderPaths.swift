/// Whether folders lie within each other. Pure: paths come with their symbolic links followed.
package enum FolderPaths {
    /// Whether `path` is `other`, or lies in it.
    package static func isInside(_ path: String, _ other: String) -> Bool {
        let inner = parts(path)
        let outer = parts(other)
        return inner.count >= outer.count && inner.prefix(outer.count).elementsEqual(outer)
    }

    /// Whether one lies in the other, or they are the same.
    package static func overlap(_ first: String, _ second: String) -> Bool { isInside(first, second) || isInside(second, first) }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
}
