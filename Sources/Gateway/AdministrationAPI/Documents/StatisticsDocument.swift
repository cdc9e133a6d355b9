import MessageLog
import Settings

/// Messages of one direction and result in one period.
package struct MailFigureDocument: Codable, Sendable {
    /// Beginning of the period.
    package let start: String
    package let startMilliseconds: Int64
    package let direction: String
    package let result: String
    package let messages: Int
    package let sizeBytes: Int

    init(_ figure: MailFigure) {
        start = TimeText.text(figure.start)
        startMilliseconds = figure.start.milliseconds
        direction = figure.direction.rawValue
        result = figure.result.rawValue
        messages = figure.messages
        sizeBytes = figure.sizeBytes
    }
}

/// A sender or recipient of much mail.
package struct CorrespondentDocument: Codable, Sendable {
    /// Empty: the null reverse-path.
    package let address: String
    package let messages: Int
    package let sizeBytes: Int

    init(_ correspondent: Correspondent) {
        address = correspondent.address
        messages = correspondent.messages
        sizeBytes = correspondent.sizeBytes
    }
}
