import NIOCore

/// Bounds of a session that no administrator needs to change, each with its reason.
enum SessionLimits {
    /// A line of message text. RFC 5322 §2.1.1 allows 998 octets, but much real mail (whole HTML bodies in one line) has longer ones
    /// and is passed on as it came; beyond this a line is no text any more.
    static let maximumTextLineOctets = 1 << 20
    /// What may come after a message has turned out too big, before the connection is closed in the middle: a client must send the rest
    /// until it may read our reply, and is let do so for once the limit more.
    static func maximumDiscardedOctets(messageLimit: Int) -> Int { max(1 << 20, messageLimit) }
    /// The biggest chunk that is read only to be thrown away when no MAIL came before it: no honest client sends one.
    static let maximumStrayChunkOctets = 1 << 20
    /// How long a client may take to read the last reply and close. Closing at once with unread input would make the kernel send a reset
    /// that can overtake the reply.
    static let lingerTime = TimeAmount.seconds(2)
    /// What is read and thrown away in that time.
    static let lingerOctets = 1 << 20
    /// How long a trusted proxy may take for its PROXY header: it sends it at once, and three seconds are for a lost packet.
    static let proxyHeaderTime = TimeAmount.seconds(10)
    /// With no greeting delay: long enough for one look at the socket, too short to be felt.
    static let shortestLook = TimeAmount.microseconds(200)
    /// How long the transaction handler may take for one answer. RFC 5321 §4.5.3.2.6 lets clients wait ten minutes for the longest one.
    static let decisionTime = TimeAmount.seconds(600)
    /// Input read ahead while an answer is waited for; normally nothing is, since reading stops.
    static let maximumBufferedOctets = 1 << 18
    /// First read buffer of a connection: idle sessions are many and say little.
    static let initialReadOctets = 1024
    /// Largest read buffer, reached while message text streams in.
    static let maximumReadOctets = 1 << 16
}
