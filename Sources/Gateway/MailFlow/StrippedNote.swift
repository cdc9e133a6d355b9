import DomainsAndUsers
import Mail
import MessageLog
import Settings

/// The text in an attachment's place.
struct StrippedNote: Sendable {
    let row: StrippedAttachment
    let key: LinkKey
    let base: String

    /// The link itself lasts as long as the row may be extended to; the row decides.
    private var link: String {
        let expiry = row.createdAt.advanced(by: StrippedAttachment.longestKeeping)
        let link = SignedLink(purpose: .attachment, subject: row.identifier, owner: "", expiresAt: expiry)
        return "\(base)\(StrippedNote.path)/\(link.token(key))"
    }

    static let path = "/attachment"

    /// A message is the same for all its recipients: where their domains want different ones, both.
    static func language(of recipients: [EmailAddress], _ settings: GatewaySettings) -> BounceSettings.ReportLanguage {
        let cluster = settings.stripping.language
        let wanted = Set(
            recipients.compactMap { $0.domainName }.map { settings.domain($0.ascii).noteLanguage(cluster: cluster) })
        return wanted.count > 1 ? .both : wanted.first ?? cluster
    }

    func text(_ language: BounceSettings.ReportLanguage) -> String {
        let name = row.name.isEmpty ? "-" : row.name
        let until = row.expiresAt.description
        let english = """
            The attachment of this message was taken out and is kept for you.
            Name: \(name)
            Type: \(row.mediaType)
            Size: \(row.sizeBytes) bytes
            SHA-256: \(row.digest)
            Download until \(until): \(link)
            Anybody who has this link can download it.
            """
        let japanese = """
            このメールの添付ファイルは分離して保管しています。
            ファイル名: \(name)
            種類: \(row.mediaType)
            サイズ: \(row.sizeBytes) バイト
            SHA-256: \(row.digest)
            ダウンロード（\(until) まで）: \(link)
            リンクを知る人は誰でもダウンロードできます。
            """
        let text =
            switch language {
            case .english: english
            case .japanese: japanese
            case .both: english + "\n\n" + japanese
            }
        return text.replacing("\n", with: "\r\n") + "\r\n"
    }
}

/// Names from outside, as they may be shown and offered.
enum AttachmentName {
    /// The last part of a path, without what turns directions or breaks lines.
    static func plain(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let scalars = last.unicodeScalars.filter {
            ![.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        return String(String.UnicodeScalarView(scalars)).trimmed.cut(to: StrippedAttachment.maximumNameBytes)
    }

    static func mediaType(_ type: String) -> String {
        let isPlain = type.utf8.count <= 127 && type.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain && !type.isEmpty ? type : "application/octet-stream"
    }
}
