import Foundation
import Mail
import Settings

/// Puts a footer under the texts of a message, plain and HTML. Pure.
///
/// A message that is signed or encrypted as a whole or in part is left as it is, and so is one that cannot be read without loss: a
/// footer is not worth a broken message. The texts that are changed become UTF-8 in base64; everything else stays byte for byte.
struct DisclaimerComposer: Sendable {
    let text: String
    let html: String

    /// Texts beyond this are not rewritten.
    static let maximumTextBytes = 8 << 20

    /// - Returns: the message with the footer; `nil` when it is to stay as it is.
    func applied(to bytes: [UInt8]) -> [UInt8]? {
        let structure = MessageReader().read(bytes)
        guard !structure.isCut, !structure.parts.contains(where: Self.isProtected), structure.header.first("DKIM-Signature") == nil else {
            return nil
        }
        var edits: [(range: Range<Int>, bytes: [UInt8])] = []
        for part in Self.texts(structure.root) {
            guard let edit = edit(part, in: bytes) else { return nil }
            edits += edit
        }
        guard !edits.isEmpty else { return nil }
        var result: [UInt8] = []
        var end = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard edit.range.lowerBound >= end else { return nil }
            result += bytes[end..<edit.range.lowerBound]
            result += edit.bytes
            end = edit.range.upperBound
        }
        result += bytes[end...]
        // Whatever the message was like: a part that is not found again would be lost.
        return MessageReader().read(result).parts.map(\.contentType.mediaType) == structure.parts.map(\.contentType.mediaType)
            ? result : nil
    }

    /// RFC 1847, RFC 8551, RFC 3156, and reports, whose form is for programs.
    private static func isProtected(_ part: MIMEPart) -> Bool {
        let type = part.contentType
        switch type.type {
        case "multipart": return ["signed", "encrypted", "report"].contains(type.subtype)
        case "application":
            return ["pkcs7-mime", "x-pkcs7-mime", "pkcs7-signature", "pgp-encrypted", "pgp-signature"].contains(type.subtype)
        default: return false
        }
    }

    /// The texts that a reader sees first: all forms of an alternative, and the first part of other containers.
    private static func texts(_ root: MIMEPart) -> [MIMEPart] {
        var found: [MIMEPart] = []
        var open = [root]
        while let part = open.popLast() {
            if part.contentType.isMultipart {
                let children = part.children
                open += part.contentType.subtype == "alternative" ? children.reversed() : Array(children.prefix(1))
            } else if part.contentType.type == "text", ["plain", "html"].contains(part.contentType.subtype), !part.isAttachment {
                found.append(part)
            }
        }
        return found
    }

    /// New header and new body; `nil` when the text cannot be read without loss.
    private func edit(_ part: MIMEPart, in bytes: [UInt8]) -> [(range: Range<Int>, bytes: [UInt8])]? {
        let body = part.decodedBody(limit: Self.maximumTextBytes)
        let decoded = DecodedText(body.bytes[...], charset: part.contentType.charset)
        guard !part.isFromDecodedBody, !body.isTruncated, decoded.replacements == 0, !decoded.text.contains("-----BEGIN PGP ") else {
            return nil
        }
        let isHTML = part.contentType.subtype == "html"
        let text = isHTML ? withHTMLFooter(decoded.text) : withFooter(decoded.text)
        let raw = part.rawBody
        let isRoot = part.index == 0
        // The line break in front of a boundary belongs to the boundary; behind an empty body it is the empty line that ended the header.
        let isFollowedByBreak = raw.endIndex < bytes.count && (bytes[raw.endIndex] == 0x0D || bytes[raw.endIndex] == 0x0A)
        return [
            (part.header.range, header(part, isHTML: isHTML, isRoot: isRoot)),
            (raw.startIndex..<raw.endIndex, Self.base64(text) + (isRoot || !isFollowedByBreak ? [0x0D, 0x0A] : [])),
        ]
    }

    private func withFooter(_ text: String) -> String {
        // By bytes: to Swift a CRLF is one character that does not end in LF.
        let text = text.utf8.last == 0x0A || text.isEmpty ? text : text + "\r\n"
        return text + "\r\n" + self.text.replacing("\n", with: "\r\n") + "\r\n"
    }

    /// In front of the end of the body, if there is one.
    private func withHTMLFooter(_ text: String) -> String {
        let footer = "\r\n<div>\(html.isEmpty ? Self.escaped(self.text) : html)</div>\r\n"
        guard let end = text.range(of: "</body", options: [.caseInsensitive, .backwards]) else { return text + footer }
        return text[..<end.lowerBound] + footer + text[end.lowerBound...]
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\n", with: "<br>")
    }

    /// The part's fields as they were, apart from those that say how the text is written.
    private func header(_ part: MIMEPart, isHTML: Bool, isRoot: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for field in part.header {
            let name = field.name.lowercased()
            if name == "content-type" || name == "content-transfer-encoding" { continue }
            bytes += field.bytes + [0x0D, 0x0A]
        }
        if isRoot, part.header.first("MIME-Version") == nil { bytes += Array("MIME-Version: 1.0\r\n".utf8) }
        let isFlowed = !isHTML && part.contentType.parameter("format")?.lowercased() == "flowed"
        let deletesSpaces = isFlowed && part.contentType.parameter("delsp")?.lowercased() == "yes"
        let type =
            "text/\(isHTML ? "html" : "plain"); charset=utf-8" + (isFlowed ? "; format=flowed" : "") + (deletesSpaces ? "; delsp=yes" : "")
        return bytes + Array("Content-Type: \(type)\r\nContent-Transfer-Encoding: base64\r\n\r\n".utf8)
    }

    private static func base64(_ text: String) -> [UInt8] {
        Array(
            Data(text.utf8).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed]).utf8)
    }
}
