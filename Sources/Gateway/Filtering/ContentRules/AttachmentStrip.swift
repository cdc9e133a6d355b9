package import Mail
import Settings

/// Which parts of a message can be taken out of it, and the message without them. Pure.
///
/// Everything but the parts stays byte for byte; each becomes a text in UTF-8. A message that is signed or encrypted as a whole, that
/// cannot be read without loss, or whose attachments lie within an encoded message, is left as it is.
package enum AttachmentStrip {
    package enum Plan: Sendable {
        case nothing
        case parts([MIMEPart])
        case impossible
    }

    /// More are not taken out of one message.
    package static let maximumParts = 100

    /// - Parameter minimumBytes: smaller attachments stay; of the decoded content.
    package static func plan(_ structure: MIMEStructure, minimumBytes: Int) -> Plan {
        let files = structure.leaves.filter { $0.isAttachment && $0.rawBody.count >= minimumBytes }
        guard !files.isEmpty else { return .nothing }
        guard !structure.isCut, files.count <= maximumParts, !structure.parts.contains(where: isProtected),
            files.allSatisfy({ !$0.isFromDecodedBody })
        else { return .impossible }
        var wanted: [MIMEPart] = []
        for file in files {
            let body = file.decodedBody()
            guard !body.isTruncated, body.anomalies.isEmpty else { return .impossible }
            if body.bytes.count >= minimumBytes { wanted.append(file) }
        }
        return wanted.isEmpty ? .nothing : .parts(wanted)
    }

    /// RFC 1847, RFC 8551, RFC 3156, and reports, whose form is for programs.
    private static func isProtected(_ part: MIMEPart) -> Bool {
        let type = part.contentType
        switch type.type {
        case "multipart": return ["signed", "encrypted", "report"].contains(type.subtype)
        case "application":
            return ["pkcs7-mime", "x-pkcs7-mime", "pkcs7-signature", "x-pkcs7-signature", "pgp-encrypted", "pgp-signature"].contains(
                type.subtype)
        default: return false
        }
    }

    /// The message with texts in the place of parts.
    /// - Parameter texts: in the order of `parts`.
    /// - Returns: `nil` when parts lie within each other.
    package static func message(_ bytes: [UInt8], replacing parts: [MIMEPart], with texts: [String]) -> [UInt8]? {
        var edits: [(range: Range<Int>, bytes: [UInt8])] = []
        for (part, text) in zip(parts, texts) {
            let raw = part.rawBody
            edits.append((part.header.range, header(part)))
            edits.append((raw.startIndex..<raw.endIndex, encoded(text) + (part.index == 0 ? [0x0D, 0x0A] : [])))
        }
        var result: [UInt8] = []
        var end = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            guard edit.range.lowerBound >= end, edit.range.upperBound <= bytes.count else { return nil }
            result += bytes[end..<edit.range.lowerBound]
            result += edit.bytes
            end = edit.range.upperBound
        }
        return result + bytes[end...]
    }

    /// Of a message the fields as they were, apart from those that tell of its content; of another part nothing.
    private static func header(_ part: MIMEPart) -> [UInt8] {
        var bytes: [UInt8] = []
        if part.isMessage {
            for field in part.header where !field.name.lowercased().hasPrefix("content-") { bytes += field.bytes + [0x0D, 0x0A] }
            if part.header.first("MIME-Version") == nil { bytes += Array("MIME-Version: 1.0\r\n".utf8) }
        }
        let fields = """
            Content-Type: text/plain; charset=utf-8\r
            Content-Transfer-Encoding: base64\r
            Content-Disposition: inline\r
            \r

            """
        return bytes + Array(fields.utf8)
    }

    private static func encoded(_ text: String) -> [UInt8] {
        Base64Lines.encode(Array(text.utf8))
    }
}

/// Base64 in lines of 76, without a line end at the end.
enum Base64Lines {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// 76 characters.
    private static let bytesOfLine = 57

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: bytesOfLine) {
            if start > 0 { result += [0x0D, 0x0A] }
            let end = min(start + bytesOfLine, bytes.count)
            for group in stride(from: start, to: end, by: 3) {
                let taken = bytes[group..<min(group + 3, end)]
                let number = taken.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
                for position in 0..<4 {
                    result.append(position <= taken.count ? alphabet[number >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
                }
            }
        }
        return result
    }
}
