/// How much of a hostile message is looked at. Whatever exceeds a limit is left unread and recorded as an anomaly.
package struct MessageLimits: Hashable, Sendable {
    /// Of one header, the message's or a part's. Postfix takes 100 KiB; lists with thousands of recipients need more.
    package var headerBytes = 512 * 1024
    /// Of one header. Real mail has under 200.
    package var headerFields = 5_000
    /// Without the line end, RFC 5322 §2.1.1. Only recorded: longer lines are read all the same.
    package var lineBytes = 998
    /// Of the whole message, nested messages included.
    package var parts = 2_000
    /// The message itself has depth 0. Deeper parts stay unopened.
    package var depth = 50
    /// RFC 2046 §5.1.1 says 70; some programs write far longer ones, and attackers hope that they are not looked for.
    package var boundaryBytes = 2_048
    /// Readings of one multipart's boundary that are looked for when the header contradicts itself.
    package var boundaryReadings = 6
    /// For all decoding that reading the structure itself needs (encoded nested messages), and for one part on request.
    package var decodedBytes = 100 * 1024 * 1024
    /// Anomalies recorded one by one; later ones are only counted.
    package var recordedAnomalies = 100

    package init() {}
}
