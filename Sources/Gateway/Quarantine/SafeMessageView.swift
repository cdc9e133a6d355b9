import Mail

/// What may be shown of a dangerous message: its header, its texts as plain text, its attachments by name only, and, for who asks for
/// them, the pictures within it. Nothing of it is markup, and nothing is fetched from anywhere.
package struct SafeMessageView: Sendable, Hashable {
    package let headerFields: [HeaderLine]
    package let texts: [TextPart]
    package let attachments: [Attachment]
    package let images: [InlineImage]
    /// More of the message was there than was looked at.
    package let isCut: Bool

    package struct HeaderLine: Sendable, Hashable {
        package let name: String
        package let text: String
    }

    package struct TextPart: Sendable, Hashable {
        package let mediaType: String
        package let text: String
    }

    package struct Attachment: Sendable, Hashable {
        package let name: String
        package let mediaType: String
        /// Of the encoded part.
        package let sizeBytes: Int
    }

    /// What is read of a message to show it.
    package static let examinedBytes = 4 << 20
    private static let maximumFields = 200
    private static let maximumFieldCharacters = 2000
    private static let maximumTexts = 10
    private static let maximumTextBytes = 200 << 10
    private static let maximumAttachments = 200
    private static let maximumImages = 20
    private static let maximumImageBytes = 1 << 20

    /// - Parameters:
    ///   - bytes: the stored content, or its beginning.
    ///   - isCut: whether it is only the beginning.
    package init(_ bytes: [UInt8], isCut: Bool) {
        let structure = MessageReader().read(bytes)
        headerFields = structure.header.prefix(Self.maximumFields).map {
            HeaderLine(name: Self.plain($0.name, 100), text: Self.plain($0.text, Self.maximumFieldCharacters))
        }
        var texts: [TextPart] = []
        var attachments: [Attachment] = []
        var images: [InlineImage] = []
        for part in structure.leaves {
            if images.count < Self.maximumImages, let image = InlineImage(part, maximumBytes: Self.maximumImageBytes) {
                images.append(image)
            }
            if part.isAttachment {
                attachments.append(Attachment(part))
            } else if part.contentType.type == "text", texts.count < Self.maximumTexts {
                texts.append(TextPart(part, maximumBytes: Self.maximumTextBytes))
            }
        }
        self.texts = texts.filter { !$0.text.isEmpty }
        self.attachments = Array(attachments.prefix(Self.maximumAttachments))
        self.images = images
        self.isCut = isCut || attachments.count > Self.maximumAttachments
    }

    /// One line without control characters.
    static func plain(_ text: String, _ maximumCharacters: Int) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(maximumCharacters).map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}

extension SafeMessageView.TextPart {
    init(_ part: MIMEPart, maximumBytes: Int) {
        mediaType = part.contentType.mediaType
        let decoded = part.decodedText(limit: maximumBytes).text
        let shown = part.contentType.subtype == "html" ? HTMLText.plain(decoded) : decoded
        text = String(
            String.UnicodeScalarView(
                shown.replacing("\r\n", with: "\n").trimmingBlankLines.unicodeScalars.filter {
                    $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
                }))
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmingBlankLines: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}

extension SafeMessageView {
    /// A picture that the message shows within its text, as a browser may have it.
    package struct InlineImage: Sendable, Hashable {
        /// By what it is, not by what the message says it is: one of the formats that hold pixels and nothing else.
        package let mediaType: String
        package let bytes: [UInt8]
    }
}

extension SafeMessageView.InlineImage {
    private static let signatures: [(mediaType: String, bytes: [UInt8])] = [
        ("image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("image/jpeg", [0xFF, 0xD8, 0xFF]),
        ("image/gif", Array("GIF87a".utf8)), ("image/gif", Array("GIF89a".utf8)),
    ]

    /// `nil` for anything else than a whole picture that is meant to be seen with the text. SVG is a document with scripts, and no picture.
    init?(_ part: MIMEPart, maximumBytes: Int) {
        guard part.contentType.type == "image", part.contentDisposition?.isAttachment != true else { return nil }
        let decoded = part.decodedBody(limit: maximumBytes)
        guard !decoded.isTruncated, let found = Self.signatures.first(where: { decoded.bytes.starts(with: $0.bytes) }) else { return nil }
        mediaType = found.mediaType
        bytes = Array(decoded.bytes)
    }
}

extension SafeMessageView.Attachment {
    init(_ part: MIMEPart) {
        name = SafeMessageView.plain(part.fileNames.first ?? "", 300)
        mediaType = SafeMessageView.plain(part.contentType.mediaType, 100)
        sizeBytes = part.rawBody.count
    }
}

/// The words of an HTML text. Not a browser: tags go, line breaks stay, the usual entities are written out; what is left is text and
/// shown as such.
enum HTMLText {
    static func plain(_ html: String) -> String {
        var text = ""
        var rest = html[...]
        while let start = rest.firstIndex(of: "<") {
            text += rest[..<start]
            let tag = rest[start...]
            let name = tag.dropFirst().prefix { $0.isLetter || $0 == "/" || $0.isNumber }.lowercased()
            if ["script", "style", "head", "title"].contains(name) {
                rest = after("</\(name)", in: tag)
            } else {
                if ["br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h1", "h2", "h3"].contains(name) { text += "\n" }
                rest = tag
            }
            guard let end = rest.firstIndex(of: ">") else { return entities(text) }
            rest = rest[rest.index(after: end)...]
        }
        return entities(text + rest)
    }

    /// From the end tag on; nothing when there is none.
    private static func after(_ endTag: String, in text: Substring) -> Substring {
        var rest = text.dropFirst()
        while let start = rest.firstIndex(of: "<") {
            rest = rest[start...]
            if rest.prefix(endTag.count).lowercased() == endTag { return rest }
            rest = rest.dropFirst()
        }
        return ""
    }

    private static func entities(_ text: String) -> String {
        var result = text
        for (entity, character) in [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
            result = result.replacing(entity, with: character)
        }
        return result
    }
}
