/// What a look at a folder found.
package struct FolderState: Sendable, Hashable {
    /// Where it really is, all symbolic links followed; `nil` when it does not exist.
    package var realPath: String?
    /// Why this node cannot use it; `nil` when it can.
    package var problem: SharedFolderError?
    /// `nil`: the folder has none, as those of the node alone.
    package var marker: FolderMarker.State?
    /// Of its file system.
    package var freeBytes: UInt64?
    package var totalBytes: UInt64?
    /// Such as `ext4` or `nfs4`.
    package var fileSystem = ""

    package init() {}

    /// From 0 to 100, of what others than root may use.
    package var usedPercent: Int? {
        guard let freeBytes, let totalBytes, totalBytes > 0 else { return nil }
        return Int((Double(totalBytes - min(freeBytes, totalBytes)) / Double(totalBytes) * 100).rounded())
    }
}
