import Foundation
package import Logging
import Settings
import Synchronization

/// Writes one line per event to standard error: time, level, logger, message, `name=value` pairs. Secrets never come here: nobody
/// logs passwords, tokens, SQL values or message content.
package struct NodeLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let label: String

    /// Longest line; the rest is cut.
    private static let maximumLineBytes = 8000

    package init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = "\(Self.time()) \(event.level.rawValue) \(label): \(Self.clean(event.message.description))"
        let pairs = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in pairs.sorted(by: { $0.key < $1.key }) { line += " \(name)=\(Self.quoted(value.description))" }
        if line.utf8.count > Self.maximumLineBytes { line = String(decoding: line.utf8.prefix(Self.maximumLineBytes), as: UTF8.self) + "…" }
        // A full or closed standard error must not stop the mail: there is nobody else to tell.
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private static func time() -> String {
        let now = UTCTime.now()
        let milliseconds = String(now.milliseconds % 1000)
        return now.description.dropLast() + "." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds + "Z"
    }

    private static func quoted(_ text: String) -> String {
        let clean = clean(text)
        guard clean.isEmpty || clean.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return clean }
        return "\"" + clean.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// One event stays one line, whatever a peer sent.
    private static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
