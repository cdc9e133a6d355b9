package import DomainsAndUsers
import Foundation
package import Mail
package import Settings

/// A digest as a message: text and HTML, in one language, with a link for each thing that may be done. Pure.
package struct DigestMail: Sendable {
    package let identifier: RecordIdentifier
    package let recipient: EmailAddress
    package let sender: EmailAddress
    package let language: Language
    package let content: DigestContent
    package let links: DigestLinks
    package let at: UTCTime
    let isForAdministrators: Bool
    let zone: LocalZone

    private static let shownCharacters = 200

    package init(
        identifier: RecordIdentifier, recipient: EmailAddress, sender: EmailAddress, language: Language, content: DigestContent,
        links: DigestLinks, isForAdministrators: Bool = false, at: UTCTime, zone: LocalZone = LocalZone()
    ) {
        self.identifier = identifier
        self.recipient = recipient
        self.sender = sender
        self.language = language
        self.content = content
        self.links = links
        self.isForAdministrators = isForAdministrators
        self.at = at
        self.zone = zone
    }

    package var subject: String { DigestText.subject(content.count, isForAdministrators: isForAdministrators, language) }
    package var from: String { sender.description }
    package var messageID: String { "<\(identifier)@\(sender.domainName?.ascii ?? "localhost")>" }

    /// The whole message, with CRLF line ends.
    package func message() -> [UInt8] {
        let boundary = "digest-\(identifier)"
        var bytes = HeaderEncoding.dateField("Date", MailDate(millisecondsSince1970: at.milliseconds))
        bytes += HeaderEncoding.addressField("From", [HeaderMailbox(name: DigestText.from[language], address: from)])
        bytes += HeaderEncoding.addressField("To", [HeaderMailbox(name: nil, address: recipient.description)])
        bytes += HeaderEncoding.unstructuredField("Subject", subject)
        // RFC 3834: so that vacation programs keep silent.
        bytes += Array("Message-ID: \(messageID)\r\nAuto-Submitted: auto-generated\r\n".utf8)
        if let link = links.unsubscribe { bytes += HeaderEncoding.tokenField("List-Unsubscribe", ["<\(link)>"]) }
        bytes += Array("Content-Language: \(language.rawValue)\r\nMIME-Version: 1.0\r\n".utf8)
        bytes += Array("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n".utf8)
        for (type, body) in [("plain", text), ("html", html)] {
            bytes += Array("--\(boundary)\r\nContent-Type: text/\(type); charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n".utf8)
            let encoded = Data(body.replacing("\n", with: "\r\n").utf8).base64EncodedString(options: [
                .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
            ])
            bytes += Array("\(encoded)\r\n".utf8)
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    // MARK: what it says

    private var intro: [String] {
        var lines = [(isForAdministrators ? DigestText.administratorsIntro : DigestText.intro)[language]]
        if !isForAdministrators, !links.mayRelease { lines.append(DigestText.noRelease[language]) }
        return lines
    }

    private var outro: [String] {
        var lines: [String] = []
        if content.count > content.entries.count { lines.append(DigestText.more(content.count - content.entries.count, language)) }
        if links.mayRelease { lines.append(DigestText.validity(zone.text(links.expiresAt), language)) }
        return lines
    }

    /// Below the list: to the quarantine, and no more mails.
    private var general: [(title: String, link: String)] {
        var links: [(String, String)] = []
        if let link = self.links.quarantine {
            links.append(((isForAdministrators ? DigestText.quarantine : DigestText.all)[language], link))
        }
        if let link = self.links.unsubscribe { links.append((DigestText.unsubscribe[language], link)) }
        return links
    }

    /// What may be done about an entry.
    private func actions(_ entry: DigestContent.Entry) -> [(title: String, link: String)] {
        var actions: [(String, String)] = []
        let purposes: [(SignedLink.Purpose, LocalizedText)] =
            entry.sender.isEmpty
            ? [(.release, DigestText.release)]
            : [(.release, DigestText.release), (.releaseAndAllow, DigestText.releaseAndAllow), (.block, DigestText.block)]
        for (purpose, title) in purposes {
            if let link = links.link(purpose, entry.message) { actions.append((title[language], link)) }
        }
        if let link = links.view(entry.message) { actions.append((DigestText.view[language], link)) }
        return actions
    }

    private func rows(_ entry: DigestContent.Entry) -> [(name: LocalizedText, value: String)] {
        let subject = Self.shown(entry.subject)
        let sender = Self.shown(entry.sender)
        return [
            (DigestText.subject, subject.isEmpty ? DigestText.noSubject[language] : subject),
            (DigestText.sender, sender.isEmpty ? DigestText.noSender[language] : sender),
            (DigestText.time, zone.text(entry.quarantinedAt)), (DigestText.reason, Self.shown(entry.reason[language])),
        ]
    }

    var text: String {
        var lines = intro + [""]
        for entry in content.entries {
            lines.append(String(repeating: "-", count: 60))
            lines += rows(entry).map { "\($0.name[language]): \($0.value)" }
            lines += actions(entry).map { "\($0.title): \($0.link)" }
        }
        lines += [String(repeating: "-", count: 60)] + outro + [""] + general.map { "\($0.title): \($0.link)" }
        return lines.joined(separator: "\n") + "\n"
    }

    var html: String {
        let items = content.entries.map { entry in
            let rows = rows(entry)
            let details = rows.dropFirst().map { "\(Self.escaped($0.name[language])): \(Self.escaped($0.value))" }.joined(separator: "<br>")
            let links = actions(entry).map { Self.anchor($0) }.joined(separator: " &nbsp; ")
            return """
                <tr><td style="padding:12px 0;border-top:1px solid #ccc"><b>\(Self.escaped(rows[0].value))</b><br>
                <span style="color:#555;font-size:13px">\(details)</span><br>
                \(links)</td></tr>

                """
        }
        let paragraph = { (line: String) in "<p>\(Self.escaped(line))</p>\n" }
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)"><head><meta charset="utf-8"><title>\(Self.escaped(subject))</title></head>
            <body style="font-family:sans-serif;font-size:15px;color:#222;max-width:720px">
            \(intro.map(paragraph).joined())<table role="presentation" style="width:100%;border-collapse:collapse">
            \(items.joined())</table>
            \(outro.map(paragraph).joined())<p>\(general.map { Self.anchor($0) }.joined(separator: " &nbsp; "))</p>
            </body></html>

            """
    }

    private static func anchor(_ action: (title: String, link: String)) -> String {
        "<a href=\"\(escaped(action.link))\" style=\"color:#0b5394\">\(escaped(action.title))</a>"
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    /// One short line; nothing that turns the direction of what follows.
    static func shown(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(shownCharacters).filter { $0.properties.generalCategory != .format }
        let line = SafeMessageView.plain(String(String.UnicodeScalarView(scalars)), shownCharacters).trimmed
        return text.unicodeScalars.count > shownCharacters ? line + "…" : line
    }
}

/// Where a digest's links lead, and which it has.
package struct DigestLinks: Sendable {
    /// `https://gateway.example.com:4443`.
    let base: String
    /// `nil`: nothing may be done by links (a preview, or the administrators').
    let key: LinkKey?
    /// Whose copies; empty for the administrators.
    let owner: String
    let mayRelease: Bool
    /// Whether there is a page to look at messages.
    let maySignIn: Bool
    let language: Language
    package let expiresAt: UTCTime

    package init(
        base: String, key: LinkKey?, owner: String, mayRelease: Bool, maySignIn: Bool, language: Language, expiresAt: UTCTime
    ) {
        self.base = base
        self.key = key
        self.owner = owner
        self.mayRelease = mayRelease
        self.maySignIn = maySignIn
        self.language = language
        self.expiresAt = expiresAt
    }

    /// Path of what signed links ask for.
    package static let path = "/link"
    /// In the place of a token where a link must not work.
    package static let previewToken = "preview"

    func link(_ purpose: SignedLink.Purpose, _ subject: RecordIdentifier) -> String? {
        guard !owner.isEmpty, mayRelease || purpose == .unsubscribe else { return nil }
        let link = SignedLink(purpose: purpose, subject: subject, owner: owner, expiresAt: expiresAt)
        return "\(base)\(Self.path)/\(key.map { link.token($0) } ?? Self.previewToken)?lang=\(language.rawValue)"
    }

    /// Of no message: of all that comes.
    var unsubscribe: String? { link(.unsubscribe, RecordIdentifier(high: 0, low: 0)) }

    var quarantine: String? {
        if owner.isEmpty { return "\(base)/quarantine?kind=administrator" }
        return maySignIn ? "\(base)/my/quarantine" : nil
    }

    func view(_ message: RecordIdentifier) -> String? {
        if owner.isEmpty { return "\(base)/quarantine/\(message)" }
        return maySignIn ? "\(base)/my/quarantine/\(message)" : nil
    }
}

/// The machine's time zone.
package struct LocalZone: Sendable {
    package init() {}

    /// `2026-11-28 07:00 +0900`.
    func text(_ time: UTCTime) -> String {
        let parts = Self.parts(time)
        let offset = Int(parts.tm_gmtoff) / 60
        let zone = "\(offset < 0 ? "-" : "+")\(Self.padded(abs(offset) / 60))\(Self.padded(abs(offset) % 60))"
        return "\(Self.date(parts)) \(Self.padded(Int(parts.tm_hour))):\(Self.padded(Int(parts.tm_min))) \(zone)"
    }

    /// The local date, whether it is a Saturday or Sunday, and the time of day.
    static func day(_ time: UTCTime) -> (date: String, isWeekend: Bool, time: TimeOfDay) {
        let parts = parts(time)
        return (
            date(parts), parts.tm_wday == 0 || parts.tm_wday == 6, TimeOfDay(minutes: Int(parts.tm_hour) * 60 + Int(parts.tm_min))
        )
    }

    private static func parts(_ time: UTCTime) -> tm {
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static func date(_ parts: tm) -> String {
        "\(parts.tm_year + 1900)-\(padded(Int(parts.tm_mon) + 1))-\(padded(Int(parts.tm_mday)))"
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
