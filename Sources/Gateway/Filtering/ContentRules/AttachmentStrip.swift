package import Mail
import MessageLog
package import Settings

/// Which parts of a message can be taken out of it, and the message without them. Pure.
///
/// Everything but the parts stays byte for byte; each becomes a text in UTF-8. What is signed or encrypted, a report, a message that
/// cannot be read without loss, and what lies within an encoded message are left as they are.
package enum AttachmentStrip {
    package enum Plan: Sendable {
        case nothing
        case parts([MIMEPart])
        case impossible
    }

    /// Of the finding that says what was taken out.
    package static let checkName = "stripping"
    /// One check or rule does not take more out of a message.
    package static let maximumParts = 100

    /// What is offered as a file, apart from pictures that stand in a text.
    /// - Parameter minimumBytes: smaller attachments stay; of the decoded content.
    package static func plan(_ structure: MIMEStructure, minimumBytes: Int) -> Plan {
        // Decoded content is never longer than the encoded one, apart from uuencode's line counts, which are checked below.
        let files = structure.leaves.filter {
            $0.isAttachment && !isShown($0) && !isSignature($0) && $0.rawBody.count >= minimumBytes
        }
        let wanted = files.filter { minimumBytes == 0 || $0.decodedBody().bytes.count >= minimumBytes }
        return plan(structure, parts: Set(wanted.map(\.index)))
    }

    /// - Parameters:
    ///   - parts: places in `MIMEStructure.parts`.
    ///   - maximumParts: of one demand; what several demand together may be more.
    package static func plan(_ structure: MIMEStructure, parts: Set<Int>, maximumParts: Int = maximumParts) -> Plan {
        let all = structure.parts
        let wanted = parts.sorted().filter(all.indices.contains).map { all[$0] }
        guard !wanted.isEmpty else { return .nothing }
        guard !structure.isCut, wanted.count <= maximumParts, wanted.allSatisfy(canBeTaken) else { return .impossible }
        return isOrderly(wanted, in: structure.bytes) ? .parts(wanted) : .impossible
    }

    private static func canBeTaken(_ part: MIMEPart) -> Bool {
        guard part.children.isEmpty, !part.isFromDecodedBody else { return false }
        var next: MIMEPart? = part
        while let present = next {
            if isProtected(present) { return false }
            next = present.parent
        }
        // What is told of the decoded octets must be all that was in the part: uuencoded text may hold more than its first file.
        switch part.transferEncoding {
        case .uuencode, .unknown: return false
        default: break
        }
        let body = part.decodedBody()
        return !body.isTruncated && body.anomalies.isSubset(of: [.lowercaseQuotedPrintable])
    }

    /// Without it the text would have a hole.
    private static func isShown(_ part: MIMEPart) -> Bool {
        part.contentType.type == "image" && part.contentID != nil && part.contentDisposition?.isAttachment != true
            && part.parent?.contentType.mediaType == "multipart/related"
    }

    /// No file that anybody attached, but what a signed text is verified with.
    private static func isSignature(_ part: MIMEPart) -> Bool {
        part.parent?.contentType.mediaType == "multipart/signed" && part.contentType.type == "application"
            && ["pkcs7-signature", "x-pkcs7-signature", "pgp-signature"].contains(part.contentType.subtype)
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

    /// The ranges that are replaced lie behind each other, each header ends as it should, and a boundary or nothing follows each body:
    /// then the rest is read as before, whatever it is, since no line of Base64 can be taken for a boundary.
    private static func isOrderly(_ parts: [MIMEPart], in bytes: [UInt8]) -> Bool {
        var end = 0
        for part in parts {
            let (header, body) = (part.header.range, body(part))
            guard header.lowerBound >= end, body.lowerBound >= header.upperBound, body.upperBound <= bytes.count else { return false }
            let fields = bytes[header]
            guard fields.elementsEqual(lineEnd) || fields.suffix(4).elementsEqual(lineEnd + lineEnd),
                body.upperBound == bytes.count || startsBoundary(bytes[body.upperBound...].prefix(4))
            else { return false }
            end = body.upperBound
        }
        return true
    }

    private static func startsBoundary(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: dashes) || bytes.elementsEqual(lineEnd + dashes)
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
    private static let dashes: [UInt8] = [0x2D, 0x2D]

    private static func body(_ part: MIMEPart) -> Range<Int> { part.rawBody.startIndex..<part.rawBody.endIndex }

    // MARK: the message without them

    /// A piece of the rewritten message.
    package enum Piece: Sendable {
        /// A range of the message as it came.
        case kept(Range<Int>)
        case own([UInt8])
    }

    /// The message with texts in the place of parts, in pieces: it need not be in memory twice.
    /// - Parameters:
    ///   - parts: of a plan of this message.
    ///   - texts: in the order of `parts`, as many; lines end with CRLF.
    package static func pieces(replacing parts: [MIMEPart], with texts: [String]) -> [Piece] {
        guard let bytes = parts.first?.messageBytes else { return [] }
        var pieces: [Piece] = []
        var end = 0
        for (part, text) in zip(parts, texts) {
            let (header, body) = (part.header.range, body(part))
            if header.lowerBound > end { pieces.append(.kept(end..<header.lowerBound)) }
            pieces.append(.own(self.header(part)))
            if body.lowerBound > header.upperBound { pieces.append(.kept(header.upperBound..<body.lowerBound)) }
            // The line end behind a body belongs to the boundary that follows. There is none at the message's end, and where the body
            // was empty it may have been that of the header.
            let isEnded = bytes[body.upperBound...].starts(with: lineEnd)
            pieces.append(.own(Base64Lines.encode(Array(text.utf8)) + (isEnded ? [] : lineEnd)))
            end = body.upperBound
        }
        if end < bytes.count { pieces.append(.kept(end..<bytes.count)) }
        return pieces
    }

    /// Of a message the fields as they were, apart from those that tell of its content; of another part nothing. With the empty line.
    package static func header(_ part: MIMEPart) -> [UInt8] {
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

    // MARK: what checks say of it

    /// What follows when a check or a rule wants parts taken out.
    package struct Demand: Sendable {
        /// Taken out, a message goes on; what cannot be taken out is treated as the settings say.
        package let weight: CheckResult.Weight
        package let marks: [MessageMark]
        /// What administrators read of it.
        package let detail: LocalizedText
    }

    /// - Parameter parts: places in `MIMEStructure.parts`; `nil`: what is meant is no part, or is not known.
    package static func demand(
        _ structure: MIMEStructure?, parts: Set<Int>?, _ settings: StrippingSettings
    ) -> Demand {
        guard let structure, let parts else { return unstrippable(settings) }
        return demand(plan(structure, parts: parts), settings)
    }

    static func demand(_ plan: Plan, _ settings: StrippingSettings) -> Demand {
        switch plan {
        case .nothing: Demand(weight: .score(.zero), marks: [], detail: LocalizedText("", ja: ""))
        case .parts(let parts):
            Demand(
                weight: .score(.zero), marks: [.strip(parts: Set(parts.map(\.index)))],
                detail: LocalizedText(" Taken out of the message: \(named(parts)).", ja: "（分離: \(named(parts))）"))
        case .impossible: unstrippable(settings)
        }
    }

    private static func unstrippable(_ settings: StrippingSettings) -> Demand {
        let detail = LocalizedText(" It cannot be taken out of this message.", ja: "（このメッセージからは分離できません）")
        switch settings.unstrippable {
        case .quarantine: return Demand(weight: .quarantine, marks: [], detail: detail)
        case .pass: return Demand(weight: .score(.zero), marks: [], detail: detail)
        }
    }

    private static let namedFiles = 3

    private static func named(_ parts: [MIMEPart]) -> String {
        let names = parts.prefix(namedFiles).map { ($0.fileNames.first ?? $0.contentType.mediaType).cut(to: 60) }
        return names.joined(separator: ", ") + (parts.count > namedFiles ? ", …" : "")
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
