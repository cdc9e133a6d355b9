package import NIOCore
package import Settings
package import SharedFolders

/// The dialogue of one SMTP connection, or of a part of a long one, while it goes on: commands and replies with their times, never a
/// message's content nor a password. Composed as text in one buffer with a bound; what does not fit is counted and said at the end.
///
/// A connection that carries many messages is kept in parts: between two messages, once a part is long enough, the next begins with an
/// identifier of its own. So each message's whole dialogue stands in one part, and a part can be read before the connection ends.
package struct SMTPTranscript: Sendable {
    /// By which the log's rows name it; it changes when a new part begins.
    package private(set) var identifier: RecordIdentifier
    package let way: TranscriptWay
    package private(set) var address: NetworkAddress?
    /// Something was refused or failed.
    package private(set) var isTroubled = false
    private var text: ByteBuffer
    private var mask = CredentialMask()
    private var lines = 0
    private var omittedLines = 0
    private var part = 1
    private let limits: Limits
    private let heading: String

    /// How much of a part is kept.
    package struct Limits: Sendable, Hashable {
        package let maximumBytes: Int
        package var maximumLines = 2000

        package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }
    }

    /// Between two messages a part longer than this ends.
    package static let partBytes = 8 << 10
    /// Most dialogues take less.
    private static let firstCapacity = 1024
    /// Of one line with its time and mark.
    private static let maximumLineBytes = 512
    /// Of what was said; longer lines are cut.
    private static let maximumShownBytes = 480
    private static let millisecondsOfDay: Int64 = 86_400_000

    /// - Parameter heading: who speaks with whom, one line.
    package init(_ way: TranscriptWay, address: NetworkAddress?, heading: String, limits: Limits, at time: UTCTime) {
        self.way = way
        self.address = address
        self.heading = heading
        self.limits = limits
        identifier = RecordIdentifier(milliseconds: time.milliseconds)
        text = ByteBuffer()
        writeHeading(at: time)
    }

    /// Long enough to be ended between two messages.
    package var isLong: Bool { text.readableBytes >= Self.partBytes }

    /// A line of the client, without its CRLF.
    /// - Parameter isCredential: it is part of an exchange of AUTH.
    package mutating func client(_ line: ByteBufferView, isCredential: Bool = false, at time: UTCTime = .now()) {
        let (shown, isMasked) = mask.shown(line, isCredential: isCredential)
        guard begin("C: ", time) else { return }
        write(line.prefix(shown))
        if isMasked { text.writeStaticString(shown > 0 ? " ***" : "***") }
        end()
    }

    /// A line of the client that could not be read.
    package mutating func unreadableLine(_ fault: String, at time: UTCTime = .now()) {
        mask.lineWasUnreadable()
        note("a line that is no command: \(fault)", at: time)
    }

    /// Replies as they go over the wire, one or several lines with their CRLF.
    package mutating func server(_ replies: ByteBufferView, at time: UTCTime = .now()) {
        var isFirst = true
        for line in replies.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: "4") || line.first == UInt8(ascii: "5") { isTroubled = true }
            guard isFirst ? begin("S: ", time) : begin("S: ", nil) else { continue }
            // What is asked for during AUTH holds names and salts.
            let isChallenge = line.starts(with: "334".utf8)
            write(isChallenge ? line.prefix(3) : line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
            if isChallenge { text.writeStaticString(" ***") }
            end()
            isFirst = false
        }
    }

    /// Something that happened and was not said.
    package mutating func note(_ words: String, at time: UTCTime = .now()) {
        guard begin("-- ", time) else { return }
        write(words.utf8)
        end()
    }

    /// Something failed without a reply that says so.
    package mutating func failure(_ words: String, at time: UTCTime = .now()) {
        isTroubled = true
        note(words, at: time)
    }

    /// The other side is known only now.
    package mutating func reached(_ address: NetworkAddress?) { self.address = address }

    /// The end of the dialogue.
    package mutating func finish(at time: UTCTime = .now()) -> FinishedTranscript {
        if omittedLines > 0 { text.writeString("-- cut here: \(omittedLines) more lines are not kept\n") }
        return FinishedTranscript(
            entry: TranscriptEntry(identifier: identifier, way: way, address: address, isTroubled: isTroubled, endedAt: time), text: text)
    }

    /// Ends this part and begins the next.
    package mutating func nextPart(at time: UTCTime = .now()) -> FinishedTranscript {
        let next = RecordIdentifier(milliseconds: time.milliseconds)
        text.writeString("-- goes on in \(next)\n")
        let finished = finish(at: time)
        identifier = next
        part += 1
        text = ByteBuffer()
        lines = 0
        omittedLines = 0
        isTroubled = false
        writeHeading(at: time)
        return finished
    }

    private mutating func writeHeading(at time: UTCTime) {
        text.reserveCapacity(Self.firstCapacity)
        text.writeString("Transcript \(identifier) \(time) \(way.rawValue)\(part > 1 ? ", part \(part)" : "")\n")
        write(heading.utf8)
        text.writeInteger(UInt8(ascii: "\n"))
    }

    /// Begins a line if there is room for one.
    /// - Parameter time: `nil` for further lines of one reply.
    private mutating func begin(_ mark: StaticString, _ time: UTCTime?) -> Bool {
        guard lines < limits.maximumLines, text.readableBytes + Self.maximumLineBytes <= limits.maximumBytes else {
            omittedLines += 1
            return false
        }
        lines += 1
        if let time { writeTimeOfDay(time) } else { text.writeStaticString("             ") }
        text.writeStaticString(mark)
        return true
    }

    private mutating func end() { text.writeInteger(UInt8(ascii: "\n")) }

    /// `15:10:00.123 `, UTC.
    private mutating func writeTimeOfDay(_ time: UTCTime) {
        let milliseconds = Int(time.milliseconds % Self.millisecondsOfDay)
        let seconds = milliseconds / 1000
        writeDigits(seconds / 3600, 2, UInt8(ascii: ":"))
        writeDigits(seconds / 60 % 60, 2, UInt8(ascii: ":"))
        writeDigits(seconds % 60, 2, UInt8(ascii: "."))
        writeDigits(milliseconds % 1000, 3, UInt8(ascii: " "))
    }

    private mutating func writeDigits(_ number: Int, _ count: Int, _ separator: UInt8) {
        var divisor = count == 3 ? 100 : 10
        while divisor > 0 {
            text.writeInteger(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
        text.writeInteger(separator)
    }

    /// Control characters become question marks, so that a line stays one line and no terminal obeys it.
    private mutating func write(_ bytes: some Collection<UInt8>) {
        if bytes.count <= Self.maximumShownBytes, bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            text.writeBytes(bytes)
            return
        }
        var written = 0
        for byte in bytes {
            guard written < Self.maximumShownBytes else {
                text.writeStaticString(" ...")
                return
            }
            text.writeInteger(byte < 0x20 || byte == 0x7F ? UInt8(ascii: "?") : byte)
            written += 1
        }
    }
}
