/// Databases as such: making one.
package enum FirebirdDatabase {
    /// Page size of new databases: an index key may have a quarter of it.
    package static let pageSize = 16_384

    /// Creates an empty database at the configuration's place: UTF8, dialect 3, pages of 16 KiB, forced writes on.
    /// - Throws: `databaseExists` when there is one, `databaseNotFound` when the folder is missing.
    package static func create(_ configuration: FirebirdConfiguration, deadline: Duration? = nil) async throws {
        let queue = SessionQueue(configuration, size: 1, maximumWaiting: 1)
        do {
            try await queue.run(deadline: deadline) { session in
                session.adopt(try Attachment(configuration, creating: Attachment.Creation(pageSize: UInt32(pageSize))))
            }
        } catch {
            await queue.close()
            throw error
        }
        await queue.close()
    }
}
