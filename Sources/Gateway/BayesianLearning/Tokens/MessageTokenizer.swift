package import Mail

/// Turns a message into the tokens that the classifier learns and judges by: the same tokens on every node, in time linear in the bytes.
///
/// A message of any origin is answered; what exceeds `TokenLimits` is left out.
package struct MessageTokenizer: Sendable {
    package var limits: TokenLimits

    package init(limits: TokenLimits = TokenLimits()) { self.limits = limits }

    /// The tokens of a message as it stands in a file.
    package func tokens(of bytes: [UInt8]) -> MessageTokens { tokens(of: MessageReader().read(bytes)) }

    /// The tokens of a message that has been read.
    /// - Parameter keepsText: whether to keep what the tokens read like, which costs several times the time.
    package func tokens(of structure: MIMEStructure, keepsText: Bool = false) -> MessageTokens {
        var collector = TokenCollector(maximum: limits.tokens, keepsText: keepsText)
        var links = LinkTokenizer(maximum: limits.links)
        HeaderTokenizer(structure.header, limits: limits).read(links: &links, into: &collector)
        readStructure(structure, &collector)
        let left = readTexts(structure, &links, &collector)
        return MessageTokens(hashes: collector.hashes, texts: collector.texts, isCut: collector.isCut || left <= 0)
    }

    private func readStructure(_ structure: MIMEStructure, _ collector: inout TokenCollector) {
        var types = ""
        for part in structure.parts.prefix(12) { types += "\(part.depth)\(part.contentType.mediaType.prefix(40)) " }
        collector.add(types, .structure)
        for anomaly in structure.anomalies where !Self.ofEncoding.contains(anomaly.kind) {
            collector.add(anomaly.kind.rawValue, .structure)
        }
        if let boundary = structure.root.contentType.parameter("boundary") {
            collector.add("boundary \(Self.form(of: boundary))", .structure)
        }
    }

    /// In what charset and transfer encoding a text is sent is no evidence: the same text is the same tokens.
    private static let ofEncoding: Set<MessageAnomaly.Kind> = [
        .eightBitInHeader, .lineTooLong, .nulByte, .bareCarriageReturn, .controlInHeader, .lowercaseQuotedPrintable, .malformedBase64,
        .malformedQuotedPrintable, .unknownTransferEncoding, .conflictingTransferEncoding, .dataAfterBase64Padding,
    ]

    /// The form of a boundary betrays the program that wrote it: kinds of characters, runs taken together.
    private static func form(of boundary: String) -> String {
        var form = ""
        var last: Character = " "
        for byte in boundary.utf8.prefix(70) {
            let kind: Character =
                switch byte {
                case 0x30...0x39: "9"
                case 0x41...0x46, 0x61...0x66: "9"
                case 0x47...0x5A, 0x67...0x7A: "a"
                default: Character(Unicode.Scalar(byte))
                }
            if kind != last || kind == "-" { form.append(kind) }
            last = kind
        }
        return form
    }

    /// - Returns: How many bytes of text could still have been read.
    private func readTexts(_ structure: MIMEStructure, _ links: inout LinkTokenizer, _ collector: inout TokenCollector) -> Int {
        var left = limits.textBytes
        var letters = 0
        for part in structure.leaves.prefix(limits.parts) {
            if part.isAttachment { readAttachment(part, &collector) }
            guard part.contentType.type == "text", left > 0, !isFile(part) else { continue }
            let isHTML = part.contentType.subtype == "html"
            var text = TextReading.text(of: part, limit: min(limits.partBytes, left))
            left -= text.utf8.count
            letters += text.utf8.count
            text.withUTF8 { bytes in
                if isHTML { readHTML(bytes, &links, &collector) } else { readPlain(bytes, .body, &links, &collector) }
            }
        }
        collector.add("text of \(Self.magnitude(letters))", .structure)
        return left
    }

    private func isFile(_ part: MIMEPart) -> Bool { part.contentDisposition?.isAttachment == true }

    private func readPlain(
        _ bytes: UnsafeBufferPointer<UInt8>, _ field: TokenField, _ links: inout LinkTokenizer, _ collector: inout TokenCollector
    ) {
        var tokenizer = TextTokenizer(field: field, keepsText: collector.keepsText)
        tokenizer.read(bytes, links: &links, into: &collector)
        if tokenizer.words > 20, tokenizer.capitalWords * 3 > tokenizer.words { collector.add("text in capitals", .structure) }
    }

    private func readHTML(_ bytes: UnsafeBufferPointer<UInt8>, _ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        var reader = HTMLReader(bytes)
        reader.read(links: &links, into: &collector)
        reader.text.withUnsafeBufferPointer { readPlain($0, .body, &links, &collector) }
        reader.hiddenText.withUnsafeBufferPointer { readPlain($0, .hidden, &links, &collector) }
    }

    private func readAttachment(_ part: MIMEPart, _ collector: inout TokenCollector) {
        collector.add(String(part.contentType.mediaType.prefix(60)), .attachment)
        for name in part.fileNames.prefix(3) {
            let lowered = name.prefix(120).lowercased()
            if let dot = lowered.lastIndex(of: ".") { collector.add("*\(lowered[dot...].prefix(10))", .attachment) }
            for word in lowered.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).prefix(8) where word.utf8.count <= 24 {
                collector.add(word.allSatisfy(\.isNumber) ? "(number)" : String(word), .attachment)
            }
        }
    }

    /// 0, or the power of two above.
    private static func magnitude(_ count: Int) -> String {
        count == 0 ? "no bytes" : "up to \(1 << (Int.bitWidth - count.leadingZeroBitCount)) bytes"
    }
}
