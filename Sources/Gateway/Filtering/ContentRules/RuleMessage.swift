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
    /// Fields of which something was left unread: what is not found there may still be in the message.
    private var cut: Set<ContentCondition.Field> = []
    /// Steps that all patterns together may still make; ten million take some tenths of a second.
    var steps = Self.maximumSteps

    static let maximumSteps = 10_000_000
    /// Characters of the texts of a message together.
    static let maximumCharacters = 256 << 10
    private static let maximumPartBytes = 1 << 20
    private static let maximumFields = 100
    private static let maximumFieldCharacters = 10_000
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

    /// Whether something of a field was left unread; known once its values were asked for.
    func isCut(_ field: ContentCondition.Field) -> Bool {
        switch field {
        case .data: cut.contains(.body) || cut.contains(.header("subject"))
        case .header(let name): cut.contains(.header(name.lowercased()))
        case .sender, .recipient, .recipientDomain, .body, .attachment, .size, .direction: cut.contains(field)
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
        let fields = structure.header.all(name)
        var isCut = fields.count > Self.maximumFields
        let texts = fields.prefix(Self.maximumFields).map { field in
            var text = FoldedText()
            if !text.append(field.text, limit: Self.maximumFieldCharacters) { isCut = true }
            return text
        }
        if isCut { cut.insert(.header(name)) }
        headers[name] = texts
        return texts
    }

    private mutating func body(_ structure: MIMEStructure) -> [FoldedText] {
        if let body { return body }
        var left = Self.maximumCharacters
        var texts: [FoldedText] = []
        var isCut = structure.isCut
        for part in structure.leaves where part.contentType.type == "text" {
            guard left > 0 else {
                isCut = true
                break
            }
            let bytes = part.decodedBody(limit: Self.maximumPartBytes)
            let decoded = DecodedText(bytes.bytes[...], charset: part.contentType.charset).text
            var text = FoldedText()
            let isWhole = text.append(part.contentType.subtype == "html" ? VisibleText(html: decoded).text : decoded, limit: left)
            if bytes.isTruncated || !isWhole { isCut = true }
            left -= text.scalars.count
            texts.append(text)
        }
        if isCut { cut.insert(.body) }
        body = texts
        return texts
    }

    private mutating func attachments(_ structure: MIMEStructure) -> [FoldedText] {
        if let attachments { return attachments }
        let names = Array(
            structure.leaves.lazy.filter(\.isAttachment).flatMap { $0.fileNames.isEmpty ? [""] : $0.fileNames }
                .prefix(Self.maximumNames + 1))
        if structure.isCut || names.count > Self.maximumNames { cut.insert(.attachment) }
        let texts = names.prefix(Self.maximumNames).map { FoldedText($0, limit: 1_000) }
        attachments = texts
        return texts
    }
}
