/// Why a shared folder could not be used. All cases but `notFound` and `damaged` are transient: an administrator can mend them.
package enum SharedFolderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A system call failed; `code` is its errno.
    case failed(operation: String, path: String, code: Int32)
    case notFound(path: String)
    /// The folder's marker is missing: its share is not mounted, and what lies beneath is not the folder.
    case notMounted(path: String)
    /// The file has not the size its row tells: what was accepted is no longer all there.
    case damaged(path: String, expected: Int, found: Int)
    /// The folder did not answer in time; a thread may still hang in it.
    case deadlineExceeded(operation: String)
    /// Too many operations wait for the folder.
    case overloaded
    /// The writer was abandoned or has failed before.
    case closed

    /// The same for those who must not learn where files lie.
    package var descriptionWithoutPath: String {
        switch self {
        case .failed(let operation, _, let code): "\(operation): \(systemErrorText(code))"
        case .notFound: "it does not exist"
        case .notMounted: "the share is not mounted"
        case .damaged: "it is damaged"
        case .deadlineExceeded, .overloaded, .closed: description
        }
    }

    package var description: String {
        switch self {
        case .failed(let operation, let path, let code): "\(operation) \(path): \(systemErrorText(code))"
        case .notFound(let path): "\(path) does not exist"
        case .notMounted(let path): "\(path): its file \(FolderMarker.fileName) is not there, so the share is probably not mounted"
        case .damaged(let path, let expected, let found): "\(path) is damaged: \(found) bytes instead of \(expected)"
        case .deadlineExceeded(let operation): "the folder did not answer in time (\(operation))"
        case .overloaded: "too many operations wait for the folder"
        case .closed: "the content was given up"
        }
    }
}
