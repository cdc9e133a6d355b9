import Foundation

/// Syncs folders for the threads that have just named a file in them. One sync serves all who asked before it began: of ten threads that
/// rename at once two syncs are made, not ten. Blocks: only on a folder's threads, where a hanging share hangs all of them anyway.
///
/// `@unchecked Sendable`: `courses` is read and written only while `condition` is locked.
final class FolderSyncs: @unchecked Sendable {
    private let condition = NSCondition()
    private var courses: [String: Course] = [:]
    private let perform: @Sendable (String) throws(SharedFolderError) -> Void

    /// Folders remembered; a folder nobody waits for is forgotten beyond it.
    private static let maximumFolders = 64

    /// The syncs of one folder, numbered.
    private struct Course {
        var begun = 0
        var ended = 0
        var askers = 0
        /// Why a sync failed, for those it was to serve.
        var failures: [Int: SharedFolderError] = [:]

        var isRunning: Bool { begun > ended }
    }

    init(
        _ perform: @escaping @Sendable (String) throws(SharedFolderError) -> Void = { path throws(SharedFolderError) in
            try FileCalls.syncFolder(path)
        }
    ) {
        self.perform = perform
    }

    /// Returns when a sync that began after this call has ended.
    /// - Throws: what that sync threw.
    func sync(_ path: String) throws(SharedFolderError) {
        condition.lock()
        var course = courses[path] ?? Course()
        // One that runs already may have begun before the caller's file had its name.
        let wanted = course.begun + 1
        course.askers += 1
        courses[path] = course
        while let present = courses[path], present.ended < wanted {
            if present.isRunning { condition.wait() } else { run(path) }
        }
        let failure = courses[path]?.failures[wanted]
        leave(path)
        condition.unlock()
        if let failure { throw failure }
    }

    /// Who waits for a sync of the folder or makes it.
    func askers(of path: String) -> Int {
        condition.lock()
        defer { condition.unlock() }
        return courses[path]?.askers ?? 0
    }

    /// Called with the lock in hand, and without it while the folder is being synced.
    private func run(_ path: String) {
        let number = (courses[path]?.begun ?? 0) + 1
        courses[path]?.begun = number
        condition.unlock()
        let result = Result { () throws(SharedFolderError) in try perform(path) }
        condition.lock()
        courses[path]?.ended = number
        if case .failure(let error) = result { courses[path]?.failures[number] = error }
        condition.broadcast()
    }

    private func leave(_ path: String) {
        courses[path]?.askers -= 1
        guard courses[path]?.askers == 0 else { return }
        courses[path]?.failures = [:]
        if courses.count > Self.maximumFolders { courses[path] = nil }
    }
}
