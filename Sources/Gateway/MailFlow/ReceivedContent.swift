import NIOCore
import OutsideEngines
import SharedFolders

/// A received message's content as outside engines are given it, read in pieces from where it is until it is committed.
struct ReceivedContent: EngineContent {
    let writer: MessageContentWriter

    var byteCount: Int { writer.byteCount }

    func piece(at offset: Int, count: Int, deadline: Duration) async throws(EngineFailure) -> ByteBuffer {
        do throws(SharedFolderError) {
            return try await writer.bytes(at: offset, count: count, deadline: deadline)
        } catch {
            throw .contentUnavailable(error.descriptionWithoutPath)
        }
    }
}
