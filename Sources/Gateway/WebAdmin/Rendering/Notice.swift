import Settings

/// What an action has done, carried by a short-lived cookie to the page shown after it. Only a known text and a number travel, so
/// that no link or cookie can make a page say something else.
struct Notice: Sendable, Hashable {
    let kind: NoticeText
    let count: Int

    static let lifetimeSeconds = 60

    init(_ kind: NoticeText, count: Int = 0) {
        self.kind = kind
        self.count = count
    }

    init?(cookieText: String) {
        let parts = cookieText.prefix(100).split(separator: ".")
        guard parts.count == 2, let kind = NoticeText(rawValue: String(parts[0])), let count = Int(parts[1]) else { return nil }
        self.init(kind, count: count)
    }

    var cookieText: String { "\(kind.rawValue).\(count)" }

    func text(_ language: Language) -> String { kind.filled(language, count) }
}
