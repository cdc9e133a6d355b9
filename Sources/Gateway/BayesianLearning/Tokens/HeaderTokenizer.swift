import Mail

/// Makes tokens of the header: what the sender chose and what his program betrays; nothing that a list or another filter added.
///
/// Left out on purpose: list fields, verdicts of other filters, signatures and their results (other checks judge them), recipients, dates,
/// identifiers, and fields whose mere presence would count as proof of innocence, since anyone can write them.
struct HeaderTokenizer {
    private let limits: TokenLimits
    private let header: MessageHeader

    init(_ header: MessageHeader, limits: TokenLimits) {
        self.header = header
        self.limits = limits
    }

    func read(links: inout LinkTokenizer, into collector: inout TokenCollector) {
        readSubject(&links, &collector)
        readSenders(&links, &collector)
        readProgram(&links, &collector)
        readRoute(&collector)
        readRecipients(&collector)
    }

    /// The text of a field, read as tokens of its own kind.
    private func readWords(
        _ text: String, _ field: TokenField, pairDistance: Int, _ links: inout LinkTokenizer, _ collector: inout TokenCollector
    ) -> TextTokenizer {
        var text = text
        var tokenizer = TextTokenizer(field: field, pairDistance: pairDistance, keepsText: collector.keepsText)
        text.withUTF8 { bytes in
            tokenizer.read(UnsafeBufferPointer(rebasing: bytes.prefix(limits.fieldBytes)), links: &links, into: &collector)
        }
        return tokenizer
    }

    private func readSubject(_ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        guard let subject = header.subject, !subject.isEmpty else {
            collector.add("no subject", .structure)
            return
        }
        let words = readWords(subject, .subject, pairDistance: 2, &links, &collector)
        if words.words > 2, words.capitalWords * 2 > words.words { collector.add("subject in capitals", .structure) }
        if subject.utf8.contains(0x09), subject.utf8.count > 40 || subject.utf8.last == 0x20 {
            collector.add("blanks in the subject", .structure)
        }
    }

    private func readSenders(_ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        let senders = header.from
        if senders.count != 1 { collector.add(senders.isEmpty ? "no sender" : "several senders", .structure) }
        for sender in senders.prefix(limits.fields) {
            if let name = sender.name, !name.isEmpty {
                _ = readWords(name, .fromName, pairDistance: 0, &links, &collector)
                if name.utf8.contains(0x40) { collector.add("address in the sender's name", .structure) }
            } else {
                collector.add("no sender's name", .structure)
            }
            addAddress(sender.address, &collector)
        }
        let domain = Self.domain(of: senders.first?.address ?? "")
        if let reply = header.replyTo.first {
            collector.add(
                Self.domain(of: reply.address) == domain ? "replies go to the sender's domain" : "replies go elsewhere", .structure)
            addAddress(reply.address, &collector)
        }
        readIdentifier(domain, &collector)
    }

    private func addAddress(_ address: String, _ collector: inout TokenCollector) {
        let lowered = address.prefix(limits.fieldBytes).lowercased()
        collector.add(lowered, .address)
        DomainTokens.add(ArraySlice(Self.domain(of: lowered).utf8.prefix(255)), .address, into: &collector)
    }

    private static func domain(of address: String) -> String {
        guard let sign = address.lastIndex(of: "@") else { return "" }
        return address[address.index(after: sign)...].lowercased()
    }

    private func readIdentifier(_ domain: String, _ collector: inout TokenCollector) {
        guard let identifier = header.messageID else {
            collector.add("no Message-ID", .structure)
            return
        }
        let parts = identifier.split(separator: "@", maxSplits: 1)
        let host = parts.count == 2 ? parts[1].lowercased() : ""
        if host.isEmpty {
            collector.add("Message-ID without a host", .structure)
        } else if host == domain {
            collector.add("Message-ID of the sender's domain", .structure)
        } else {
            collector.add("Message-ID of another host", .structure)
        }
        DomainTokens.add(ArraySlice(host.utf8.prefix(255)), .header, into: &collector)
        collector.add(Self.form(of: parts.first.map { $0.utf8.prefix(60).map { $0 } } ?? []), .structure)
    }

    /// The form of an identifier: runs of digits, letters of either case and hexadecimal, with the signs between them.
    private static func form(of bytes: [UInt8]) -> String {
        var form = "identifier "
        var last: Character = " "
        for byte in bytes {
            let kind: Character =
                switch byte {
                case 0x30...0x39: "9"
                case 0x41...0x5A: "A"
                case 0x61...0x7A: "a"
                default: Character(Unicode.Scalar(byte))
                }
            if kind != last { form.append(kind) }
            last = kind
        }
        return form
    }

    private func readProgram(_ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        for name in ["X-Mailer", "User-Agent", "X-MimeOLE"] {
            guard let text = header.first(name)?.text else { continue }
            _ = readWords(text, .mailer, pairDistance: 0, &links, &collector)
        }
        if let organization = header.first("Organization")?.text {
            _ = readWords(organization, .header, pairDistance: 0, &links, &collector)
        }
        for name in ["X-Priority", "Importance", "X-MSMail-Priority", "MIME-Version", "Content-Language"] {
            guard let value = header.first(name) else { continue }
            collector.add("\(name.lowercased()): \(value.text.prefix(40).lowercased())", .header)
        }
    }

    private func readRoute(_ collector: inout TokenCollector) {
        let hops = header.all("Received")
        collector.add("\(min(hops.count, 8)) hops", .received)
        for hop in hops.prefix(limits.fields) {
            RouteTokenizer(hop.body.prefix(limits.fieldBytes)).read(into: &collector)
        }
        if let path = header.first("Return-Path") {
            // The bounce address's domain only: the part before the sign names one recipient or message.
            let body = path.body.prefix(limits.fieldBytes)
            let domain = body[(body.lastIndex(of: 0x40).map { $0 + 1 } ?? body.startIndex)...].prefix { $0 > 0x20 && $0 != 0x3E }
            DomainTokens.add(ArraySlice(String(decoding: domain, as: UTF8.self).lowercased().utf8.prefix(255)), .received, into: &collector)
        }
        if let date = header.first("Date") {
            let text = date.text
            let zone = text.split(separator: " ").first { ($0.hasPrefix("+") || $0.hasPrefix("-")) && $0.utf8.count == 5 }
            collector.add("time zone \(zone ?? "none")", .header)
            if date.date == nil { collector.add("unreadable date", .structure) }
        } else {
            collector.add("no date", .structure)
        }
    }

    /// How many there are, counted by their signs: lists of thousands are not parsed for this.
    private func readRecipients(_ collector: inout TokenCollector) {
        let recipients = header.first("To")?.body.prefix(limits.fieldBytes) ?? []
        let copies = header.first("Cc")?.body.prefix(limits.fieldBytes) ?? []
        let count = recipients.count { $0 == 0x40 }
        collector.add("\(Self.magnitude(count)) in To", .structure)
        if !copies.isEmpty { collector.add("\(Self.magnitude(copies.count { $0 == 0x40 })) in Cc", .structure) }
        guard count == 1 else { return }
        let name = recipients.prefix { $0 != 0x3C && $0 != 0x40 }.drop { $0 <= 0x22 }
        let isNamed = recipients.contains(0x3C) && !name.isEmpty && !name.contains(0x40)
        collector.add(isNamed ? "recipient with a name" : "recipient without a name", .structure)
    }

    private static func magnitude(_ count: Int) -> String {
        switch count {
        case 0: "none"
        case 1: "one"
        case 2...4: "some"
        case 5...19: "many"
        default: "very many"
        }
    }
}
