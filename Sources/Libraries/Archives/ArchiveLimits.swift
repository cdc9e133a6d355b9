/// How much of a hostile archive is looked at. Whatever exceeds a limit is left unread and recorded as a fault.
package struct ArchiveLimits: Sendable, Hashable {
    /// Of the outermost archive and all within it together.
    package var entries = 2_000
    /// Bytes unpacked of all together; most entries of a zip are not unpacked beyond their beginning.
    package var unpackedBytes = 128 << 20
    /// What an archive within an archive may have to be looked into; it is kept in memory meanwhile.
    package var nestedBytes = 32 << 20
    /// Archives within archives; 1: only the outermost one.
    package var depth = 4
    /// Unpacked bytes, as read or as the archive announces them, for each byte of the file; only from `ratioFloorBytes` on.
    package var ratio = 200
    package var ratioFloorBytes = 32 << 20
    package var duration = Duration.seconds(3)

    package init() {}
}

/// Why an archive was not looked into whole.
package enum ArchiveFault: String, Sendable, Hashable, CaseIterable {
    case tooManyEntries, tooManyBytes, tooDeep, unusualRatio, tooSlow
    /// Cut, or not made by the rules of its form.
    case damaged
}

/// What looking cost, in counts that do not depend on the machine.
package struct ArchiveWork: Sendable, Hashable {
    package var archives = 0
    package var entries = 0
    package var unpackedBytes = 0
    /// The most that was kept in memory of unpacked files at once.
    package var keptBytes = 0

    package init() {}
}

/// One file in an archive.
package struct ArchivedFile: Sendable, Hashable {
    /// As it stands in the archive; of one longer than `maximumNameBytes`, beginning and end. Its charset is the sender's.
    package let name: [UInt8]
    /// 1 in the outermost archive.
    package let depth: Int
    package let kind: FileKind
    /// It is all that a compressed file holds: programs save it under that file's name without the last ending.
    package let isWholeContent: Bool

    package static let maximumNameBytes = 1_024
}

/// What was seen of a file and of everything in it.
package struct FileReport: Sendable, Hashable {
    package let kind: FileKind
    /// All that was found, outer archives' files before those within.
    package internal(set) var files: [ArchivedFile] = []
    /// Whether it, or something in it, can only be read with a password.
    package internal(set) var isEncrypted = false
    /// Whether it, or something in it, is an Office file with macros.
    package internal(set) var hasMacros = false
    package internal(set) var faults: Set<ArchiveFault> = []
    package internal(set) var work = ArchiveWork()

    init(kind: FileKind) { self.kind = kind }
}
