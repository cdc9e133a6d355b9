import Glibc

/// Databases as such: making one.
package enum FirebirdDatabase {
    /// Page size of new databases: an index key may have a quarter of it.
    package static let pageSize = 16_384

    /// Creates an empty database at the configuration's place: UTF8, dialect 3, pages of 16 KiB, forced writes on.
    /// - Throws: `databaseExists` when there is one, `databaseNotFound` when the folder is missing.
    package static func create(_ configuration: FirebirdConfiguration, deadline: Duration? = nil) async throws {
        let queue = SessionQueue(configuration, size: 1, maximumWaiting: 1)
        do {
            try await queue.run(deadline: deadline) { session in session.adopt(try make(configuration)) }
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }

    private static let attempts = 20
    private static let pauseMicroseconds: UInt32 = 50_000

    /// Makes the database and attaches. The embedded engine opens a new file a second time, for its forced writes, and a process
    /// being started by ours at that moment shares the guard on the file until its program is loaded: then the making breaks off and
    /// leaves a file that is no database. It is removed and made again, for a second.
    private static func make(_ configuration: FirebirdConfiguration) throws(FirebirdError) -> Attachment {
        let creation = Attachment.Creation(pageSize: UInt32(pageSize))
        guard case .embedded(let path) = configuration.location, access(path, F_OK) != 0 else {
            return try Attachment(configuration, creating: creation)
        }
        for _ in 1..<attempts {
            // One that somebody else made meanwhile is `databaseExists`: only our own can be removed here.
            do { return try Attachment(configuration, creating: creation) } catch { guard error.kind == .alreadyOpen else { throw error } }
            unlink(path)
            usleep(pauseMicroseconds)
        }
        return try Attachment(configuration, creating: creation)
    }
}
