/// A number of things in English, which has a singular: “1 message was”, “2 messages were”. Japanese needs none of this.
enum EnglishCount {
    static func text(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
}
