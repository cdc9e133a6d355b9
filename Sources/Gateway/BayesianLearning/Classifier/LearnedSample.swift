/// One learned message as the classifier remembers it: its tokens' names and what it was. The text cannot be got back from it.
package struct LearnedSample: Hashable, Sendable {
    package let tokens: [UInt64]
    package let isSpam: Bool

    package init(tokens: [UInt64], isSpam: Bool) {
        self.tokens = tokens
        self.isSpam = isSpam
    }
}
