package import MessageLog
import NIOCore
package import Settings
package import SharedFolders

/// A transcript as a face shows it.
package struct ShownTranscript: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// What was said, UTF-8, one line each; `nil` when it is not there.
    package let text: String?
    /// There is more than `text` holds.
    package let isCut: Bool
}

/// SMTP dialogues.
extension Administration {
    /// The text of a transcript.
    /// - Parameter maximumBytes: what is behind is left out; `nil` shows all.
    /// - Throws: `.unavailable` when the folder does not answer.
    package func transcript(
        _ identifier: RecordIdentifier, upTo maximumBytes: Int? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> ShownTranscript {
        do throws(SharedFolderError) {
            guard let buffer = try await ports.transcripts.text(of: identifier) else {
                return ShownTranscript(identifier: identifier, text: nil, isCut: false)
            }
            let bytes = buffer.readableBytesView
            guard let maximumBytes, bytes.count > maximumBytes else {
                return ShownTranscript(identifier: identifier, text: String(decoding: bytes, as: UTF8.self), isCut: false)
            }
            let end = bytes.prefix(maximumBytes).lastIndex(of: UInt8(ascii: "\n")) ?? bytes.startIndex + maximumBytes
            return ShownTranscript(identifier: identifier, text: String(decoding: bytes[..<end], as: UTF8.self) + "\n", isCut: true)
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// Newest first.
    package func transcripts(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> TranscriptPage {
        do throws(SharedFolderError) {
            return try await ports.transcripts.transcripts(filter, before: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw .unavailable(cause: error.description)
        }
    }
}

extension MessageLogDetails {
    /// The dialogue it came in, then those of the attempts to deliver it, each once.
    package var transcripts: [RecordIdentifier] {
        var known: Set<RecordIdentifier> = []
        return ([record.entry.transcript] + events.map(\.transcript)).compactMap(\.self).filter { known.insert($0).inserted }
    }
}
