package import Mail
package import MessageLog

/// What content rules are asked about.
package struct RuleMessage: Sendable {
    /// `nil` when it is too large or could not be read.
    package let structure: MIMEStructure?
    package let sizeBytes: Int
    package let reversePath: ReversePath
    package let recipients: [EmailAddress]
    package let direction: MailDirection

    package init(
        structure: MIMEStructure?, sizeBytes: Int, reversePath: ReversePath, recipients: [EmailAddress], direction: MailDirection
    ) {
        self.structure = structure
        self.sizeBytes = sizeBytes
        self.reversePath = reversePath
        self.recipients = recipients
        self.direction = direction
    }
}

/// The texts of one message, made when the first condition asks for them, within limits.
struct RuleTexts {
    private let message: RuleMessage
    private var body: [FoldedText]?
    private var attachments: [FoldedText]?
    private var counts: [SensitiveData: Int] = [:]
    private var headers: [String: [FoldedText]] = [:]
    /// Steps that all patterns together may still make; ten million take some tenths of a second.
    var steps = Self.maximumSteps

    static let maximumSteps = 10_000_000
    /// Characters of the texts of a message together.
    static let maximumCharacters = 256 << 10
    private static let maximumPartBytes = 1 << 20
    private static let maximumFields = 100
    private static let maximumNames = 200

    init(_ message: RuleMessage) { self.message = message }

    /// - Returns: `nil` when the message was not read.
    mutating func values(of field: ContentCondition.Field) -> [FoldedText]? {
        switch field {
        case .sender: return [FoldedText(message.reversePath.address?.description ?? "")]
        case .recipient: return message.recipients.map { FoldedText($0.description) }
        case .recipientDomain:
            return message.recipients.compactMap(\.domainName).flatMap { [FoldedText($0.ascii), FoldedText($0.unicode)] }
        case .header(let name): return message.structure.map { header(name.lowercased(), $0) }
        case .body: return message.structure.map { body($0) }
        case .attachment: return message.structure.map { attachments($0) }
        case .size, .direction, .data: return nil
        }
    }

    /// How many numbers of a kind are in subject and texts.
    mutating func count(of kind: SensitiveData) -> Int? {
        guard let structure = message.structure else { return nil }
        if let count = counts[kind] { return count }
        let texts = header("subject", structure) + body(structure)
        let count = texts.reduce(0) { $0 + kind.count(in: $1) }
        counts[kind] = count
        return count
    }

    private mutating func header(_ name: String, _ structure: MIMEStructure) -> [FoldedText] {
        if let known = headers[name] { return known }
        let texts = structure.header.all(name).prefix(Self.maximumFields).map { FoldedText($0.text, limit: 10_000) }
        headers[name] = texts
        return texts
    }

    private mutating func body(_ structure: MIMEStructure) -> [FoldedText] {
        if let body { return body }
        var left = Self.maximumCharacters
        var texts: [FoldedText] = []
        for part in structure.leaves where part.contentType.type == "text" && left > 0 {
            let decoded = part.decodedText(limit: Self.maximumPartBytes).text
            let text =
                part.contentType.subtype == "html"
                ? FoldedText(VisibleText(html: decoded).text, limit: left) : FoldedText(decoded, limit: left)
            left -= text.scalars.count
            texts.append(text)
        }
        body = texts
        return texts
    }

    private mutating func attachments(_ structure: MIMEStructure) -> [FoldedText] {
        if let attachments { return attachments }
        let texts = structure.leaves.lazy.filter(\.isAttachment).flatMap { $0.fileNames.isEmpty ? [""] : $0.fileNames }
            .prefix(Self.maximumNames).map { FoldedText($0, limit: 1_000) }
        attachments = Array(texts)
        return Array(texts)
    }
}
