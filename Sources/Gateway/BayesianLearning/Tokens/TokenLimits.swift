/// How much of a message is looked at, so that time and memory are bounded whatever is sent.
package struct TokenLimits: Hashable, Sendable {
    /// Decoded text of one part; later text is left out. Spam shows what it wants at once.
    package var partBytes = 128 * 1024
    /// Decoded text of all parts together.
    package var textBytes = 256 * 1024
    /// Parts that are looked at.
    package var parts = 100
    /// Different tokens of one message. A long newsletter has 2,500.
    package var tokens = 6_000
    /// Links of which tokens are made.
    package var links = 200
    /// Bytes of one header field.
    package var fieldBytes = 4_096
    /// Address and Received fields of one kind.
    package var fields = 20

    package init() {}
}
